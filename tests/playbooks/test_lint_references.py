"""Is a typing mistake found wherever it happens? Every key of a playbook and every mention, broken in turn."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from domain.playbook import Playbook
from playbooks.complaint import Spot
from playbooks.library import Library, complaints_about
from playbooks.lint.playbook import keys_are_used_once, references_lead_somewhere
from playbooks.lint.walk import every_key, references

KEYS = Library().keys()
Found = list[tuple[Spot, str]]


@pytest.fixture(params=KEYS)
def playbook(request: pytest.FixtureRequest) -> Playbook:
    return Library().get(request.param)


def written(playbook: Playbook) -> Any:
    """The playbook as people would write it."""
    return playbook.model_dump(mode="json", by_alias=True)


def with_part(content: Any, spot: Spot, value: Any) -> Any:
    """A copy of the content with one part replaced."""
    if not spot:
        return value
    copied = dict(content) if isinstance(content, dict) else list(content)
    copied[spot[0]] = with_part(content[spot[0]], spot[1:], value)  # type: ignore[index]  # a dict or a list
    return copied


def renamed(content: Any, spot: Spot, name: str) -> Any:
    """A copy of the content with that key renamed: a value, or the name of an entry."""
    *way, last = spot
    holder = content
    for part in way:
        holder = holder[part]
    if isinstance(holder, dict) and last in holder and not isinstance(holder[last], str):
        return with_part(content, tuple(way), {name if key == last else key: value for key, value in holder.items()})
    return with_part(content, spot, name)


def errors_in(content: Any) -> Found:
    """The errors of the checks of keys; the other checks have their own tests and would cost a minute here."""
    playbook = Playbook.model_validate(content)
    return [*references_lead_somewhere(playbook), *keys_are_used_once(playbook)]


def leaves(content: Any, spot: Spot = ()) -> Iterator[tuple[Spot, Any]]:
    """Every single value with the path to it."""
    if isinstance(content, dict | list):
        pairs = content.items() if isinstance(content, dict) else enumerate(content)
        for name, part in pairs:
            yield from leaves(part, (*spot, name))
    else:
        yield spot, content


def test_what_we_ship_has_neither_errors_nor_warnings() -> None:
    """There is no false alarm: errors found below come from what was broken there."""
    assert [] == [str(complaint) for key in KEYS for complaint in complaints_about(Library().file(key))]


def test_every_mistyped_mention_is_found_where_it_stands(playbook: Playbook) -> None:
    content = written(playbook)
    mentions = list(references(playbook))

    missed = [
        spot
        for spot, kind, key, _ in mentions
        if (next_to(spot, key), f"there is no {kind} '{key}x'") not in errors_in(renamed(content, spot, f"{key}x"))
    ]

    assert len(mentions) > 50
    assert [] == missed


def next_to(spot: Spot, key: str) -> Spot:
    """The place where a mistyped mention is reported: at itself, or under the new name where it names an entry."""
    return (*spot[:-1], f"{key}x") if spot[-1] == key else spot


def test_every_key_that_is_mentioned_is_missed_when_it_is_renamed(playbook: Playbook) -> None:
    """Every mention of the key is reported, and nothing else."""
    content = written(playbook)
    mentions = list(references(playbook))

    for named in every_key(playbook):
        expected = {spot for spot, kind, key, _ in mentions if kind == named.kind and key == named.key}
        errors = errors_in(renamed(content, named.spot, f"{named.key}x"))
        missed = {spot for spot, what in errors if what == f"there is no {named.kind} {named.key!r}"}
        assert expected == missed, named


def test_every_doubled_key_is_found(playbook: Playbook) -> None:
    """A key is unique within its kind; stages, milestones and cadences are one kind to the agenda."""
    content = written(playbook)
    named = list(every_key(playbook))

    for one, other in pairwise(named):
        if one.family == other.family:
            errors = errors_in(renamed(content, other.spot, one.key))
            assert any(what == f"{one.key!r} is the key of another {one.kind} already" for _, what in errors), other


def test_every_key_shaped_value_is_a_known_mention_a_key_or_a_word_of_the_schema(playbook: Playbook) -> None:
    """A field that names another part and that lint forgets would show here: its value is somebody's key."""
    declared = {named.key for named in every_key(playbook)}
    accounted = {spot for spot, *_ in references(playbook)} | {named.spot for named in every_key(playbook)}
    free = {"metric", "observed"}

    forgotten = [
        spot
        for spot, value in leaves(written(playbook))
        if value in declared and spot not in accounted and not free & set(spot) and not is_word(playbook, spot)
    ]

    assert [] == forgotten


def is_word(playbook: Playbook, spot: Spot) -> bool:
    """Whether the schema lists the words that may stand there, so that it refuses a wrong one."""
    return is_refused(with_part(written(playbook), spot, "no-such-word"))


def is_refused(content: Any) -> bool:
    try:
        Playbook.model_validate(content)
    except ValueError:
        return True
    return False


def test_every_role_and_every_choice_that_is_mistyped_is_refused(playbook: Playbook) -> None:
    """The schema refuses them: roles, severities, kinds and touch are words of the program."""
    content = written(playbook)
    words = {
        "responsible", "accountable", "consulted", "informed", "by", "who", "with", "led_by", "role", "side", "for",
        "owner", "severity", "touch", "kind", "hours", "per", "found_by", "category", "to", "prolonged_by",
    }  # fmt: skip
    spots = [
        spot
        for spot, value in leaves(content)
        if isinstance(value, str) and (spot[-1] in words or (len(spot) > 1 and spot[-2] in words))
    ]

    assert len(spots) > 100
    assert [] == [spot for spot in spots if not is_refused(with_part(content, spot, "no-such-word"))]
