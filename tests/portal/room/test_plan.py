"""Is the plan on paper the plan on its page, and does it say what was moved by whom and why? By a client, on a port."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from pypdf import PdfReader

from activities.documents.plan import PlanLine, PlanPart, PlanSheet, plan_pdf
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


def line_of(plan: httpx2.Response, title: str) -> str:
    """What the plan's page says of the milestone of that title."""
    [line] = [part for part in plan.text.split('<span class="line">') if f">{title}" in part]
    return line.partition("</li>")[0]


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


def test_a_milestone_stands_on_one_page_with_its_notes_and_its_day_on_one_line() -> None:
    """Wherever a page happens to end; the longest day that there is has room."""
    day, many = "reached on Wed 30 Nov", range(40)
    agreed = "agreed for Wednesday, 30 December 2026: 12 working days earlier"
    lines = [PlanLine(f"first-{n}-x", day, "reached", "Stefan Vogel", False, [agreed, f"last-{n}-x"]) for n in many]
    part = PlanPart("Go-live and launch", "Tue 22 Dec – Mon 18 Jan", "40/40", lines)
    sheet = PlanSheet("en", "day90", "The plan", (), ("Milestone", "Who", "Day"), [part], "", (), "")

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(plan_pdf(sheet, at=datetime.now(UTC)))).pages]

    assert len(pages) > 2
    for n in many:
        assert [f"first-{n}-x" in page for page in pages] == [f"last-{n}-x" in page for page in pages]
    assert len(many) == sum(page.count(day) for page in pages)


def test_names_of_europe_are_spelt_right_on_paper_beside_japanese() -> None:
    """The Japanese font alone would set the hook of a letter beside it."""
    names, stage = "Tomáš Novák, Łukasz Żółć, Şahin Yıldız, Ōno", "Školení a ověření"
    part = PlanPart(stage, "", "1/1", [PlanLine("会議", "", "open", names, True, [])])
    sheet = PlanSheet("ja", "day90", "The plan", (), ("Milestone", "Who", "Day"), [part], "", (), "")

    [page] = PdfReader(io.BytesIO(plan_pdf(sheet, at=datetime.now(UTC)))).pages

    assert [] == [words for words in (names, stage, "会議") if words not in " ".join(page.extract_text().split())]


def test_letters_that_the_japanese_fonts_lack_are_of_the_same_design_and_size_as_the_rest() -> None:
    """They came from another serif, smaller, in names that are set without serifs too."""
    part = PlanPart("Školení", "", "1/1", [PlanLine("Dvořák", "", "open", "Łukasz", True, [])])
    sheet = PlanSheet("ja", "Plzeň", "Gőd", (), ("Milestone", "Who", "Day"), [part], "", (), "Žilina")
    [page] = PdfReader(io.BytesIO(plan_pdf(sheet, at=datetime.now(UTC)))).pages
    fonts: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def visit(text: str, _: object, __: object, font: dict[str, str] | None, size: float) -> None:
        for letter in text if font else "":
            fonts[letter], sizes[letter] = str(font and font["/BaseFont"]), size

    page.extract_text(visitor_text=visit)

    assert ["Š", "ő"] == [letter for letter in "ŠőřŁŽňDG" if "SourceSerif4" in fonts[letter]]
    assert ["ř", "Ł", "Ž", "ň"] == [letter for letter in "ŠőřŁŽňDG" if "SourceSans3" in fonts[letter]]
    assert [1.117, 1.09] == [round(sizes["ř"] / sizes["D"], 3), round(sizes["ő"] / sizes["G"], 3)]


async def test_without_an_agreed_plan_nothing_is_called_moved(site: RoomSite) -> None:
    onboarding = site.opened()
    onboarding.to_day(8)
    async with into(site, onboarding, LEAD) as lead:
        plan, file = await lead.get("/plan"), await lead.get("/plan.pdf")

    assert ("agreed for" in plan.text, "No date was moved by anybody so far." in plan.text) == (False, True)
    assert "Plan agreed on not yet" in words_of(file)


async def test_what_is_signed_says_who_signed_it_and_no_more_who_may(site: RoomSite) -> None:
    """On the page and on paper: the technical lead, who might have signed, reads that the project lead did."""
    onboarding = site.opened()
    onboarding.to_day(44)
    uat = onboarding.dossier.playbook.milestone("uat_signed_off")
    assert uat is not None
    onboarding.settled(*onboarding.dossier.playbook.needs(uat))
    async with into(site, onboarding, "technical_lead") as technical:
        before = line_of(await technical.get("/plan"), "UAT signed off")
        onboarding.tell("sign_off", milestone="uat_signed_off", decision="approve", by=LEAD)
        after, file = line_of(await technical.get("/plan"), "UAT signed off"), await technical.get("/plan.pdf")

    assert ("Stefan Vogel too" in before, "Signed by" in before) == (True, False)
    assert ("Signed by Stefan Vogel" in after, "too" in after) == (True, False)
    assert "Signed by Stefan Vogel" in words_of(file)


async def test_after_the_end_the_plan_asks_nothing_of_anybody(site: RoomSite) -> None:
    """Nothing is late, waits for something or may still be moved, and today is no mark on it."""
    onboarding = site.opened()
    onboarding.to_day(20)
    async with into(site, onboarding, LEAD) as lead:
        before = await lead.get("/plan")
        onboarding.tell("end_onboarding", ending="churned", reason="they left", by="nora.lindqvist")
        after, home = await lead.get("/plan"), await lead.get("/")

    marks = ("overdue", "Waits for", 'class="you"', 'class="today"', "so far")
    assert (list(marks), []) == ([mark for mark in marks if mark in before.text], [m for m in marks if m in after.text])
    assert ("<dt>Ended</dt>" in home.text, "<dt>Today</dt>" in home.text) == (True, False)
    assert not [word for word in ("recorded yet", ">from ") if word in home.text], "nothing begins or comes any more"
