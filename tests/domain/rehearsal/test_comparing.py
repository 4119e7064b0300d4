"""Is everything found that two versions of a playbook say differently, and nothing else?"""

from collections.abc import Callable
from typing import Any

from domain.playbook import Playbook
from domain.rehearsal.comparing import PartChanged, compared
from tests.support.simulation import playbook_of

BEFORE = playbook_of("high-touch")


def after(change: Callable[[dict[str, Any]], object]) -> tuple[PartChanged, ...]:
    """What differs once the raw playbook was changed like that."""
    raw = BEFORE.model_dump(mode="json", by_alias=True)
    change(raw)
    return compared(BEFORE, Playbook.model_validate(raw))


def test_against_itself_nothing_differs() -> None:
    assert () == compared(BEFORE, BEFORE)


def test_what_nobody_lives_by_is_no_difference() -> None:
    assert () == after(lambda raw: raw["stages"][0]["milestones"][0].update(source=["X-1"]))


def test_a_field_of_a_milestone_is_found_where_it_stands() -> None:
    [part] = after(lambda raw: raw["stages"][0]["milestones"][0]["raci"].update(responsible="executive"))

    assert ("milestones", "handoff_reviewed") == (part.kind, part.key)
    assert [(("raci", "responsible"), "csm", "executive")] == [tuple(one) for one in part.fields]


def test_a_milestone_that_moves_to_another_stage_is_the_same_milestone() -> None:
    def move(raw: dict[str, Any]) -> None:
        raw["stages"][1]["milestones"].append(raw["stages"][0]["milestones"].pop(1))

    [part] = after(move)

    assert [(("stage",), "welcome", "implementation")] == [tuple(one) for one in part.fields]


def test_parts_that_come_and_go_are_new_and_gone() -> None:
    """An activity is known by its stage, too; lines of hours have no key at all."""

    def change(raw: dict[str, Any]) -> None:
        raw["stages"][0]["activities"][0]["key"] = "another"
        raw["resources"].append(raw["resources"][0])

    parts = after(change)

    fates = {(one.kind, one.key.partition("/")[0]): (one.before is None, one.after is None) for one in parts}
    assert {("activities", "welcome"), ("resources", "vendor")} == set(fates)
    assert 2 == len([one for one in parts if one.kind == "activities"])
    assert (True, False) == fates["resources", "vendor"]


def test_a_block_that_goes_is_gone_with_all_that_it_holds() -> None:
    parts = after(lambda raw: raw.update(training=None))

    assert {"training", "tracks", "formats", "sessions"} == {one.kind for one in parts}
    assert all(one.after is None for one in parts)


def test_cadences_of_the_programme_are_not_those_of_the_onboarding() -> None:
    [part] = after(lambda raw: raw["programme"]["cadences"][0].update(minutes=45))

    assert ("programme_cadences", 45) == (part.kind, part.fields[0].now)


def test_entries_of_a_list_as_long_as_before_are_held_against_each_other() -> None:
    [part] = after(lambda raw: raw["nudging"]["ladder"][0].update(after=4))

    assert [("ladder", 0, "after")] == [one.path for one in part.fields]
