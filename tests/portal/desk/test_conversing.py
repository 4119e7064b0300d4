"""Do our people see what customers ask, and does an answer at the desk reach the room once? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from domain.questions import Question, Told, Words
from store.questions import SqlQuestions
from tests.support.desk import DeskSite, desk_on
from tests.support.room import Onboarding, into

ASKED = "May we invite <b>two</b> more people?"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        yield site


@pytest.fixture
async def asked(site: DeskSite) -> Onboarding:
    """An onboarding whose project lead has asked something in their room."""

    async def wake() -> None:
        return

    site.parts.wake_receiver = wake  # type: ignore[method-assign]  # a bell that needs no server
    onboarding = site.opened()
    async with into(site.room, onboarding, "project_lead") as lead:
        page = await lead.get("/questions")
        [once] = set(re.findall(r'name="once" value="([^"]+)"', page.text))
        await lead.post("/questions", data={"once": once, "text": ASKED})
    return onboarding


def hidden(page: str) -> dict[str, str]:
    """What the form of the page's first question sends along."""
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("once", "seen")}


def say(site: DeskSite, onboarding: Onboarding, number: int, text: str) -> None:
    """Let the project lead go on with their question."""
    words = Words(key=text, side="customer", by="project_lead", text=text, at=onboarding.now, via="room")
    SqlQuestions(site.engine).say(onboarding.id, number, words, tell=lambda *_: Told())


def question(site: DeskSite, onboarding: Onboarding) -> Question:
    [one] = SqlQuestions(site.engine).of(onboarding.id)
    return one


async def answer(browser: httpx2.AsyncClient, onboarding: Onboarding, **typed: str) -> httpx2.Response:
    path = f"/desk/onboardings/{onboarding.id}/questions"
    [once] = set(re.findall(r'name="once" value="([^"]+)"', (await browser.get(path)).text))
    data = {"once": once, "question": "1", "what": "answer", **typed}
    await browser.post(path, data=data)
    return await browser.post(path, data=data)


async def test_a_question_waits_in_the_queue_until_it_is_answered_once(site: DeskSite, asked: Onboarding) -> None:
    async with site.signed_in("csm") as csm:
        before = await csm.get("/desk/questions")
        told = await answer(csm, asked, text="Of course.")
        after = await csm.get("/desk/questions")

    assert "May we invite &lt;b&gt;two" in before.text
    assert "The answer stands in the customer" in told.text
    said = question(site, asked).said
    assert [ASKED, "Of course."] == [one.text for one in said]
    assert ("jonas.weber", "desk", True) == (said[1].by, said[1].via, said[1].proved)
    assert "Nobody waits for an answer of ours." in after.text


async def test_who_answers_or_closes_has_read_the_last_word(site: DeskSite, asked: Onboarding) -> None:
    """Else the customer's newer word would wait for nobody. What was typed stands there, and goes when sent again."""
    path = f"/desk/onboardings/{asked.id}/questions"
    async with site.signed_in("csm") as csm:
        stale = hidden((await csm.get(path)).text)
        say(site, asked, 1, "And from whom?")
        closed = await csm.post(path, data={**stale, "question": "1", "what": "close"})
        answered = await csm.post(path, data={**stale, "question": "1", "what": "answer", "text": "Typed for an hour"})
        waits = question(site, asked).state
        sent = await csm.post(path, data={**hidden(answered.text), "question": "1", "text": "Typed for an hour"})

    assert ([409, 409], "open") == ([closed.status_code, answered.status_code], waits)
    assert ("Something was said here since" in answered.text, "And from whom?" in answered.text) == (True, True)
    assert "Typed for an hour</textarea>" in answered.text
    assert ("The answer stands" in sent.text, "answered") == (True, question(site, asked).state)


async def test_two_answers_of_one_page_are_both_sent(site: DeskSite, asked: Onboarding) -> None:
    """The second form is sent while the first still hangs: it comes from the same page, and is no second click."""
    ask = Words(key="k2", side="customer", by="project_lead", text="When?", at=asked.now, via="room")
    SqlQuestions(site.engine).ask(asked.id, ask, about="", tell=lambda *_: Told())
    path = f"/desk/onboardings/{asked.id}/questions"
    async with site.signed_in("csm") as csm:
        once = hidden((await csm.get(path)).text)["once"]
        for number in ("1", "2"):
            await csm.post(path, data={"once": once, "question": number, "what": "answer", "text": "Yes."})

    assert ["answered", "answered"] == [one.state for one in SqlQuestions(site.engine).of(asked.id)]


async def test_an_answer_without_words_is_asked_for_at_its_field(site: DeskSite, asked: Onboarding) -> None:
    async with site.signed_in("csm") as csm:
        told = await answer(csm, asked, text=" ")

    assert 422 == told.status_code
    assert 'id="text-1-error"' in told.text


async def test_who_may_not_speak_to_customers_reads_alone(site: DeskSite, asked: Onboarding) -> None:
    path = f"/desk/onboardings/{asked.id}/questions"
    async with site.signed_in("specialist") as browser:
        page = await browser.get(path)
        sent = await browser.post(path, data={"once": "a" * 22, "question": "1", "text": "No"})

    assert "&lt;b&gt;two" in page.text
    assert "Send the answer" not in page.text
    assert 403 == sent.status_code
    assert 1 == len(question(site, asked).said)
