"""What would people say has changed? Moved, gone, new, the same: never a date that went because another one came."""

from datetime import date, timedelta
from typing import Any

from domain.playbook import Budgets, Playbook
from domain.rehearsal.budgets import breaches
from domain.rehearsal.difference import difference, side_by_side
from domain.rehearsal.reasons import Reasons
from domain.rehearsal.story import DayOff, Mail
from tests.support.rehearsals import in_time, story
from tests.support.simulation import playbook_of

FIRST = date(2026, 11, 2)


def mail(day: int, **changes: Any) -> Mail:
    on = FIRST + timedelta(days=day)
    given = {"kind": "status_report", "to": "lead", "role": "project_lead", "side": "customer", "on": on}
    return Mail.model_validate({**given, "week": day // 7 + 1, **changes})


def days(*numbers: int) -> list[Mail]:
    return [mail(number) for number in numbers]


def apart(old: list[Mail], new: list[Mail]) -> list[tuple[int | None, int | None]]:
    def day(one: Mail | None) -> int | None:
        return (one.on - FIRST).days if one else None

    return [(day(was), day(is_now)) for was, is_now in side_by_side(old, new)]


def changed(**changes: Any) -> Playbook:
    """The short playbook with fields of one cadence or milestone changed, by its key."""
    raw = playbook_of("tech-touch").model_dump(mode="json", by_alias=True)
    parts = [*raw["cadences"], *(one for stage in raw["stages"] for one in stage["milestones"])]
    for key, fields in changes.items():
        next(part for part in parts if part["key"] == key).update(fields)
    return Playbook.model_validate(raw)


def test_the_nth_stands_beside_the_nth() -> None:
    assert [(8, 9), (15, 16), (22, 23)] == apart(days(8, 15, 22), days(9, 16, 23))


def test_half_as_many_are_half_of_them_gone_and_not_all_of_them_moved() -> None:
    assert [(8, 8), (15, None), (22, 22), (29, None)] == apart(days(8, 15, 22, 29), days(8, 22))


def test_twice_as_many_are_half_of_them_new() -> None:
    assert [(8, 8), (None, 15), (22, 22), (None, 29)] == apart(days(8, 22), days(8, 15, 22, 29))


def test_none_beside_some_are_all_new() -> None:
    assert [(None, 8), (None, 15)] == apart([], days(8, 15))


def test_against_itself_nothing_changes() -> None:
    playbook = playbook_of("tech-touch")

    same = difference(in_time(), in_time(), playbook, playbook)

    assert () == same.dates
    assert () == same.mails
    assert len(in_time().mails) == same.same


def test_a_cadence_that_comes_half_as_often_takes_away_and_says_why() -> None:
    old, new = playbook_of("tech-touch"), changed(project_status={"every_weeks": 2})

    change = difference(in_time(), story(new), old, new)

    reports = [one for one in change.mails if one.about == "project_status"]
    assert {"gone"} == {one.fate for one in reports}
    assert {"every_weeks: 1, now 2"} == {one.why for one in reports}
    # What travelled in one message with a report that comes no more goes on another day, or by itself.
    assert {"gone"}.isdisjoint(one.fate for one in change.mails if one not in reports)


def test_a_milestone_on_another_day_moves_and_says_from_when_to_when_and_why() -> None:
    old = playbook_of("tech-touch")
    key = next(one.key for one in old.milestones if one.role == "go_live")
    new = changed(**{key: {"day": 47}})

    change = difference(in_time(), story(new), old, new)

    moved = {one.what: one for one in change.dates}
    assert "day: 40, now 47" == moved[key].why
    before, after = moved[key].before, moved[key].after
    assert before is not None
    assert after is not None
    assert 5 <= (after - before).days <= 9
    assert any(one.why.startswith("follows ") for one in change.dates)


def test_a_reason_names_the_part_that_changed_and_nothing_that_only_words_it() -> None:
    milestone = playbook_of("tech-touch").milestone("uat_signed_off")
    assert milestone is not None
    assert milestone.sign_off is not None
    raci = {**milestone.raci.model_dump(mode="json"), "responsible": "technical_lead", "consulted": []}
    signing = {**milestone.sign_off.model_dump(mode="json"), "what": {"en": "The test", "ja": "テスト"}}
    new = changed(uat_signed_off={"raci": raci, "sign_off": signing})

    why = Reasons(playbook_of("tech-touch"), new, {}).of_milestone("uat_signed_off", moved=())

    consulted = f"raci consulted: {', '.join(milestone.raci.consulted)}, now none"
    assert f"raci responsible: {milestone.raci.responsible}, now technical_lead, {consulted}" == why


def test_budgets_of_mails_are_counted_as_they_say() -> None:
    lived = in_time().model_copy(update={"mails": (*days(1, 1, 2), mail(1, to="other", kind="reminder"))})

    def broken(**budget: Any) -> list[str]:
        budgets = Budgets.model_validate({"mails": [{"to": "project_lead", **budget}]})
        return [breach.what for breach in breaches(budgets, [lived])]

    assert [] == broken(at_most=3)
    assert ["3 mails to lead, and 2 are the most"] == broken(at_most=2)
    assert ["4 mails to project lead, and 3 are the most"] == broken(at_most=3, counted="together")
    assert ["2 mails to lead on 2026-11-03, and 1 are the most"] == broken(at_most=1, per="day")
    assert ["3 mails to lead in week 1, and 2 are the most"] == broken(at_most=2, per="week")
    assert [] == broken(at_most=0, to="technical_lead")


def test_who_is_late_is_held_to_a_budget_only_where_it_says_always() -> None:
    late = in_time().model_copy(update={"on_time": False})
    in_general = {"to": "customer", "at_most": 0}

    assert [] == breaches(Budgets.model_validate({"mails": [in_general]}), [late])
    assert [] != breaches(Budgets.model_validate({"mails": [{**in_general, "when": "always"}]}), [late])


def test_days_off_and_escalations_of_the_punctual_break_their_budgets() -> None:
    budgets = Budgets(nothing_due_on_days_off=True, no_escalation_of_the_punctual=True)
    off = DayOff(about="kickoff", on=FIRST, why="a weekend")
    lived = in_time().model_copy(update={"days_off": (off,), "mails": (mail(5, kind="escalation", about="kickoff"),)})

    assert [] == breaches(budgets, [in_time()])
    assert ["budgets.nothing_due_on_days_off", "budgets.no_escalation_of_the_punctual"] == [
        breach.budget for breach in breaches(budgets, [lived])
    ]
    assert [] == breaches(None, [lived])
