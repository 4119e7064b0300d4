"""Does the house keep its own rules: style, types, arrows, and what no tool checks?"""

import ast
import importlib
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tokenize import COMMENT
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS: list[str] = PROJECT["tool"]["importlinter"]["root_packages"]

# Folders in the root that are no room of the program. A new room is listed in pyproject.toml, or it has no arrows.
NO_ROOMS = {"tests", "docs", "examples", "benchmarks"}

# What code that is replayed may import besides our rooms. A module that tells the time, draws a number or touches the
# machine has no place here; of `datetime` the linter bans the calls that look at a clock.
SEEN_IN_WORKFLOWS = {
    "asyncio",
    "base64",
    "collections",
    "contextlib",
    "datetime",
    "functools",
    "pydantic",
    "pydantic_core",
    "temporalio",
    "typing",
    "zlib",
}

# Who may hold a Temporal client: the one door, what looks over all processes at once, and what every process boots
# with.
HOLD_THE_CLIENT = {
    "starter/doors/bell.py",
    "starter/doors/onboardings.py",
    "starter/deploys/open_workflows.py",
    "starter/doors/introductions.py",
    "starter/doors/programmes.py",
    "starter/deploys/kept_values.py",
    "starter/deploys/replaying.py",
    "starter/doors/updating.py",
    "starter/doors/schedules.py",
    "runtime/connection.py",
    "runtime/fleet.py",
    "wiring/parts.py",
    "wiring/web.py",
    "wiring/worker.py",
    "worker.py",
}

SILENCES = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b")
SILENCES_AND_SAYS_WHY = re.compile(r"#\s*(?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|type: ignore\[[a-z,-]+\])  # \w.*\w")


def tool(name: str, *words: str) -> None:
    """Run one of our development tools over the repository; what it says is the failure."""
    command = [str(Path(sys.executable).parent / name), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{name} {' '.join(words)}\n{done.stdout}{done.stderr}", pytrace=False)


def program_files() -> Iterator[Path]:
    """Every Python file of the program, tests apart."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    yield from ROOT.glob("*.py")


def imported_modules(file: Path) -> set[str]:
    """Full names of what a file imports, wherever in it: `from a import b` counts as `a` and `a.b`."""
    names: set[str] = set()
    for node in _nodes_that_run(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _nodes_that_run(node: ast.AST) -> Iterator[ast.AST]:
    """All of the tree but what is imported for types alone."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING"):
            yield from _nodes_that_run(child)


def test_ruff_finds_nothing() -> None:
    """Among its rules: no clock and no die in domain/ and workflows/."""
    tool("ruff", "check")


def test_every_file_is_formatted() -> None:
    """`ruff format` mends it."""
    tool("ruff", "format", "--check")


def test_types_hold() -> None:
    """Strictly; also that store, playbooks and channels fit the ports of the activities, in worker.py."""
    tool("mypy", *(name for name in PROJECT["tool"]["mypy"]["files"] if (ROOT / name).exists()))


def test_the_arrows_between_the_rooms_hold() -> None:
    """The contracts stand in pyproject.toml."""
    tool("lint-imports")


def test_only_the_doors_and_what_wires_them_hold_a_temporal_client() -> None:
    """import-linter sees outside packages as a whole, so that it cannot tell the client from the workflow API."""
    holders = {str(file.relative_to(ROOT)) for file in program_files() if "temporalio.client" in imported_modules(file)}

    assert holders <= HOLD_THE_CLIENT


def test_workflows_see_no_more_of_the_world_than_they_need() -> None:
    """In production no sandbox keeps them from a clock or a die; the strict one of the tests does."""
    replayed = [*(ROOT / "workflows").glob("*.py"), *(ROOT / "domain/agenda").glob("*.py")]
    ours = {*ROOMS, *SEEN_IN_WORKFLOWS}
    seen = {(file.name, name) for file in replayed for name in imported_modules(file)}

    assert {(file, name) for file, name in seen if name.partition(".")[0] not in ours} == set()


