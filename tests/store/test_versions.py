"""By which versions of their playbooks are onboardings under way?"""

import pytest
from sqlalchemy import Engine, update

from domain.playbook import content_hash
from store.tables import deals, onboardings
from store.versions import UnderWay, under_way, used_versions
from tests.store.test_reads import admit
from tests.support import databases
from tests.support.databases import NOON, playbook

empty_database, database, engine = databases.empty_database, databases.database, databases.engine


@pytest.fixture
def changed(engine: Engine) -> str:
    """Four that are under way and one that has ended; one of the four goes by the version whose hash is answered."""
    began, to = content_hash(playbook()), content_hash(playbook("Another plan"))
    admit(engine, "1")
    admit(engine, "2", playbook_hash=to)
    admit(engine, "3", playbook_hash=began)
    admit(engine, "4", playbook="larger")
    admit(engine, "5", ending="churned", ended_at=NOON)
    return to


def test_those_under_way_are_counted_by_version(engine: Engine, changed: str) -> None:
    """Also what only an older worker has written, which goes by the version that it began with."""
    with engine.begin() as connection:
        connection.execute(update(onboardings).where(onboardings.c.onboarding.endswith("1")).values(playbook_hash=None))
    began = content_hash(playbook())

    assert [
        UnderWay(playbook="larger", version=began, onboardings=1),
        UnderWay(playbook="small", version=began, onboardings=2),
        UnderWay(playbook="small", version=changed, onboardings=1),
    ] == under_way(engine)


def test_a_deal_without_a_version_is_none_that_a_version_has(engine: Engine, changed: str) -> None:
    """As rows may be that something else has written: the page of the versions shows the others."""
    with engine.begin() as connection:
        connection.execute(update(deals).where(deals.c.onboarding.endswith("1")).values(playbook_hash=None))
        connection.execute(update(onboardings).where(onboardings.c.onboarding.endswith("1")).values(playbook_hash=None))

    used = used_versions(engine, "small")

    assert {content_hash(playbook()): 1, changed: 1} == {one.version: one.onboardings for one in used}
    assert 3 == sum(one.onboardings for one in under_way(engine))
