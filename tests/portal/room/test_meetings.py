"""Does the page of meetings say what is ahead and what is over? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

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


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ("Kickoff meeting", "90-day business review", "Quarterly business review")),
        ("ja", ("キックオフミーティング", "90日ビジネスレビュー", "四半期ビジネスレビュー")),
    ],
)
async def test_meetings_are_called_in_the_readers_language(
    site: RoomSite, language: str, titles: tuple[str, ...]
) -> None:
    """The store has them in English: of a milestone, the larger one in which a series culminates, of the programme."""
    onboarding = site.opened()
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2032-11-08T09:00:00Z", by="jonas.weber")
    larger = held("90-day business review", 15, LEAD).model_copy(update={"meeting": "executive_check_in"})
    later = held("Quarterly business review", 16, LEAD).model_copy(update={"meeting": "programme/quarterly_review"})
    onboarding.ledger.write(Writing(onboarding=onboarding.id, meetings=(larger, later)))
    async with into(site, onboarding, LEAD) as lead:
        page = (await lead.get(f"/meetings?language={language}")).text

    assert [f"<strong>{title}</strong>" in page for title in titles] == [True, True, True]


@pytest.mark.parametrize(
    ("language", "title"), [("en", "meet: Kickoff meeting?"), ("ja", "「キックオフミーティング」")]
)
async def test_an_hour_is_offered_for_the_meeting_not_for_its_milestone(
    site: RoomSite, language: str, title: str
) -> None:
    """It asked for an hour for "Kickoff meeting held"."""
    onboarding = site.opened()
    onboarding.settled("introduction_sent")
    async with into(site, onboarding, LEAD) as lead:
        page = (await lead.get(f"/meetings?language={language}")).text

    [heading, *_] = re.findall(r'<h2 id="offer-kickoff_held">(.*?)</h2>', page)
    assert title in heading


async def test_the_calendar_of_a_japanese_reader_is_in_japanese(site: RoomSite) -> None:
    """It had the English title of the meeting, beside Japanese ones of the days."""
    onboarding = site.opened(name="aozora-japan")
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2032-11-08T01:00:00Z", by=onboarding.state.owner)
    async with into(site, onboarding, LEAD) as lead, site.client() as calendar:
        [feed] = re.findall(r'readonly value="([^"]+)"', (await lead.get("/meetings")).text)
        subscribed = Calendar.from_ical((await calendar.get(feed)).content)

    assert "キックオフミーティング" in {str(event["SUMMARY"]) for event in subscribed.walk("VEVENT")}
