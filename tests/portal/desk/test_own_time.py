"""Do the entries of a journal stand in one calendar on a compressed clock, and as they are on a real one?"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.clock import DAY
from portal.desk.customer.own_time import clock_of, in_own_time
from store import reads
from store.reads import JournalEntry
from tests.support.desk import desk_on

WALL = datetime(2026, 11, 29, 12, tzinfo=UTC)
CLOSED = datetime(2026, 10, 1, 9, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def entry(seq: int, at: datetime, recorded_at: datetime) -> JournalEntry:
    return JournalEntry(key=f"{seq}", at=at, kind="noted", via="cli", seq=seq, recorded_at=recorded_at)


def test_what_came_by_the_wall_is_put_where_it_was_in_the_plan() -> None:
    """A day takes a minute: five minutes after the close is day five. A row that was dated back moves nothing."""
    rows = [
        entry(4, WALL + 5 * MINUTE, WALL + 5 * MINUTE),
        entry(3, CLOSED, WALL + 4 * MINUTE),
        entry(2, CLOSED + 3 * DAY, WALL + 3 * MINUTE),
        entry(1, CLOSED, WALL),
    ]

    own = in_own_time(rows, clock_of(rows, MINUTE))

    assert [CLOSED + 5 * DAY, CLOSED, CLOSED + 3 * DAY, CLOSED] == [row.at for row in own]
    assert [4, 3, 2, 1] == [row.seq for row in own]


def test_on_a_real_clock_nothing_is_changed() -> None:
    rows = [entry(2, WALL, WALL + SECOND), entry(1, CLOSED, WALL)]

    assert rows == in_own_time(rows, clock_of(rows, DAY))


def test_where_nothing_tells_of_the_clock_entries_stay_as_they_are() -> None:
    rows = [entry(1, WALL, WALL + SECOND)]

    assert rows == in_own_time(rows, clock_of(rows, MINUTE))


async def test_messages_stand_in_the_onboardings_own_time(tmp_path: Path) -> None:
    """A message that goes out while it is the third week of the plan bears no date of the wall's."""
    async with desk_on(tmp_path, day_length=SECOND) as site:
        onboarding = site.opened()
        onboarding.to_day(20)
        number = reads.notices(site.engine, onboarding.id)[0].id
        async with site.signed_in("csm") as browser:
            page = (await browser.get(f"/desk/onboardings/{onboarding.id}/notices/{number}")).text

    [decided] = re.findall(r"<dt>Decided</dt><dd>(.*?)</dd>", page)
    assert "2032" in decided
