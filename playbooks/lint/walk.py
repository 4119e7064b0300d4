"""Where in a playbook stands what? Lists its keys, milestones and references, each with the path to the field."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from domain.playbook import Milestone, Opening, Playbook, Stage
from playbooks.complaint import Spot


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


class Named(NamedTuple):
    """A key: the kind of part that it names, and the family of parts within which it must be unique."""

    spot: Spot
    kind: str
    family: str
    key: str


class Reference(NamedTuple):
    """A mention of a key: the kind of part that it must name, and the words that may stand there instead."""

    spot: Spot
    kind: str
    key: str
    instead: tuple[str, ...] = ()


# Stages, milestones and cadences share a family: the agenda knows its entries by these keys.
AGENDA = "agenda"


def every_milestone(playbook: Playbook) -> Iterator[tuple[Spot, Stage, Milestone]]:
    """Every milestone with the path to it and its stage."""
    for s, stage in enumerate(playbook.stages):
        for m, milestone in enumerate(stage.milestones):
            yield ("stages", s, "milestones", m), stage, milestone


def needs_of(playbook: Playbook, milestone: Milestone) -> Iterator[str]:
    """The keys that must be reached before the milestone: what it requires, and what opens its stage."""
    yield from playbook.needs(milestone)


def every_key(playbook: Playbook) -> Iterator[Named]:
    """All keys in the playbook except its own."""
    yield from _keyed(("stages",), "stage", playbook.stages, family=AGENDA)
    for index, stage in enumerate(playbook.stages):
        at: Spot = ("stages", index)
        yield from _keyed((*at, "milestones"), "milestone", stage.milestones, family=AGENDA)
        yield from _keyed((*at, "activities"), "activity", stage.activities)
        yield from _keyed((*at, "deliverables"), "deliverable", stage.deliverables)
    yield from _keyed(("cadences",), "cadence", playbook.cadences, family=AGENDA)
    yield from _keyed(("programme", "cadences"), "programme cadence", playbook.programme.cadences, family=AGENDA)
    if playbook.training:
        yield from _keyed(("training", "tracks"), "track", playbook.training.tracks)
        yield from _keyed(("training", "formats"), "format", playbook.training.formats)
        yield from _keyed(("training", "sessions"), "session", playbook.training.sessions)
    yield from _keyed(("targets",), "target", playbook.targets)
    yield from _keyed(("score", "parts"), "part of the score", playbook.score.parts if playbook.score else ())
    yield from _keyed(("indicators",), "indicator", playbook.indicators)
    yield from _keyed(("risks",), "risk", playbook.risks)
    yield from _keyed(("red_flags",), "red flag", playbook.red_flags)
    yield from _keyed(("corrections",), "correction", playbook.corrections)
    yield from _keyed(("hand_off", "criteria"), "criterion", playbook.hand_off.criteria)


def references(playbook: Playbook) -> Iterator[Reference]:
    """Every mention of a part by its key."""
    yield from _of_the_stages(playbook)
    for index, cadence in enumerate(playbook.cadences):
        at: Spot = ("cadences", index)
        yield from _of_an_opening((*at, "starts"), cadence.starts)
        yield Reference((*at, "until"), "milestone", cadence.until, ("hand_off",))
        if cadence.culminates:
            yield Reference((*at, "culminates", "milestone"), "milestone", cadence.culminates.milestone)
    for index, hours in enumerate(playbook.resources):
        yield from _mentions(("resources", index, "stages"), "stage", hours.stages)
    if playbook.training:
        yield from _mentions(("training", "continuing"), "cadence", playbook.training.continuing)
        for index, session in enumerate(playbook.training.sessions):
            at = ("training", "sessions", index)
            yield Reference((*at, "track"), "track", session.track)
            if session.milestone:
                yield Reference((*at, "milestone"), "milestone", session.milestone)
    for index, draft in enumerate(playbook.drafts):
        for name in ("after", "reaches"):
            if (key := getattr(draft, name)) is not None:
                yield Reference(("drafts", index, name), "milestone", key)
    yield from _of_the_measures(playbook)


def _of_the_stages(playbook: Playbook) -> Iterator[Reference]:
    for index, stage in enumerate(playbook.stages):
        at: Spot = ("stages", index)
        yield from _of_an_opening((*at, "opens"), stage.opens)
        for a, activity in enumerate(stage.activities):
            yield Reference((*at, "activities", a, "milestone"), "milestone", activity.milestone)
        for d, deliverable in enumerate(stage.deliverables):
            yield Reference((*at, "deliverables", d, "milestone"), "milestone", deliverable.milestone)
    for at, _, milestone in every_milestone(playbook):
        yield Reference((*at, "anchor"), "milestone", milestone.anchor, ("close",))
        yield from _mentions((*at, "requires"), "milestone", milestone.requires)
        if milestone.sign_off:
            yield from _mentions((*at, "sign_off", "reopens"), "milestone", milestone.sign_off.reopens)


def _of_the_measures(playbook: Playbook) -> Iterator[Reference]:
    for index, target in enumerate(playbook.targets):
        yield Reference(("targets", index, "anchor"), "milestone", target.anchor, ("close",))
    for index, part in enumerate(playbook.score.parts if playbook.score else ()):
        yield Reference(("score", "parts", index, "anchor"), "milestone", part.anchor, ("close",))
    for index, indicator in enumerate(playbook.indicators):
        at: Spot = ("indicators", index)
        yield from _mentions((*at, "milestones"), "milestone", indicator.milestones)
        yield from _mentions((*at, "under_way"), "milestone", indicator.under_way)
        for stage in indicator.share_reached:
            yield Reference((*at, "share_reached", stage), "stage", stage)
        if indicator.amber_while_ahead:
            yield Reference((*at, "amber_while_ahead"), "milestone", indicator.amber_while_ahead)
    for index, flag in enumerate(playbook.red_flags):
        yield Reference(("red_flags", index, "correction"), "correction", flag.correction)
    for index, criterion in enumerate(playbook.hand_off.criteria):
        yield from _mentions(("hand_off", "criteria", index, "evidence"), "target", criterion.evidence)


def _of_an_opening(at: Spot, opening: Opening) -> Iterator[Reference]:
    yield from _mentions((*at, "after"), "milestone", opening.after)
    yield Reference((*at, "anchor"), "milestone", opening.anchor, ("close",))


def _mentions(at: Spot, kind: str, keys: Iterable[str]) -> Iterator[Reference]:
    for index, key in enumerate(keys):
        yield Reference((*at, index), kind, key)


def _keyed(at: Spot, kind: str, parts: Iterable[Keyed], *, family: str = "") -> Iterator[Named]:
    for index, part in enumerate(parts):
        yield Named((*at, index, "key"), kind, family or kind, part.key)
