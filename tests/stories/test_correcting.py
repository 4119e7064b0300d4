"""Is a customer who falls silent noticed, and led back? By their figures in a store, on the time-skipping server."""

from pathlib import Path

from sqlalchemy import Engine, select

from domain.record import RegisterRow
from store.engine import open_store
from store.ledger import SqlLedger
from store.reads import one
from store.tables import notices
from tests.support.databases import sqlite_store
from tests.support.onboardings import RunningOnboarding, world

OWNER, MANAGER, EXECUTIVE = "jonas.weber", "nora.lindqvist", "arthur.mensah"


def registered(engine: Engine, deal: RunningOnboarding, kind: str) -> dict[str, RegisterRow]:
    return {row.key: row for row in one(engine, deal.id).registers if row.kind == kind}


def told(engine: Engine, deal: RunningOnboarding, kind: str) -> set[str]:
    to = select(notices.c.person).where(notices.c.onboarding == deal.id, notices.c.kind == kind)
    with engine.connect() as connection:
        return set(connection.scalars(to))


async def test_a_customer_who_falls_silent_is_noticed_and_led_back(tmp_path: Path) -> None:
    """After the kickoff no word comes: flags, an alarm, corrections that go up, and the end of one that helped."""
    engine = open_store(sqlite_store(tmp_path))
    async with world(ledger=SqlLedger(engine)) as here:
        deal = await here.closed_now()
        await deal.let_pass(days=5)
        await deal.reached("kickoff_held")
        await deal.let_pass(days=5)
        assert {} == registered(engine, deal, "flag")

        await deal.let_pass(days=30)

        flags = registered(engine, deal, "flag")
        assert {"lead_silent", "dates_slipping"} <= flags.keys()
        assert flags["lead_silent"].data["figures"]["project_lead_silent_days"] >= 7
        corrections = registered(engine, deal, "correction")
        assert {"engagement", "technical"} == {row.data["category"] for row in corrections.values()}
        assert {OWNER, MANAGER} == told(engine, deal, "correction_opened")
        key = next(key for key, row in corrections.items() if row.data["category"] == "engagement")

        await deal.tell("close_correction", correction=key, outcome="did_not_help", by=OWNER)
        await deal.tell("change_correction", correction=key, cause="leadership", by=MANAGER)
        await deal.let_pass(days=1)
        assert ("open", 1) == (
            registered(engine, deal, "correction")[key].status,
            registered(engine, deal, "correction")[key].data["level"],
        )
        await deal.tell("note", note="The managing director has named another lead.", by="project_lead")
        await deal.tell("close_correction", correction=key, outcome="helped", by=MANAGER)
        await deal.let_pass(days=1)

        after = registered(engine, deal, "correction")[key]
        assert ("helped", "leadership", MANAGER) == (after.status, after.data["cause"], after.data["closed_by"])
        assert not {"project_lead", "executive_sponsor"} & (
            told(engine, deal, "correction_opened")
            | told(engine, deal, "correction_due")
            | told(engine, deal, "red_flag")
        )
    engine.dispose()
