"""Which of a company's own templates cannot be used? Each is named with file and line, before a message needs it."""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from activities.channels.texts.rendering import OF_TEMPLATES, TEMPLATES, BrokenTemplate, Rendering, environment
from activities.channels.texts.samples import ALL, FACTS, sample
from domain.record import WaitingNotice


class Trouble(NamedTuple):
    """One thing to mend in a template. `line` counts from 1; 0 where it is about the whole file."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


def troubles_in(folder: Path) -> list[Trouble]:
    """What is wrong with the templates below that folder, in the order of their files and lines.

    Each is read, compared with the facts that ours of its name is given, and rendered with samples of every kind.
    """
    own = _Own(folder)
    read = [trouble for name in own.names for trouble in own.read(name)]
    # A file that cannot be read, or that names what there is not, would be found again by every sample.
    troubled = {trouble.file for trouble in read}
    rendered = [trouble for trouble in own.rendered() if trouble.file not in troubled]
    return sorted({*read, *rendered})


class _Own:
    """The templates of a company, beside ours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jinja = environment([folder, TEMPLATES])
        self._ours = environment([TEMPLATES])
        self._included: set[str] = set()

    @cached_property
    def names(self) -> list[str]:
        files = (file for file in self._folder.rglob("*") if file.is_file() and file.suffix in OF_TEMPLATES)
        names = (file.relative_to(self._folder).as_posix() for file in files)
        # Text beside the folders of languages is none of a message: a README, for one.
        return sorted(name for name in names if "/" in name or not name.endswith(".md"))

    @cached_property
    def _names_of_ours(self) -> frozenset[str]:
        return frozenset(self._ours.list_templates())

    def read(self, name: str) -> Iterator[Trouble]:
        """What is wrong with a template however it is rendered."""
        file = self._folder / name
        try:
            source = file.read_text("utf-8")
        except UnicodeDecodeError as error:
            yield Trouble(file, file.read_bytes()[: error.start].count(b"\n") + 1, "is not written in UTF-8")
            return
        try:
            tree = self._jinja.parse(source)
            self._jinja.compile(source)
        except TemplateSyntaxError as error:
            yield Trouble(file, error.lineno, error.message or "cannot be read")
            return
        yield from self._unused(name)
        facts = _facts_of(self._ours, name)
        unknown = meta.find_undeclared_variables(tree).difference(facts)
        for one in tree.find_all(nodes.Name):
            if one.name in unknown and one.ctx == "load":
                there = ", ".join(sorted(facts))
                yield Trouble(file, one.lineno, f"there is no fact {one.name!r} here; there are: {there}")

    def _unused(self, name: str) -> Iterator[Trouble]:
        if name not in self._names_of_ours and name not in self._parts:
            example = "en/reminder.md"
            yield Trouble(
                self._folder / name, 0, f"replaces none of ours and is part of none: {example}, for one, would"
            )

    @cached_property
    def _parts(self) -> set[str]:
        """What the company's templates include, as far as it is named."""
        return {part for name in self.names for part in _included_by(self._jinja, self._folder / name)}

    def rendered(self) -> Iterator[Trouble]:
        """What breaks when samples of every kind are rendered."""
        rendering = Rendering(company_templates=self._folder)
        for kind, language in ALL if self.names else ():
            if (broken := _rendered(rendering, sample(kind, language))) is not None and broken.template in self.names:
                yield Trouble(self._folder / broken.template, broken.line, f"a {_in_words(kind)} {broken.why}")


def _in_words(kind: str) -> str:
    return kind.replace("_", " ")


def _rendered(rendering: Rendering, waiting: WaitingNotice) -> BrokenTemplate | None:
    try:
        rendering.render(waiting)
    except BrokenTemplate as broken:
        return broken
    return None


def _included_by(jinja: Environment, file: Path) -> Iterable[str]:
    try:
        named = meta.find_referenced_templates(jinja.parse(file.read_text("utf-8")))
        return [name for name in named if name is not None]
    except (TemplateSyntaxError, UnicodeDecodeError):
        return []


def _facts_of(ours: Environment, name: str) -> Collection[str]:
    """The facts that a template of that name may print: those of its kind, or of any where it is part of others."""
    file = name.rpartition("/")[2]
    kinds = [facts[kind] for facts in FACTS.values() for kind in facts if f"{kind}.md" == file] or [
        facts[kind] for facts in FACTS.values() for kind in facts
    ]
    head = sample("reminder").notice.facts
    used = _used(ours, name) if name in ours.list_templates() else set()
    return {*_ALWAYS, *head, *used, *(fact for facts in kinds for fact in facts)}


def _used(ours: Environment, name: str) -> set[str]:
    return meta.find_undeclared_variables(ours.parse((TEMPLATES / name).read_text("utf-8")))


_ALWAYS = frozenset({"wording", "links", "colleague", "company", "desk"})
"""What every template is given besides the facts of its notice."""
