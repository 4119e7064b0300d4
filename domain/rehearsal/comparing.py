"""What do two versions of a playbook say differently? Part by part, and field by field within each part."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from domain.playbook import Draft, Playbook, QuickWinSlot, RoleHours, ServiceLevel

NOBODY_LIVES_BY = frozenset({"key", "source", "not_carried"})
"""Fields that say how a part is named, and what it stands for."""
KNOWN_BY: Mapping[type[BaseModel], tuple[str, ...]] = {
    QuickWinSlot: ("day",),
    Draft: ("kind",),
    ServiceLevel: ("severity",),
    RoleHours: ("side", "role"),
}
"""By which fields a part is found again that has no key."""

IN_A_PROGRAMME = "programme_cadences"
"""The kind of what goes on after the hand-off; the playbook's own cadences end there."""


class Changed(NamedTuple):
    """A field that says something else. `path` leads to it within its part: ("raci", "responsible"), ("ladder", 0)."""

    path: tuple[str | int, ...]
    was: Any
    now: Any


class Part(NamedTuple):
    """A part of a playbook; `within` is the key of the stage that holds it, empty for all others."""

    content: BaseModel
    within: str = ""


class PartChanged(NamedTuple):
    """A part that is new (without `before`), gone (without `after`), or whose `fields` differ.

    `kind` is the field of the playbook that holds it, or of a stage: milestones, cadences, kickoff.
    """

    kind: str
    key: str
    before: BaseModel | None
    after: BaseModel | None
    fields: tuple[Changed, ...] = ()


def compared(old: Playbook, new: Playbook) -> tuple[PartChanged, ...]:
    """Everything that the new version says otherwise, in its order; what it lacks comes at the end of its kind."""
    before, after = dict(_parts(old, "playbook", "")), dict(_parts(new, "playbook", ""))
    kinds = list(dict.fromkeys(kind for kind, _ in [*after, *before]))
    names = sorted(dict.fromkeys([*after, *before]), key=lambda name: kinds.index(name[0]))
    changes = (_compared(name, before.get(name), after.get(name)) for name in names)
    return tuple(change for change in changes if change is not None)


def changed_fields(
    before: BaseModel, after: BaseModel, *, without: Collection[str] = NOBODY_LIVES_BY
) -> Iterator[Changed]:
    """Each field that says something else. Of lists as long as each other each entry is held against its own."""
    for name in type(after).model_fields:
        was, is_now = getattr(before, name), getattr(after, name)
        if was == is_now or name in without:
            continue
        if isinstance(was, BaseModel) and type(was) is type(is_now):
            yield from _within((name,), changed_fields(was, is_now, without=without))
        elif _are_models(was) and _are_models(is_now) and len(was) == len(is_now):
            for number, (one, other) in enumerate(zip(was, is_now, strict=True)):
                yield from _within((name, number), changed_fields(one, other, without=without))
        else:
            yield Changed((name,), was, is_now)


def _within(path: tuple[str | int, ...], changes: Iterator[Changed]) -> Iterator[Changed]:
    for change in changes:
        yield change._replace(path=(*path, *change.path))


def _compared(name: tuple[str, str], old: Part | None, new: Part | None) -> PartChanged | None:
    before, after = old and old.content, new and new.content
    if old is None or new is None:
        return PartChanged(*name, before, after)
    each = (old.content, new.content)
    parts = {name for one in each for name in type(one).model_fields if _holds_parts(one, name)}
    fields = list(changed_fields(old.content, new.content, without=NOBODY_LIVES_BY | parts))
    if old.within != new.within:
        fields.append(Changed(("stage",), old.within, new.within))
    return PartChanged(*name, before, after, tuple(fields)) if fields else None


def _parts(model: BaseModel, kind: str, key: str, stage: str = "") -> Iterator[tuple[tuple[str, str], Part]]:
    """That part and all within it, each under its kind and key."""
    yield (kind, key), Part(model, stage)
    for name in type(model).model_fields:
        if not _holds_parts(model, name):
            continue
        value = getattr(model, name)
        of_kind = IN_A_PROGRAMME if (kind, name) == ("programme", "cadences") else name
        if isinstance(value, BaseModel):
            yield from _parts(value, of_kind, "")
            continue
        for one, its_key in zip(value, _keys(value), strict=True):
            # Activities are called by their stage, too: their keys are once per stage.
            yield from (
                _parts(one, of_kind, f"{key}/{its_key}")
                if name == "activities"
                else _parts(one, of_kind, its_key, key if kind == "stages" else "")
            )


def _holds_parts(model: BaseModel, name: str) -> bool:
    """Whether that field holds parts of their own, and no value of this one."""
    value = getattr(model, name)
    if isinstance(value, BaseModel):
        return isinstance(model, Playbook)
    return _are_models(value) and all("key" in type(one).model_fields or type(one) in KNOWN_BY for one in value)


def _keys(parts: tuple[BaseModel, ...]) -> Iterator[str]:
    """By what each is found again; a second one of the same name is numbered."""
    times: Counter[str] = Counter()
    for one in parts:
        name = "/".join(str(getattr(one, field)) for field in KNOWN_BY.get(type(one), ("key",)))
        times[name] += 1
        yield name if times[name] == 1 else f"{name}/{times[name]}"


def _are_models(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, BaseModel) for one in value)
