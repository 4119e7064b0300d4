"""Is every onboarding that an older version wrote last asked to take a turn, once, and no other?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from starter import drawing_anew
from starter.drawing_anew import DrawingAnew
from starter.trouble import NotReachable
from store.census import SqlCensus
from store.engine import open_store, read_connection, write_transaction
from store.tables import onboardings
from tests.support.databases import sqlite_store
from tests.support.room import Onboarding


@dataclass
class Door:
    """Remembers who was asked; from the `away`-th on Temporal does not answer."""

    asked: list[str] = field(default_factory=list)
    away: int | None = None

    async def look_again(self, onboarding: str) -> None:
        if self.away is not None and len(self.asked) >= self.away:
            raise NotReachable("Temporal does not answer")
        self.asked.append(onboarding)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Twelve onboardings, the first of them as this version wrote it."""
    engine = open_store(sqlite_store(tmp_path))
    each = [Onboarding(engine, id=f"{number:02}") for number in range(12)]
    old = update(onboardings).where(onboardings.c.onboarding != each[0].id)
    with write_transaction(engine) as connection:
        connection.execute(old.values(attended_as_of=None))
    yield engine
    engine.dispose()


async def test_those_that_an_older_version_wrote_are_asked_once_each(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page after page, although none of them has taken its turn meanwhile; what they had is looked up anew."""
    monkeypatch.setattr(drawing_anew, "PAGE", 5)
    door, told = Door(), list[int]()
    drawing = DrawingAnew(door=door, census=SqlCensus(engine))

    assert 11 == drawing.waiting()
    assert 11 == await drawing.all(tell=told.append)

    assert [5, 10, 11] == told
    assert (11, 11) == (len(door.asked), len({*door.asked}))
    with read_connection(engine) as connection:
        rows = connection.execute(select(onboardings.c.onboarding, onboardings.c.seals))
        seals = {row.onboarding: row.seals for row in rows}
    assert {*seals} - {*door.asked} == {id for id, seal in seals.items() if seal}


async def test_while_temporal_is_away_it_stops_and_says_so(engine: Engine) -> None:
    door = Door(away=3)

    with pytest.raises(NotReachable):
        await DrawingAnew(door=door, census=SqlCensus(engine)).all()

    assert 3 == len(door.asked)
