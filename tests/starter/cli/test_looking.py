"""What does somebody see who looks at one onboarding? The plan beside the one agreed to, and what is put off."""

import io
from datetime import timedelta
from itertools import count

import pytest
from rich.console import Console
from sqlalchemy import Engine

from domain.baseline import BaselineShown, shown_beside
from starter.cli.looking import draw, draw_registers
from starter.cli.meetings import draw_meetings
from store import reads
from store.ledger import SqlLedger
from store.meetings import SqlMeetings
from tests.support import databases
from tests.support.simulation import MANAGER, Simulation, opened

database = databases.database
engine = databases.engine


@pytest.fixture
def onboarding() -> Simulation:
    """Lindenau's on Mon 9 Nov 2026, before anything has happened."""
    onboarding = opened()
    onboarding.to("2026-11-09 12:00")
    return onboarding


def seen(engine: Engine, onboarding: Simulation) -> tuple[str, BaselineShown | None]:
    """What `day90 show` prints, and the baseline as programs get it."""
    moments = (onboarding.now + timedelta(seconds=second) for second in count())
    ledger = SqlLedger(engine, clock=lambda: next(moments))
    ledger.admit(onboarding.dossier, run="1")
    for writing in onboarding.ledger.writings:
        ledger.write(writing)
    standing = reads.one(engine, onboarding.id)
    agreed = ledger.baseline(onboarding.id, onboarding.playbook)
    baseline = shown_beside(agreed, standing.milestones, onboarding.calendar)
    out = io.StringIO()
    there, zone = Console(file=out, width=80), "Europe/Berlin"
    draw(there, standing, zone=zone, link=None, baseline=baseline, day=7, owner=None, acting={})
    draw_registers(there, standing.registers, zone=zone)
    return out.getvalue(), baseline


def test_before_anybody_has_agreed_no_slip_is_shown(engine: Engine, onboarding: Simulation) -> None:
    text, baseline = seen(engine, onboarding)

    assert baseline is None
    assert "plan agreed" not in text
    assert "slip" not in text


def test_what_has_moved_since_the_agreement_is_shown_beside_it(engine: Engine, onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held", "plan_agreed", "handoff_reviewed", "introduction_sent", "access_provisioned")
    onboarding.tell("replan", milestone="gone_live", to="2027-01-18", reason="a fair", alone=True)

    text, baseline = seen(engine, onboarding)

    assert baseline is not None
    [slip] = [slip for slip in baseline.milestones if slip.milestone == "gone_live"]
    assert (str(slip.agreed), str(slip.now), slip.days) == ("2027-01-04", "2027-01-18", 9)
    assert "plan agreed Mon 9 Nov 2026, at most 10 working days later since" in text
    [line] = [line for line in text.splitlines() if line.startswith("gone_live")]
    assert line.rstrip().endswith("+9")


def test_what_was_put_off_to_phase_2_has_a_list_of_its_own(engine: Engine, onboarding: Simulation) -> None:
    for key, decision in (("portal", "phase_2"), ("api", "approve")):
        onboarding.tell("request_scope_change", title=f"The {key}", request=key, effort_days=4)
        onboarding.tell("decide_scope_change", request=key, decision=decision, by=MANAGER)

    text, _ = seen(engine, onboarding)

    changes, _, put_off = text.partition("For phase 2")
    assert "The api" in changes
    assert "The portal" not in changes
    assert "4 d" in put_off
    assert "The portal" in put_off


def test_who_comes_to_a_meeting_is_shown_with_its_hour(engine: Engine, onboarding: Simulation) -> None:
    """An answer to an earlier hour is none to the one that counts."""
    hour = {"meeting": "kickoff_held", "by": MANAGER}
    onboarding.tell("agree_slot", starts_at="2026-11-12T10:00:00+01:00", **hour)
    onboarding.tell("tell_attendance", meeting="kickoff_held", answer="accepted", by="project_lead")
    onboarding.tell("agree_slot", starts_at="2026-11-12T14:30:00+01:00", **hour)
    onboarding.tell("tell_attendance", meeting="kickoff_held", answer="declined", by="technical_lead")
    seen(engine, onboarding)
    out = io.StringIO()
    people = {person.id: person for person in onboarding.dossier.people}

    draw_meetings(Console(file=out, width=200), SqlMeetings(engine).of(onboarding.id), people, zone="Europe/Berlin")

    [line] = [line for line in out.getvalue().splitlines() if line.startswith("kickoff_held")]
    assert "14:30" in line
    assert f"{people['project_lead'].name} (no answer)" in line
    assert f"{people['technical_lead'].name} (declined)" in line