def test_nothing_imports_the_processes() -> None:
    """They see every room; a room that saw one of them would see them all."""
    assert [file for file in program_files() if {"worker", "web", "pages"} & imported_modules(file)] == []


@pytest.mark.parametrize("process", ["worker.py", "web.py", "pages.py"])
def test_a_process_is_short(process: str) -> None:
    """What it stands on is put together in wiring/."""
    assert len((ROOT / process).read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_ours(room: str) -> None:
    """Other projects on PyPI install packages of the same everyday names, `workflows` for one."""
    assert importlib.import_module(room).__file__ == str(ROOT / room / "__init__.py")


def test_every_room_is_listed() -> None:
    """A folder of Python that the contracts, the types and the build do not know would have no rules."""
    folders = {file.relative_to(ROOT).parts[0] for file in ROOT.glob("[!.]*/**/*.py")}

    assert folders - NO_ROOMS == set(ROOMS)
    assert set(ROOMS) <= set(PROJECT["tool"]["mypy"]["files"])
    assert set(ROOMS) <= set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])


def test_the_lock_names_no_host_but_pypi() -> None:
    """Whoever locks behind a mirror would otherwise lock everybody else out."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    hosts = {urlsplit(address).hostname for address in _addresses(lock)}

    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_every_locked_file_has_its_hash() -> None:
    """Two packages are third-party repacks of binaries: the hash is what holds them."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    files = [file for package in lock["package"] for file in (*package.get("wheels", []), package.get("sdist", {}))]

    assert [file for file in files if file and not file["hash"].startswith("sha256:")] == []


def test_what_builds_our_package_is_in_the_lock() -> None:
    """An isolated build would fetch the newest of what its builder needs, without a hash."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    build = PROJECT["dependency-groups"]["build"]

    assert build == PROJECT["build-system"]["requires"]
    assert {package["name"] for package in lock["package"]} >= {name.partition("==")[0] for name in build}
    assert "day90" in PROJECT["tool"]["uv"]["no-build-isolation-package"]
    assert "build" in PROJECT["tool"]["uv"]["default-groups"]


def test_every_program_file_says_which_question_it_answers() -> None:
    """Its docstring."""
    silent = [
        str(file.relative_to(ROOT))
        for file in program_files()
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]

    assert silent == []


def unexplained(source: str) -> list[str]:
    """Comments that silence a tool and do not say why; a library without types is its own reason."""
    comments = (token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == COMMENT)
    silenced = (token for token in comments if SILENCES.search(token.string))
    return [
        f"{token.start[0]}: {token.string}"
        for token in silenced
        if "import-untyped" not in token.string and not SILENCES_AND_SAYS_WHY.search(token.string)
    ]


def test_what_silences_a_tool_says_why() -> None:
    """`# noqa: CODE  # reason`, and the same for types: a guard that is off without a reason is off for good."""
    files = [file for file in ROOT.glob("[!.]*/**/*.py") if file != Path(__file__)] + [*ROOT.glob("*.py")]

    silent = {str(file.relative_to(ROOT)): unexplained(file.read_text(encoding="utf-8")) for file in files}

    assert {name: found for name, found in silent.items() if found} == {}


def test_the_guard_of_silencers_sees_them() -> None:
    """Among them one without a code."""
    assert [] == unexplained("a = 1  # noqa: E501  # the table\nimport b  # type: ignore[import-untyped]\n")
    assert ["1: # noqa: E501", "2: # type: ignore[index]", "3: # noqa"] == unexplained(
        "a = 1  # noqa: E501\nb = 1  # type: ignore[index]\nc = 1  # noqa\n"
    )


def _addresses(part: object) -> Iterator[str]:
    """Every URL in the lock, and every local path that would stand for one."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"url", "registry", "path", "git"} and isinstance(value, str):
                yield value
            else:
                yield from _addresses(value)
    elif isinstance(part, list):
        for value in part:
            yield from _addresses(value)
