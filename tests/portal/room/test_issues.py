"""Does the page of issues say how each stands, and what was said of it? By a client, on a port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.portal.room.test_room import LEAD, NASTY, TECHNICAL
from tests.support.room import RoomSite, into, room_on


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


async def test_what_was_reported_stands_before_the_form_with_what_both_sides_said(site: RoomSite) -> None:
    """Whoever comes to say that it is not solved passes no form; a colleague reads what the messages said of it."""
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.tell("raise_issue", title="Login", severity="high", note=NASTY, by=LEAD)
    onboarding.tell("acknowledge_issue", issue="issue-1", note="Only for us: they typed it wrong", by="jonas.weber")
    onboarding.tell("resolve_issue", issue="issue-1", note="The clock was wrong", by="jonas.weber")
    async with into(site, onboarding, TECHNICAL) as technical:
        page = (await technical.get("/issues")).text

    assert page.index("It is not solved") < page.index("What does not work, in one line")
    assert "severity high" in page
    assert all(words in page for words in ("&lt;script&gt;alert(1)", "Stefan Vogel, Tue 9 Nov", "The clock was wrong"))
    assert "Only for us" not in page
    assert "<script>alert" not in page


async def test_without_an_issue_the_form_comes_first(site: RoomSite) -> None:
    onboarding = site.opened()
    async with into(site, onboarding, LEAD) as lead:
        page = (await lead.get("/issues")).text

    assert ("Nothing was reported so far" in page, "What was reported" in page) == (True, False)
