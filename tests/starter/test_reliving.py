"""Is what was told of an onboarding that has ended told again by the rules of today, and where not, is that seen?"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from domain.rehearsal.counterfactual import LeftOut
from domain.team import Team
from starter.reliving import PastLives
from store.engine import write_transaction
from store.ledger import SqlLedger
from store.tables import journal, notices
from tests.starter.cli.test_counterfactual import one_that_ended
from tests.support.simulation import OWNER, staff

ONE = "onboarding-file-past_one"


@pytest.fixture
def ended(tmp_path: Path) -> tuple[SqlLedger, Engine, datetime]:
    return one_that_ended(tmp_path)


def lives(ledger: SqlLedger, engine: Engine, team: Team | None = None) -> PastLives:
    return PastLives(engine=engine, ledger=ledger, staff=lambda: team or staff())


def test_what_ended_since_yesterday_is_told_again_notice_by_notice(ended: tuple[SqlLedger, Engine, datetime]) -> None:
    ledger, engine, at = ended
    day = timedelta(days=1)

    pasts = lives(ledger, engine)

    assert [ONE] == list(pasts.ended(since=at - day, until=at + day))
    assert [] == list(pasts.ended(since=at + day, until=at + 2 * day))
    assert () == pasts.unlike(ONE)


def test_a_notice_that_does_not_come_again_is_named_without_its_receiver(
    ended: tuple[SqlLedger, Engine, datetime],
) -> None:
    """Both ways: one that was told then and is no more, and one that nobody was told."""
    ledger, engine, _ = ended
    with write_transaction(engine) as connection:
        of_it = (notices.c.onboarding == ONE) & (notices.c.kind == "reminder")
        never, renamed = connection.scalars(notices.select().with_only_columns(notices.c.key).where(of_it).limit(2))
        connection.execute(delete(notices).where(notices.c.key == never))
        connection.execute(
            update(notices).where(notices.c.key == renamed).values(key=f"gone/2027-01-01/+1/reminder/{OWNER}")
        )

    unlike = lives(ledger, engine).unlike(ONE)

    assert isinstance(unlike, tuple)
    occasions = {key.partition("/reminder/")[0] for key in (never, renamed)}
    assert [("missing", "gone/2027-01-01/+1")] == [(one.how, one.occasion) for one in unlike if one.how == "missing"]
    assert occasions == {one.occasion for one in unlike if one.how == "more"}
    assert OWNER not in "".join(one.model_dump_json() for one in unlike)


def test_one_without_a_beginning_is_left_out(ended: tuple[SqlLedger, Engine, datetime]) -> None:
    ledger, engine, _ = ended
    with write_transaction(engine) as connection:
        connection.execute(delete(journal).where((journal.c.onboarding == ONE) & (journal.c.kind == "opened")))

    assert LeftOut(onboarding=ONE, why="it was never opened") == lives(ledger, engine).unlike(ONE)
