"""What does a YAML file say, and on which line? Reads it into a model, or complains about every field that is wrong.

Anchors and aliases are refused, only `true` and `false` are truth values, and a number is what JSON calls one: whoever
reads a playbook aloud should not need to know YAML's corners (`010` is eight there, `1:30` is ninety), an editor that
checks by the JSON Schema should come to the same verdict, and every complaint should have one line of its own.
"""

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from playbooks.complaint import BadPlaybook, Complaint, Gravity, Spot, field_name

Model = TypeVar("Model", bound=BaseModel)

# libyaml is ten times as fast; PyYAML's wheels carry it, a build from source may not.
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# A playbook nests about ten deep; at some ten thousand libyaml ends the whole process with a segmentation fault.
DEEPEST = 100
LARGEST = 1_000_000
"""Bytes: ten times the largest playbook that we ship. A worker reads them all whenever one has changed."""
TAG = "tag:yaml.org,2002:"
STRING_TAG = f"{TAG}str"
PLAIN_TAGS = {f"{TAG}{kind}" for kind in ("str", "null", "bool", "int", "float", "seq", "map", "timestamp")}
JSON_WORDS = {
    f"{TAG}bool": re.compile(r"true|false"),
    f"{TAG}int": re.compile(r"-?(0|[1-9][0-9]*)"),
    f"{TAG}float": re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?"),
    f"{TAG}timestamp": re.compile(r"(?!)"),
}
"""How JSON writes what YAML takes for more than a word; written in any other way it stays a word."""
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What no database and no mail can hold: control characters, and halves of surrogate pairs."""


@dataclass(frozen=True)
class Written:
    """The content of a file, and the line of each of its parts."""

    file: str
    content: Any
    lines: Mapping[Spot, int]

    def line(self, spot: Spot) -> int:
        """The line of that part, or of the nearest part around it that stands in the file."""
        while spot and spot not in self.lines:
            spot = spot[:-1]
        return self.lines.get(spot, 1)

    def complaint(self, spot: Spot, what: str, gravity: Gravity = "error") -> Complaint:
        """A complaint about that part, with file and line."""
        return Complaint(self.file, self.line(spot), field_name(spot), what, gravity)


def read(path: Path) -> Written:
    """The content of a YAML file. Raises BadPlaybook when it is missing, too large, no YAML, or breaks a rule above."""
    file = _shown(path)
    return read_text(_text(path, file), file)


def read_text(text: str, file: str) -> Written:
    """The content of a YAML text; `file` is what complaints call it. Raises BadPlaybook like `read`."""
    if number := _too_deep(text):
        raise BadPlaybook([Complaint(file, number, "the whole file", f"nests more than {DEEPEST} deep")])
    try:
        root = yaml.compose(text, Loader=LOADER)
        lines: dict[Spot, int] = {}
        if root is not None:
            problems = list(_walk(root, (), lines, set()))
            if problems:
                raise BadPlaybook(Complaint(file, line, field_name(spot), what) for spot, line, what in problems)
        content = None if root is None else SafeConstructor().construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BadPlaybook([Complaint(file, line, "the whole file", f"is no YAML: {error.problem}")]) from None
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise BadPlaybook([Complaint(file, 1, "the whole file", f"is no YAML: {reason}")]) from None
    return Written(file, content, lines)


def validated(written: Written, model: type[Model]) -> Model:
    """The content as an instance of that model. Raises BadPlaybook with a complaint for every wrong field."""
    if not isinstance(written.content, dict):
        raise BadPlaybook([written.complaint((), "should be fields with values, like `key: high-touch`")])
    try:
        # As JSON and strictly: "5" is no number and "yes" no truth value, whatever pydantic could make of them.
        return model.model_validate_json(json.dumps(written.content), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        raise BadPlaybook(_merged(written, [(_spot(written, detail), detail) for detail in details])) from None


def _shown(path: Path) -> str:
    """The path as people write it: relative to the working directory when it lies below it, else in full."""
    here = Path.cwd()
    full = path.absolute()
    return os.path.relpath(full, here) if full.is_relative_to(here) else str(full)


def _text(path: Path, file: str) -> str:
    try:
        # Before it is opened: a pipe that nobody writes into would be read for ever.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadPlaybook([Complaint(file, 0, "the whole file", "is no regular file")])
        if status.st_size > LARGEST:
            what = f"is larger than {LARGEST // 1_000_000} MB, which no file of ours is"
            raise BadPlaybook([Complaint(file, 0, "the whole file", what)])
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadPlaybook([Complaint(file, 1, "the whole file", "is not written in UTF-8")]) from None
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise BadPlaybook([Complaint(file, 0, "the whole file", what)]) from None
    return text


def _too_deep(text: str) -> int | None:
    """The line on which the nesting could become too deep, estimated on the safe side; None where it cannot."""
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        depth = max(depth + line.count("[") + line.count("{") - line.count("]") - line.count("}"), 0)
        indent = len(line) - len(line.lstrip(" -?"))
        if depth + max(line.count("["), line.count("{")) > DEEPEST or indent > 2 * DEEPEST:
            return number
    return None


def _walk(node: Node, spot: Spot, lines: dict[Spot, int], seen: set[int]) -> Iterator[tuple[Spot, int, str]]:
    """Note the line of every part, and yield what is not allowed. A node that is in `seen` already is an alias."""
    line = node.start_mark.line + 1
    lines.setdefault(spot, line)
    if id(node) in seen:
        yield spot, line, "is an alias of another part: write it out"
        return
    seen.add(id(node))
    if node.tag not in PLAIN_TAGS:
        yield spot, line, f"is written as {node.tag.replace(TAG, '!!')}: write it plainly"
        return
    if isinstance(node, ScalarNode):
        if node.tag in JSON_WORDS and not JSON_WORDS[node.tag].fullmatch(node.value):
            node.tag = STRING_TAG
        if UNWRITABLE.search(node.value):
            yield spot, line, "holds a control character, or half of one"
    if isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield from _walk(child, (*spot, index), lines, seen)
    if isinstance(node, MappingNode):
        for key, child in node.value:
            at = (*spot, str(key.value))
            if at in lines:
                yield at, key.start_mark.line + 1, f"stands here twice; first on line {lines[at]}"
                continue
            lines[at] = key.start_mark.line + 1
            yield from _walk(key, at, {}, seen)
            yield from _walk(child, at, lines, seen)


def _spot(written: Written, detail: ErrorDetails) -> Spot:
    """Where in the file an error lies: pydantic's path also names the alternatives of a union, absent from the file."""
    spot: Spot = ()
    for part in detail["loc"]:
        if (*spot, part) in written.lines:
            spot = (*spot, part)
    return (*spot, detail["loc"][-1]) if detail["type"] == "missing" else spot


def _merged(written: Written, details: list[tuple[Spot, ErrorDetails]]) -> list[Complaint]:
    """One complaint per spot. Where a text is given per language, the wrong language is named, not `no string`."""
    around = {spot[:length] for spot, _ in details for length in range(len(spot))}
    words: dict[Spot, list[str]] = {}
    for spot, detail in details:
        if detail["type"] == "string_type" and spot in around:
            continue
        words.setdefault(spot, []).append(_in_words(detail))
    return [written.complaint(spot, ", or ".join(dict.fromkeys(texts))) for spot, texts in words.items()]


def _in_words(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "extra_forbidden":
        return "is no field that we know"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "string_type" and isinstance(detail["input"], int | float):
        message = f"{message}: write it in quotes, {json.dumps(json.dumps(detail['input']))}"
    return message[:1].lower() + message[1:]
