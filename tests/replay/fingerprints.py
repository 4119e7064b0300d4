"""Which calls of the frozen code write history? Their fingerprint, so that nobody changes them without meaning to."""

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = Path(__file__).parent / "fingerprints.json"
COMMANDS = frozenset(
    {
        "continue_as_new",
        "execute_activity_method",
        "execute_local_activity_method",
        "set_update_handler",
        "sleep",
        "start_child_workflow",
        "upsert_search_attributes",
        "wait_condition",
    }
)
"""The calls of workflow code that become commands or decide when the next one is given."""
FROZEN = (
    "domain/agenda",
    "domain/news.py",
    "domain/clock.py",
    "domain/introduction.py",
    "domain/refusal.py",
    "domain/wire.py",
    "workflows/alarm.py",
    "workflows/updates.py",
    "workflows/introduction.py",
    "workflows/onboarding.py",
    "workflows/programme.py",
    "workflows/receiver.py",
    "workflows/runs.py",
    "workflows/sender.py",
    "workflows/usage.py",
    "workflows/visibility.py",
)
"""What decides inside workflows whether a command is given: replayed for every open onboarding."""
DECIDING = ("EVENTS_OF_A_RUN",)
"""Numbers of the workflows that decide it: when a run turns. Timeouts and retries are not compared by a replay."""


def commands_of(source: str) -> list[str]:
    """Every command-issuing call in order, with the function it stands in and its unparsed arguments but summaries."""
    found: list[str] = []
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, _FUNCTIONS)):
        for call in (node for node in _in_order(function) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in COMMANDS:
                told = [keyword for keyword in call.keywords if keyword.arg not in _SHOWN_ONLY]
                arguments = [ast.unparse(part) for part in (*call.args, *told)]
                found.append(f"{function.name}: {name}({', '.join(arguments)})")
    return found


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SHOWN_ONLY = frozenset({"summary", "static_summary", "timeout_summary"})


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def code_hash(source: str) -> str:
    """A hash of what the code does: comments, docstrings, layout and what is only shown to people do not count."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in _SHOWN_ONLY]
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_docstring(part)]  # type: ignore[attr-defined]  # any block
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def fingerprint() -> dict[str, object]:
    """Of every workflow its commands in order; of the other frozen files a hash of their code."""
    files = sorted((ROOT / "workflows").glob("*.py"))
    prints: dict[str, object] = {
        str(file.relative_to(ROOT)): commands for file in files if (commands := commands_of(file.read_text("utf-8")))
    }
    for place in FROZEN:
        path = ROOT / place
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            prints[str(file.relative_to(ROOT))] = code_hash(file.read_text("utf-8"))
    for file in files:
        prints |= {f"{file.name}: {name}": value for name, value in _numbers(file.read_text("utf-8"))}
    return prints


def _numbers(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in DECIDING:
            yield node.targets[0].id, ast.unparse(node.value)


if __name__ == "__main__":
    COMMITTED.write_text(json.dumps(fingerprint(), indent=2) + "\n", "utf-8")
    print(f"wrote {COMMITTED.name}: commit it with the reason why the change is safe")
