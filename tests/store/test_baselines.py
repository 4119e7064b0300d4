"""Which plan was agreed to? In both databases, whatever was planned before and has happened since."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from domain.baseline import Baseline, Slip, slips
from store.ledger import SqlLedger
from tests.support import databases
from tests.support.simulation import OWNER, Simulation, opened

database = databases.database
engine = databases.engine


class Kept:
    """An onboarding whose turns are written into a database too, each some seconds after the one before."""

    def __init__(self, engine: Engine) -> None:
        self.onboarding = opened()
        self.wall = self.onboarding.now
        self.written = 0
        self.ledger = SqlLedger(engine, clock=self._tick)
        self.ledger.admit(self.onboarding.dossier, run="1")

    def _tick(self) -> datetime:
        self.wall += timedelta(seconds=5)
        return self.wall

    def baseline(self) -> Baseline | None:
        """What the database says, which is what the fake of the ledger says that other tests stand on."""
        writings = self.onboarding.ledger.writings
        for writing in writings[self.written :]:
            self.ledger.write(writing)
        self.written = len(writings)
        asked = (self.onboarding.id, self.onboarding.playbook)
        agreed = self.ledger.baseline(*asked)
        assert agreed == self.onboarding.ledger.baseline(*asked)
        return agreed

    def slips(self) -> dict[str, Slip]:
        agreed = self.baseline()
        assert agreed is not None
        standing = self.onboarding.ledger.standings[self.onboarding.id]
        return {slip.milestone: slip for slip in slips(agreed, standing.milestones, self.onboarding.calendar)}


@pytest.fixture
def kept(engine: Engine) -> Kept:
    return Kept(engine)


def agree(onboarding: Simulation) -> None:
    onboarding.settled("plan_agreed", "handoff_reviewed", "introduction_sent", "access_provisioned")


def test_until_somebody_has_agreed_there_is_no_baseline(kept: Kept) -> None:
    kept.onboarding.to("2026-11-09 12:00")
    kept.onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)

    assert kept.baseline() is None


def test_the_plan_that_was_agreed_to_stays_whatever_moves_since(kept: Kept) -> None:
    """Agreed on 9 Nov with a go-live on 4 Jan 2027, which is then put off by a fortnight."""
    kept.onboarding.to("2026-11-09 12:00")
    agree(kept.onboarding)
    kept.onboarding.to("2026-11-20 12:00")
    kept.onboarding.tell("replan", milestone="gone_live", to="2027-01-18", reason="a fair")

    agreed = kept.baseline()

    assert agreed is not None
    assert agreed.agreed_at == kept.onboarding.at("2026-11-09 12:00")
    assert str(agreed.plan.milestone("gone_live").on) == "2027-01-04"
    slip = kept.slips()["gone_live"]
    assert (str(slip.agreed), str(slip.now), slip.days) == ("2027-01-04", "2027-01-18", 9)
    assert kept.slips()["security_passed"].days == 0


def test_what_was_reached_slips_by_its_real_day(kept: Kept) -> None:
    kept.onboarding.to("2026-11-09 12:00")
    agree(kept.onboarding)
    kept.onboarding.to("2026-11-18 12:00")
    kept.onboarding.tell("reach_milestone", milestone="discovery_completed", by=OWNER)
    kept.onboarding.tell("waive_milestone", milestone="first_win_shown", by="nora.lindqvist", reason="none")

    assert kept.slips()["discovery_completed"].days == 2
    assert kept.slips()["plan_agreed"].days == -2
    assert "first_win_shown" not in kept.slips()


def test_a_late_kickoff_offers_a_plan_that_becomes_the_baseline(kept: Kept) -> None:
    """Nobody had agreed to the days before it: nothing has slipped when the customer says yes."""
    kept.onboarding.to("2026-11-27 12:00")
    agree(kept.onboarding)

    slips = kept.slips()

    assert str(slips["gone_live"].agreed) == "2027-01-19"
    assert {slip.days for key, slip in slips.items() if key not in ("kickoff_held", "plan_agreed")} == {0}
    assert slips["kickoff_held"].days == 14


def test_who_agrees_anew_sets_a_new_baseline(kept: Kept) -> None:
    kept.onboarding.to("2026-11-09 12:00")
    agree(kept.onboarding)
    first = kept.baseline()
    kept.onboarding.tell("replan", milestone="gone_live", to="2027-01-18", reason="a fair")
    kept.onboarding.tell("reopen_milestone", milestone="plan_agreed", reason="the scope has grown")
    kept.onboarding.to("2026-11-12 12:00")
    assert kept.baseline() == first

    kept.onboarding.settled("plan_agreed")

    assert kept.slips()["gone_live"].days == 0
    assert first is not None
    agreed = kept.baseline()
    assert agreed is not None
    assert agreed.revision > first.revision
