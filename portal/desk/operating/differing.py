"""What do two versions of a playbook say differently, as people would say it? Part by part, in either language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from pydantic import BaseModel

from domain.naming import listed, role_title
from domain.playbook import Playbook
from domain.rehearsal.comparing import Changed, PartChanged, compared
from domain.text import LANGUAGES, Language, plain
from domain.titles import titles_of
from portal.desk.operating.field_words import FIELDS, KINDS, OF, VALUES

SLUG = re.compile(r"[a-z][a-z0-9_-]*")
NOTHING = "–"
NO_FIELDS = frozenset({"key", "source", "title", "text"})
"""Fields that are not said again of a part that is shown as a whole: its name is there already."""


class Row(NamedTuple):
    """A field before and after. In a `language` where the texts differ in that one alone."""

    field: str
    was: str
    now: str
    language: Language | None = None


class PartShown(NamedTuple):
    """A part that is new or gone, with what it says; or changed, with each field that differs."""

    title: str
    fate: str
    rows: Sequence[Row]


class KindShown(NamedTuple):
    """All changes of one kind of parts."""

    title: str
    parts: Sequence[PartShown]


def shown(old: Playbook, new: Playbook, language: Language) -> Sequence[KindShown]:
    """Everything that differs, kind by kind."""
    wording = Wording({**_titles(old), **_titles(new)}, language)
    changes = compared(old, new)
    return [
        KindShown(KINDS[kind][wording.place], [wording.part(one) for one in of_kind])
        for kind, of_kind in groupby(changes, lambda one: one.kind)
    ]


class Wording:
    """Words what differs between two versions for one reader. `titles` are those of all that parts name."""

    def __init__(self, titles: Mapping[str, Any], language: Language) -> None:
        self._titles = titles
        self._language = language
        self.place = LANGUAGES.index(language)

    def part(self, change: PartChanged) -> PartShown:
        """A part with what it is called, and what differs."""
        part = change.after or change.before
        assert part is not None, "it is there in one of them"
        title = self._name(change.kind, part)
        if change.before is None or change.after is None:
            fate = "gone" if change.after is None else "new"
            return PartShown(title, fate, [self._row(change.kind, one) for one in self._said_of(part, fate)])
        return PartShown(title, "changed", [self._row(change.kind, one) for one in change.fields])

    def _said_of(self, part: BaseModel, fate: str) -> Iterable[Changed]:
        """What a part that is new or gone says, without what it leaves open."""
        for name, value in part:
            if name in NO_FIELDS or value in (None, (), {}, False) or _is_default(part, name, value):
                continue
            if isinstance(value, tuple) and any(hasattr(one, "key") for one in value):
                continue  # Parts of their own, which are told of by themselves.
            yield Changed((name,), None, value) if fate == "new" else Changed((name,), value, None)

    def _name(self, kind: str, part: BaseModel) -> str:
        """What the part is called; of a block that there is one of, nothing beside its kind."""
        if title := getattr(part, "title", None):
            return self._text(title) if kind != "playbook" else ""
        names = [getattr(part, name) for name in ("day", "kind", "severity", "role") if kind in NAMED_BY.get(name, ())]
        return self._value(names[0]) if names else ""

    def _row(self, kind: str, change: Changed) -> Row:
        name = next((part for part in reversed(change.path) if isinstance(part, str)), kind)
        was, now = self.both(change.was, change.now, of=name)
        row = Row(self._field(kind, change.path), was, now)
        if was != now:
            return row
        # What the reader reads is the same: the text in the other language differs.
        other: Language = "ja" if self._language == "en" else "en"
        was, now = Wording(self._titles, other).both(change.was, change.now, of=name)
        return Row(row.field, was, now, other)

    def both(self, was: Any, now: Any, *, of: str) -> tuple[str, str]:
        """Both sides of that field in words. Of two lists of texts or of parts only the entries that differ."""
        if _has_entries(was) and _has_entries(now):
            gone, come = tuple(one for one in was if one not in now), tuple(one for one in now if one not in was)
            if gone or come:
                return self._value(gone, of), self._value(come, of)
        return self._value(was, of), self._value(now, of)

    def _field(self, kind: str, path: Sequence[str | int]) -> str:
        """What the field is called, from the outside in: sign-off: by."""
        words: list[str] = []
        parent = kind
        for part in path:
            if isinstance(part, int):
                words[-1] += f" {part + 1}"
                continue
            words.append(label_of(parent, part)[self.place])
            parent = part
        said = ("：" if self._language == "ja" else ": ").join(words)
        return said[:1].upper() + said[1:]

    def _value(self, value: Any, of: str = "") -> str:
        match value:
            case None | () | "":
                return NOTHING
            case bool():
                return ("yes", "no")[not value] if self._language == "en" else ("はい", "いいえ")[not value]
            case int() | float():
                return plain(value)
            case str():
                return self._word(value)
            case tuple():
                texts = [self._value(one, of) for one in value]
                return "\n".join(texts) if any(len(one) > LONG for one in texts) else listed(texts, self._language)
            case BaseModel():
                return self._model(value, of)
            case dict() if value.keys() <= set(LANGUAGES):
                return self._text(value)
            case dict():
                return listed(
                    (self._named(self._word(key), self._value(one)) for key, one in value.items()), self._language
                )
        return str(value)

    def _word(self, word: str) -> str:
        """A name of the playbook's or the schema's as people say it; any other text as it is."""
        if not SLUG.fullmatch(word):
            return word
        if word in self._titles:
            return self._text(self._titles[word])
        return VALUES[word][self.place] if word in VALUES else role_title(word, self._language)

    def _model(self, part: BaseModel, of: str) -> str:
        """A whole part in one line, without what it leaves open; `of` is the field that holds it."""
        name = getattr(part, "title", None) or getattr(part, "text", None)
        said = [
            self._named(label_of(of, field)[self.place], self._value(value, field))
            for field, value in part
            if field not in NO_FIELDS and value not in (None, (), {}, False) and not _is_default(part, field, value)
        ]
        parts = [*([self._text(name)] if name else []), *said]
        return ("、" if self._language == "ja" else "; ").join(parts) or NOTHING

    def _named(self, label: str, value: str) -> str:
        return f"{label}：{value}" if self._language == "ja" else f"{label}: {value}"

    def _text(self, text: Any) -> str:
        if isinstance(text, str):
            return text
        return str(text.get(self._language) or text.get("en") or next(iter(text.values()), ""))


LONG = 40
"""Characters of an entry from which on a list has a line for each."""
NAMED_BY: Mapping[str, Sequence[str]] = {
    "day": ("quick_wins",),
    "kind": ("drafts",),
    "severity": ("levels",),
    "role": ("resources",),
}
"""By which field a part is called that has no title, for its kind."""


def label_of(parent: str, field: str) -> tuple[str, str]:
    """What that field is called, of that part where its name says two things."""
    return OF.get(f"{parent}.{field}") or FIELDS.get(field) or OF[field]


def _titles(playbook: Playbook) -> Mapping[str, Any]:
    """Titles by key of all that other parts name."""
    parts: list[Any] = [*playbook.targets, *playbook.corrections, *playbook.programme.cadences]
    parts += [*playbook.training.tracks] if playbook.training else []
    return {**titles_of(playbook), **{one.key: one.title for one in parts}}


def _has_entries(value: Any) -> bool:
    """Whether that is a list of texts in both languages, or of parts; names in a list are read together."""
    return isinstance(value, tuple) and any(isinstance(one, dict | BaseModel) or len(str(one)) > LONG for one in value)


def _is_default(part: BaseModel, name: str, value: Any) -> bool:
    return bool(value == type(part).model_fields[name].default)
