"""Is the plan on paper the plan on its page, and does it say what was moved by whom and why? By a client, on a port."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pypdf import PdfReader

from domain.text import in_language
from tests.portal.room.test_room import LEAD
from tests.support.room import Onboarding, RoomSite, into, room_on

REASON = "Our <b>stocktaking</b> & the fair"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    """Its plan was agreed to; then the go-live was moved, and something that is ours alone."""
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.settled("plan_agreed")
    onboarding.tell("replan", milestone="gone_live", to="2033-01-20", reason=REASON, by="jonas.weber")
    return onboarding


def words_of(answer: httpx2.Response) -> str:
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def test_a_moved_date_says_from_where_by_whom_and_why(site: RoomSite, onboarding: Onboarding) -> None:
    """Beside the milestone, and in a list of all that was moved; nobody's words are markup."""
    async with into(site, onboarding, LEAD) as lead:
        plan = await lead.get("/plan")

    assert "agreed for Mon" in plan.text or "agreed for T" in plan.text
    assert "working days later" in plan.text
    assert "Jonas Weber: Go-live" in plan.text or "moved to Thu 20 Jan 2033" in plan.text
    assert ("Our &lt;b&gt;stocktaking", False) == ("Our &lt;b&gt;stocktaking", "<b>stocktaking" in plan.text)
    assert "Plan agreed on" in plan.text


async def test_the_plan_as_a_file_says_what_its_page_says(site: RoomSite, onboarding: Onboarding) -> None:
    """Every milestone that the customer reads of and none that is ours alone, in the reader's language."""
    async with into(site, onboarding, LEAD) as lead:
        file, again = await lead.get("/plan.pdf"), await lead.get("/plan.pdf")
        page = await lead.get("/plan")
        japanese = await lead.get("/plan.pdf?language=ja")

    titles = [in_language(one.title, "en") for one in onboarding.dossier.playbook.milestones]
    words, shown = (
        words_of(file),
        [title for title in titles if title in page.text],
    )
    assert ("application/pdf", True) == (file.headers["content-type"], file.content == again.content)
    assert "attachment" in file.headers["content-disposition"]
    assert "sandbox" in file.headers["content-security-policy"]
    assert len(shown) > 15
    assert not [title for title in shown if " ".join(title.split()[:3]) not in words]
    for ours in ("hand-off reviewed", "Introduction sent"):
        assert ours.lower() not in words.lower()
    assert REASON in words
    assert "working days later" in words
    assert "計画" in words_of(japanese)


async def test_without_an_agreed_plan_nothing_is_called_moved(site: RoomSite) -> None:
    onboarding = site.opened()
    onboarding.to_day(8)
    async with into(site, onboarding, LEAD) as lead:
        plan, file = await lead.get("/plan"), await lead.get("/plan.pdf")

    assert ("agreed for" in plan.text, "No date was moved by anybody so far." in plan.text) == (False, True)
    assert "Plan agreed on not yet" in words_of(file)
