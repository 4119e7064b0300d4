"""Does the page of meetings say what is ahead and what is over? By a client, on a port."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.record import MeetingRow, Writing
from tests.portal.room.test_room import LEAD, SPONSOR
from tests.support.room import RoomSite, into, room_on


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


def held(title: str, day: int, *people: str, status: str = "agreed") -> MeetingRow:
    """A meeting in November 2032 at ten in Berlin."""
    at = datetime(2032, 11, day, 9, tzinfo=UTC)
    row = {"uid": title, "meeting": title, "occasion": f"2032-11-{day:02}", "title": title, "starts_at": at}
    return MeetingRow.model_validate({**row, "minutes": 45, "sequence": 0, "status": status, "people": people})


async def test_what_is_over_stands_below_what_lies_ahead_the_newest_first(site: RoomSite) -> None:
    """One's own alone, without those that fell away; nobody is asked any more whether they come."""
    onboarding = site.opened()
    onboarding.to_day(20)
    meetings = (
        held("Kickoff", 8, LEAD, SPONSOR),
        held("Weekly", 15, LEAD),
        held("Fell away", 16, LEAD, status="cancelled"),
        held("Of the sponsor", 17, SPONSOR),
        held("Ahead", 29, LEAD),
    )
    onboarding.ledger.write(Writing(onboarding=onboarding.id, meetings=meetings))
    async with into(site, onboarding, LEAD) as lead:
        page = (await lead.get("/meetings")).text

    ahead, _, past = page.partition("Past meetings")
    assert ("Ahead" in ahead, "Weekly" in ahead, ahead.count('name="meeting"')) == (True, False, 1)
    assert past.index("Weekly") < past.index("Kickoff") < past.index("Dr. Katharina Brandt")
    assert ("10:00" in past, 'name="meeting"' in past) == (True, False)
    assert not [title for title in ("Fell away", "Of the sponsor") if title in page]


async def test_after_the_end_no_meeting_is_said_to_come(site: RoomSite) -> None:
    onboarding = site.opened()
    async with into(site, onboarding, LEAD) as lead:
        before = (await lead.get("/meetings")).text
        onboarding.tell("end_onboarding", ending="churned", reason="they left", by="nora.lindqvist")
        after = (await lead.get("/meetings")).text

    assert ("it stands here" in before, "it stands here" in after) == (True, False)
    assert "No meeting is planned." in after
