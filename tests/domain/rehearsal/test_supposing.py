"""Does a supposition say what would follow, and leave the onboarding as it is?"""

from datetime import date, timedelta
from typing import Any

import pytest

from activities.calendars import hours_of
from domain.refusal import Refused
from domain.rehearsal.forking import Fork, Records, Standing
from domain.rehearsal.supposing import Supposition, WhatIf, told, what_if
from tests.support.simulation import Simulation, opened, through_json


def standing(onboarding: Simulation) -> Standing:
    """The onboarding as its store and its workflow would have it."""
    ledger, id = onboarding.ledger, onboarding.id
    records = Records(
        dossier=onboarding.dossier,
        rows={(row.kind, row.key): row for row in ledger.registers(id)},
        agreed=ledger.baseline(id, onboarding.playbook),
        done_before={key: row.at for key, row in ledger.journal[id].items()},
    )
    return Standing(onboarding.state, onboarding.dossier, onboarding.team, records, onboarding.now, hours_of)


def supposed(onboarding: Simulation, **fields: Any) -> WhatIf:
    fork, supposition = Fork(standing(onboarding)), Supposition.model_validate(fields)
    kind, news = told(supposition, fork)
    return what_if(fork, kind, news, days=supposition.days)


def at_work(day: int = 40) -> Simulation:
    onboarding = opened()
    onboarding.to_day(day, hour=10)
    return onboarding


def test_a_slip_moves_what_hangs_on_it_and_says_who_would_be_told() -> None:
    """As re-planning would, with its reasons: the go-live ten working days later, the hand-off behind it."""
    onboarding = at_work()
    go_live = onboarding.state.playing("go_live")
    assert go_live is not None
    before = onboarding.dossier.calendar.day_of(go_live.due)

    result = supposed(onboarding, milestone="gone_live", slips="10d")

    later = onboarding.dossier.calendar.add_working_days(before, 10)
    assert (before, later) == (result.go_live.was, result.go_live.now)
    moved = {one.milestone: (one.was, one.now) for one in result.moved}
    assert (before, later) == moved["gone_live"]
    assert moved["training_complete"][1] > moved["training_complete"][0]
    assert result.hand_off_from.now is not None
    assert result.hand_off_from.was is not None
    assert result.hand_off_from.now > result.hand_off_from.was
    assert {"replanned"} == {mail.kind for mail in result.mails if mail.fate == "new" and mail.about == "gone_live"}
    assert result.same


def test_nothing_of_the_onboarding_changes() -> None:
    """Neither its state nor its records, and so the same question has the same answer again."""
    onboarding = at_work()
    state, written = through_json(onboarding.state), len(onboarding.ledger.writings)

    first = supposed(onboarding, milestone="gone_live", slips="10d", days=30)
    again = supposed(onboarding, milestone="gone_live", slips="10d", days=30)

    assert first == again
    assert (state, written) == (onboarding.state, len(onboarding.ledger.writings))


def test_what_it_foretells_is_what_then_comes() -> None:
    """The same news told and the same days waited: the same mails, and no other."""
    onboarding = at_work()
    fork = Fork(standing(onboarding))
    kind, news = told(Supposition(milestone="gone_live", slips="10d"), fork)
    until = onboarding.now + timedelta(days=30)
    fork.told(kind, news)
    fork.until(until)

    before = set(onboarding.ledger.notices)
    onboarding.tell(kind, **news)
    onboarding.until(until)

    told_then = {key[1]: notice for key, notice in onboarding.ledger.notices.items() if key not in before}
    foretold = {notice.key: notice for notice in fork.notices}
    assert foretold.keys() == told_then.keys()
    assert foretold == told_then
    assert fork.driver.state == onboarding.state


def test_escalations_are_named_by_themselves() -> None:
    """Without the kickoff that was overdue beside it, what is escalated is no list any more but one milestone."""
    result = supposed(at_work(3), milestone="kickoff_held", slips="15d", days=20)

    assert ("new", "access_provisioned") in {(mail.fate, mail.about) for mail in result.escalations}
    assert "overdue_summary" in {mail.kind for mail in result.mails if mail.fate == "gone"}
    assert set(result.escalations) < set(result.mails)


def test_any_update_may_be_supposed() -> None:
    onboarding = at_work()

    paused = supposed(onboarding, update="pause", news={"reason": "Stocktaking"}, days=14)
    news = {"ending": "churned", "reason": "Insolvent", "grace_hours": 0}
    ended = supposed(onboarding, update="end_onboarding", news=news)

    assert "paused" in {mail.kind for mail in paused.mails if mail.fate == "new"}
    assert "reminder" in {mail.kind for mail in paused.mails if mail.fate == "gone"}
    assert "churned" == ended.ending


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "milestone: is missing"),
        ({"milestone": "gone_live"}, "slips: give either slips, like 10d, or to"),
        ({"milestone": "gone_live", "slips": "10d", "to": "2027-02-01"}, "to: give either"),
        ({"milestone": "gone_live", "slips": "ten"}, "slips: 'ten' is no number of working days like 10d"),
        ({"milestone": "gone_live", "slips": "0d"}, "slips: '0d' is no number"),
        ({"milestone": "no_such", "slips": "1d"}, "milestone: 'no_such' is not in the plan of this onboarding, which"),
        ({"milestone": "handoff_reviewed", "slips": "1d"}, "milestone: handoff_reviewed is reached already"),
        ({"milestone": "gone_live", "to": "2026-12-01"}, "to: 2026-12-01 is past: name today, 2026-12-12, or"),
        (
            {"milestone": "gone_live", "to": "2027-01-30"},
            "to: 2027-01-30 is a weekend: the next working day is 2027",
        ),
        ({"milestone": "gone_live", "to": "2027-01-01"}, "to: 2027-01-01 is a holiday"),
        ({"milestone": "kickoff_held", "slips": "1d"}, "slips: kickoff_held was due on 2026-11-"),
        ({"update": "fly", "news": {}}, "update: 'fly' is no update; there are: reach_milestone"),
        ({"update": "pause", "news": {"reason": "x"}, "slips": "1d"}, "slips: with an update its fields stand in news"),
        ({"news": {"reason": "x"}}, "update: is missing"),
    ],
)
def test_what_cannot_be_supposed_is_refused_by_its_field(fields: dict[str, Any], complaint: str) -> None:
    onboarding = opened()
    onboarding.tell("reach_milestone", milestone="handoff_reviewed")
    onboarding.to_day(40, hour=10)

    with pytest.raises(Refused) as refused:
        supposed(onboarding, **fields)

    assert str(refused.value).startswith(complaint)


def test_an_onboarding_that_has_ended_supposes_nothing() -> None:
    onboarding = at_work()
    onboarding.tell("end_onboarding", ending="churned", reason="Insolvent", grace_hours=0)

    with pytest.raises(Refused, match=r"has ended \(churned\)"):
        supposed(onboarding, milestone="gone_live", slips="10d")


def test_the_least_that_is_enough_is_named_and_is_enough() -> None:
    """A milestone that is long overdue: the refusal says how much later it has to come."""
    onboarding = at_work()
    with pytest.raises(Refused) as refused:
        supposed(onboarding, milestone="kickoff_held", slips="1d")

    least = str(refused.value).rpartition(" ")[2]
    result = supposed(onboarding, milestone="kickoff_held", slips=least)

    kickoff = next(one for one in result.moved if one.milestone == "kickoff_held")
    assert kickoff.now >= date(2026, 12, 12)
