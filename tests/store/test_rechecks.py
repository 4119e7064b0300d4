"""Is it remembered how far a CRM was searched, and where the search began?"""

from datetime import timedelta

from sqlalchemy import Engine

from domain.crm import Recheck
from store.rechecks import SqlRechecks
from tests.support import databases
from tests.support.databases import NOON

database = databases.database
engine = databases.engine


def test_the_mark_moves_and_the_beginning_stays(engine: Engine) -> None:
    rechecks = SqlRechecks(engine)
    assert rechecks.recheck("hubspot") is None
    first = Recheck(source="hubspot", first=NOON - timedelta(days=1), mark=NOON)

    rechecks.looked(first)
    rechecks.looked(Recheck(source="hubspot", first=NOON, mark=NOON + timedelta(minutes=15)))

    assert first.model_copy(update={"mark": NOON + timedelta(minutes=15)}) == rechecks.recheck("hubspot")
    assert rechecks.recheck("salesforce") is None
