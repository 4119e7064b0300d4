"""Does a reader of the library find what concerns them, and does nothing in it run? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from store.checklists import steps_done
from store.opens import opens_of
from store.questions import SqlQuestions
from store.reads import journal
from tests.portal.room.test_room import LEAD, SPONSOR, fields
from tests.support.room import Onboarding, RoomSite, into, room_on

FRONT = "---\ntitle: {title}\nlanguage: {language}\nformat: guide\n{more}---\n\n{body}\n"
NASTY = """<script>alert(1)</script> <img src=x onerror=alert(1)>

![pixel](https://evil.test/pixel.png) [run](javascript:alert(1)) [data](data:text/html,x) [site](https://example.com)

| a | b |
| :-: | --- |
| 1 | 2 |

# Heading
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()

    def page(key: str, title: str, *, body: str = "Text.", language: str = "en", more: str = "") -> None:
        text = FRONT.format(title=title, language=language, more=more, body=body)
        (folder / f"{key}.{language}.md").write_text(text, encoding="utf-8")

    page("nasty", "'<b>Nasty</b>'", body=NASTY)
    page("plan", "{en: Reading the plan, ja: 計画の読み方}", more="stages: [welcome]\nroles: [project_lead]\n")
    page("plan", "{en: Reading the plan, ja: 計画の読み方}", body="計画。", language="ja")
    page("launch", "Launching", more="stages: [launch]\n")
    page("other", "Stock view", more="products: [Stock view]\n", body="Only for those who have it.")
    page("film", "A film", more="video: https://videos.example.com/a\n")
    steps = "format: checklist\nsteps:\n  enter: Enter <i>an</i> order\n  find: Find it again\n"
    text = FRONT.replace("format: guide\n", steps).format(title="Try it", language="en", more="", body="Try.")
    (folder / "try.en.md").write_text(text, encoding="utf-8")
    page("lure", "A lure", more="video: https://evil.test/a\n")
    return folder


@pytest.fixture
async def site(tmp_path: Path, folder: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path, library=folder, video_hosts="videos.example.com") as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    onboarding = site.opened()
    onboarding.to_day(8)
    return onboarding


@pytest.fixture
async def lead(site: RoomSite, onboarding: Onboarding) -> AsyncIterator[httpx2.AsyncClient]:
    async with into(site, onboarding, LEAD) as browser:
        yield browser


def pages(answer: httpx2.Response) -> list[str]:
    return re.findall(r'href="/library/([^"]+)"', answer.text)


async def test_a_reader_sees_what_is_for_their_role_and_stage_and_what_was_bought(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """What is about another product is nowhere: not in the list, not by the search, not by its address."""
    now, everything = await lead.get("/library"), await lead.get("/library?all=1")
    async with into(site, onboarding, SPONSOR) as sponsor:
        sponsors = await sponsor.get("/library")

    assert (True, False) == ("plan" in pages(now), "launch" in pages(now))
    assert {"plan", "launch", "film", "lure", "nasty", "try"} == set(pages(everything))
    assert "plan" not in pages(sponsors)
    assert [] == pages(await lead.get("/library?q=stock"))
    assert 404 == (await lead.get("/library/other")).status_code


async def test_nothing_in_a_page_runs_or_is_fetched(lead: httpx2.AsyncClient) -> None:
    page = await lead.get("/library/nasty")
    [text] = re.findall(r'<div class="doc" lang="en">(.*?)</div>', page.text, re.DOTALL)

    assert "&lt;script&gt;alert(1)" in text
    for odd in ("<script", "<img", "pixel.png", 'href="javascript', 'href="data', "style=", "<h1"):
        assert odd not in text, odd
    assert '<a href="https://example.com" rel="noopener noreferrer">site</a>' in text
    assert "&lt;b&gt;Nasty" in page.text


async def test_a_video_is_shown_where_it_is_on_a_host_of_ours(lead: httpx2.AsyncClient) -> None:
    film, lure = await lead.get("/library/film"), await lead.get("/library/lure")
    assert 'href="https://videos.example.com/a"' in film.text
    assert "evil.test" not in lure.text


async def test_the_search_takes_both_languages_and_says_where_it_finds_nothing(lead: httpx2.AsyncClient) -> None:
    """What was searched for stands in the field again, and is text there."""
    assert ["plan"] == pages(await lead.get("/library", params={"q": "計画"}))
    assert ["plan"] == pages(await lead.get("/library", params={"q": "reading plans"}))
    nothing = await lead.get("/library", params={"q": '"><i>zebra</i> xylophone'})

    assert "Nothing has these words" in nothing.text
    assert "<i>zebra" not in nothing.text
    assert "計画。" in (await lead.get("/library/plan?language=ja")).text


async def test_who_has_opened_what_is_known_once_a_visit(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    for _ in range(3):
        await lead.get("/library/plan")
    await lead.get("/library/none")

    [one] = opens_of(site.engine, onboarding.id)
    assert (LEAD, "plan", "en", 1) == (one.person, one.page, one.language, one.times)
    assert "opened</span>" in (await lead.get("/library")).text


def asked_in(site: RoomSite) -> list[str]:
    """The questions that were asked, the first of them first."""
    return [line.text for line in reversed(SqlQuestions(site.engine).page())]


async def test_pages_that_may_answer_a_question_come_before_it_is_sent(
    site: RoomSite, lead: httpx2.AsyncClient
) -> None:
    """The question stays as it was typed, and the second button sends it; one that nothing answers goes at once."""
    asked = {"text": "How do I go about reading the plan?"}
    first = await lead.post("/questions", data={**fields(await lead.get("/questions")), **asked})
    assert ["plan"] == pages(first)
    assert "reading the plan?</textarea>" in first.text
    assert [] == asked_in(site)
    second = await lead.post("/questions", data={**fields(first, "anyway"), **asked})
    other = {"text": "Can our drivers keep their telephones?"}
    third = await lead.post("/questions", data={**fields(await lead.get("/questions")), **other})

    assert ("It is sent" in second.text or "told" in str(second.url), "told=asked" in str(third.url)) == (True, True)
    assert [asked["text"], other["text"]] == asked_in(site)


async def tick(browser: httpx2.AsyncClient, step: str, done: str = "yes") -> httpx2.Response:
    """Press the button of a step of the checklist."""
    shown = fields(await browser.get("/library/try"))
    return await browser.post("/library/try", data={**shown, "step": step, "done": done})


def ticks(site: RoomSite, onboarding: Onboarding) -> list[tuple[str, str, str | None]]:
    """What the journal says of checklists: the kind of each entry, what it is about, and who did it."""
    rows = journal(site.engine, onboarding.id)
    return [(row.kind, row.about, row.by) for row in rows if row.kind.startswith("checklist")]


async def test_a_step_of_a_checklist_is_done_for_everybody_and_can_be_taken_back(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """What is no step is nowhere; another customer's is untouched."""
    other = site.opened(id="2")
    ticked, odd = await tick(lead, "enter"), await tick(lead, "../enter")
    async with into(site, onboarding, SPONSOR) as sponsor, into(site, other, LEAD) as stranger:
        seen, theirs = await sponsor.get("/library/try"), await stranger.get("/library/try")
        listed = await sponsor.get("/library?all=1")
        [one] = steps_done(site.engine, onboarding.id)
        await tick(sponsor, "enter", "no")

    assert ("1 of 2 steps done" in ticked.text, 404) == (True, odd.status_code)
    assert ("Stefan Vogel, " in seen.text, "0 of 2 steps done" in theirs.text) == (True, True)
    assert ("1/2" in listed.text, "Enter &lt;i&gt;an&lt;/i&gt; order" in seen.text) == (True, True)
    assert (LEAD, "try", "enter") == (one.person, one.page, one.step)
    assert [] == list(steps_done(site.engine, onboarding.id))
    onboarding.tell("end_onboarding", ending="churned", reason="sold", by="nora.lindqvist")
    assert 404 == (await lead.post("/library/try", data={"step": "find"})).status_code


async def test_a_tick_is_a_row_of_the_journal_and_a_second_click_is_none(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """An open page of a colleague's hears of it by that row. A form from an old tab brings nothing back."""
    old = {**fields(await lead.get("/library/try")), "step": "enter", "done": "yes"}
    for _ in range(2):
        await lead.post("/library/try", data=old)
    async with into(site, onboarding, SPONSOR) as sponsor:
        await tick(sponsor, "enter", "no")
    await lead.post("/library/try", data=old)
    forged = await lead.post("/library/try", data={"step": "find", "done": "yes"})

    done, taken_back = ("checklist_step_done", "try/enter", LEAD), ("checklist_step_taken_back", "try/enter", SPONSOR)
    assert [done, taken_back] == ticks(site, onboarding)
    assert (422, []) == (forged.status_code, list(steps_done(site.engine, onboarding.id)))
