"""Does the desk show somebody's day, and take what they do about it? Over a store in which onboardings go on."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from domain.notice import Notice
from domain.record import RegisterRow, Writing
from domain.roles import Role
from portal.desk.my_day import bounds
from store import reads
from store.engine import read_connection
from store.tables import put_aside
from tests.support.desk import DeskSite
from tests.support.room import Onboarding

OWNER, OTHER = "jonas.weber", "ines.moreau"


@pytest.fixture
def onboarding(site: DeskSite) -> Onboarding:
    """One of Jonas Weber's, on its third day."""
    opened = site.opened(owner=OWNER)
    opened.to_day(3)
    return opened


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def address(onboarding: Onboarding, kind: str, key: str) -> str:
    return f"/desk/work?on={onboarding.id}&kind={kind}&key={key}"


async def act(browser: httpx2.AsyncClient, page: str, **fields: Any) -> httpx2.Response:
    """Fill in the form of that page, and send it."""
    return await browser.post(page, data={"once": once((await browser.get(page)).text), **fields})


async def test_a_day_has_what_is_due_from_its_owner_alone(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("csm", OWNER) as jonas, site.signed_in("csm", "grace.lee") as grace:
        his, hers = (await jonas.get("/desk/")).text, (await grace.get("/desk/")).text

    assert "Sales hand-off reviewed" in his
    assert onboarding.dossier.deal.account.name in his
    assert onboarding.dossier.deal.account.name not in hers
    assert "Nothing is waiting today" in hers


async def test_a_manager_sees_a_colleagues_day_and_nobody_else_does(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("manager") as nora, site.signed_in("csm", "mika.sato") as mika:
        seen, refused = await nora.get(f"/desk/?who={OWNER}"), await mika.get(f"/desk/?who={OWNER}")
        work = address(onboarding, "milestone", "handoff_reviewed") + f"&who={OWNER}"
        open_to_her, closed = await nora.get(work), await mika.get(work)

    assert (200, True) == (seen.status_code, "Sales hand-off reviewed" in seen.text)
    assert (403, 200, 403) == (refused.status_code, open_to_her.status_code, closed.status_code)


async def test_a_milestone_is_reached_by_whoever_is_signed_in(site: DeskSite, onboarding: Onboarding) -> None:
    """Once, however often the form is sent, and proved: the desk knows who it is."""
    page = address(onboarding, "milestone", "handoff_reviewed")
    async with site.signed_in("csm", OWNER) as jonas:
        form = {"once": once((await jonas.get(page)).text), "act": "done", "done_note": "All were there"}
        answer = await jonas.post(page, data=form)
        again = await jonas.post(page, data=form)

    kind, news = site.door.told[0]
    assert ("reach_milestone", "handoff_reviewed", OWNER) == (kind, news["milestone"], news["by"])
    assert "All were there" == news["note"]
    assert ("desk", True) == (site.door.via, site.door.proved)
    assert 1 == len({news["news_id"] for _, news in site.door.told})
    assert "Sales hand-off reviewed" not in answer.text
    assert 404 == again.status_code


@pytest.mark.parametrize(("act_of", "fields", "field"), [
    ("snooze", {"until": "yesterday"}, "until"),
    ("snooze", {"until": "2001-01-01"}, "until"),
    ("note", {"note": ""}, "note"),
    ("give", {"to": "nobody"}, "to"),
])  # fmt: skip
async def test_what_cannot_be_taken_is_named_at_its_field(
    site: DeskSite, onboarding: Onboarding, act_of: str, fields: dict[str, str], field: str
) -> None:
    page = address(onboarding, "milestone", "handoff_reviewed")
    async with site.signed_in("csm", OWNER) as jonas:
        answer = await act(jonas, page, act=act_of, **fields)

    assert 422 == answer.status_code
    assert f'id="{field}-error"' in answer.text
    assert "<title>Problem: " in answer.text
    assert [] == site.door.told


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Not recorded. The onboarding’s own reason: Jonas Weber is the owner already"),
        ("ja", "記録できませんでした。理由： すでにJonas Weberが担当しています。"),
    ],
)
async def test_why_an_onboarding_refuses_is_said_in_the_readers_language(
    site: DeskSite, onboarding: Onboarding, language: str, said: str
) -> None:
    """With names in the place of handles."""
    page = address(onboarding, "milestone", "handoff_reviewed") + f"&language={language}"
    async with site.signed_in("csm", OWNER) as jonas:
        answer = await act(jonas, page, act="give", to=OWNER)

    assert 409 == answer.status_code
    assert said in answer.text


async def test_what_is_put_off_leaves_the_day_and_comes_again(site: DeskSite, onboarding: Onboarding) -> None:
    page = address(onboarding, "milestone", "handoff_reviewed")
    async with site.signed_in("csm", OWNER) as jonas:
        answer = await act(jonas, page, act="snooze", until="snooze_monday")
        onboarding.to_day(8)
        later = (await jonas.get("/desk/")).text

    with read_connection(site.engine) as connection:
        kept = connection.execute(put_aside.select()).one()
    assert (OWNER, "handoff_reviewed") == (kept.person, kept.key)
    assert "Sales hand-off reviewed" not in answer.text
    assert "Sales hand-off reviewed" in later
    assert [] == site.door.told


async def test_risks_whose_day_has_come_are_one_row_of_whoever_watches_them(
    site: DeskSite, onboarding: Onboarding
) -> None:
    """The gravest first; it can be put off, and is gone once they were looked at."""
    onboarding.tell("record_risk", risk="cfo", title="The CFO leaves", probability=5, impact=5, owner=OTHER, by=OWNER)
    onboarding.to_day(20)
    page = address(onboarding, "risks", "risks")
    async with site.signed_in("csm", OWNER) as jonas, site.signed_in("specialist", OTHER) as ines:
        before, hers = (await jonas.get("/desk/")).text, (await ines.get("/desk/")).text
        assert 1 == before.count(f"w-risks-{onboarding.id}")
        assert "too little time" in before
        assert "The CFO leaves" not in before + hers

        assert f"/desk/onboardings/{onboarding.id}/risks" in (await jonas.get(page)).text
        later = await act(jonas, page, act="snooze", until="snooze_week")
        assert "w-risks-" not in later.text
        onboarding.to_day(45)
        again, hers = (await jonas.get("/desk/")).text, (await ines.get("/desk/")).text
        assert "w-risks-" in again
        assert "The CFO leaves" in hers

        for row in site_risks(site, onboarding):
            onboarding.tell("record_risk", risk=row.key, probability=1, impact=1, by=OWNER)
        gone = (await jonas.get("/desk/")).text
    assert "w-risks-" not in gone


def site_risks(site: DeskSite, onboarding: Onboarding) -> list[RegisterRow]:
    return [row for row in reads.one(site.engine, onboarding.id).registers if row.kind == "risk"]


async def test_a_note_goes_into_the_journal_and_the_work_stays(site: DeskSite, onboarding: Onboarding) -> None:
    page = address(onboarding, "milestone", "handoff_reviewed")
    async with site.signed_in("csm", OWNER) as jonas:
        await act(jonas, page, act="note", note="They move on Friday")

    assert [("note", "They move on Friday", OWNER)] == [
        (kind, news["note"], news["by"]) for kind, news in site.door.told
    ]


async def test_a_task_goes_to_a_colleague_and_an_onboarding_to_another_owner(
    site: DeskSite, onboarding: Onboarding
) -> None:
    """Of a milestone the playbook says by its roles who does it: so the onboarding itself changes hands."""
    onboarding.tell("add_task", title="Call them back", due=f"{onboarding.now.date()}", by=OWNER)
    async with site.signed_in("csm", OWNER) as jonas:
        await act(jonas, address(onboarding, "task", "task-1"), act="give", to=OTHER)
        await act(
            jonas, address(onboarding, "milestone", "handoff_reviewed"), act="give", to="mika.sato", reason="Leave"
        )

    assert [("change_task", OTHER), ("reassign", "mika.sato")] == [
        (kind, news["owner"]) for kind, news in site.door.told
    ]
    async with site.signed_in("specialist", OTHER) as ines:
        assert "Call them back" in (await ines.get("/desk/")).text


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("specialist", 200)])
async def test_who_only_looks_does_nothing(site: DeskSite, onboarding: Onboarding, role: Role, status: int) -> None:
    async with site.signed_in(role, OWNER) as browser:
        page = (await browser.get("/desk/")).text
        answer = await browser.get(address(onboarding, "milestone", "handoff_reviewed"))

    assert status == answer.status_code
    assert (status == 200) == ("/desk/work?" in page)


async def test_a_specialist_gives_no_onboarding_away(site: DeskSite, onboarding: Onboarding) -> None:
    """Neither by the page, which does not offer it, nor by a form of one's own."""
    page = address(onboarding, "milestone", "handoff_reviewed")
    async with site.signed_in("specialist", OWNER) as browser:
        text = (await browser.get(page)).text
        answer = await browser.post(page, data={"once": once(text), "act": "give", "to": "mika.sato"})

    assert "Give them the onboarding" not in text
    assert (403, []) == (answer.status_code, site.door.told)


@pytest.mark.parametrize("who", ["伊藤 健", "伊藤 健様"])
async def test_who_has_written_is_named_with_one_honorific(site: DeskSite, onboarding: Onboarding, who: str) -> None:
    """A message to somebody who reads Japanese names them with 様 already."""
    facts = {"who": who, "text": "いつ始まりますか。"}
    asked = Notice(
        onboarding=onboarding.id, key="answer/1", kind="answer", to=OWNER, facts=facts, not_before=onboarding.now
    )
    onboarding.ledger.write(Writing(onboarding=onboarding.id, notices=(asked,)))
    async with site.signed_in("csm", OWNER) as jonas:
        day = (await jonas.get("/desk/?language=ja")).text

    assert "伊藤 健様" in day
    assert "様様" not in day


async def test_a_reply_is_read_and_called_answered(site: DeskSite, onboarding: Onboarding) -> None:
    """To a mail of ours; the answer may have gone by mail or on the telephone."""
    facts = {"who": "Stefan Vogel", "text": "When do we start?"}
    asked = Notice(
        onboarding=onboarding.id, key="answer/1", kind="answer", to=OWNER, facts=facts, not_before=onboarding.now
    )
    onboarding.ledger.write(Writing(onboarding=onboarding.id, notices=(asked,)))
    async with site.signed_in("csm", OWNER) as jonas:
        day = (await jonas.get("/desk/")).text
        leads = re.search(r'href="(/desk/work[^"]+kind=message[^"]+)&amp;do=done"', day)
        assert leads is not None
        after = (await act(jonas, leads[1].replace("&amp;", "&"), act="done")).text

    assert "When do we start?" in day
    assert "Stefan Vogel" in day
    assert "Answered" in after
    assert "When do we start?" not in after


async def test_what_customers_wrote_is_shown_as_text(site: DeskSite) -> None:
    """Names and titles come from outside."""
    onboarding = site.opened(owner=OWNER)
    onboarding.tell("add_task", title="<script>alert(1)</script>", due=f"{onboarding.now.date()}", by=OWNER)
    async with site.signed_in("csm", OWNER) as jonas:
        page = (await jonas.get("/desk/")).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


async def test_a_day_is_read_in_japanese(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("csm", OWNER) as jonas:
        page = (await jonas.get("/desk/?language=ja")).text

    assert '<html lang="ja">' in page
    assert "期限が来ている作業" in page or "今後の予定" in page
    assert "キックオフ" in page
    assert onboarding.id in page


async def test_work_and_people_are_called_in_japanese_as_on_the_customers_page(site: DeskSite) -> None:
    """A course correction by the playbook's words, and the customer's people with 様."""
    silent = site.opened(owner=OWNER)
    silent.to_day(5)
    silent.settled("handoff_reviewed", "introduction_sent", "kickoff_held")
    silent.to_day(40)
    async with site.signed_in("csm", OWNER) as jonas:
        japanese, english = (await jonas.get("/desk/?language=ja")).text, (await jonas.get("/desk/?language=en")).text
        portfolio = (await jonas.get("/desk/onboardings?language=ja")).text

    assert "Win engagement back" in english
    assert "関与の回復" in japanese
    assert "Win engagement back" not in japanese
    assert "Stefan Vogel様" in japanese + portfolio
    assert "Stefan Vogel様" not in english


@pytest.mark.parametrize(
    ("today", "since"), [("2033-01-03", "2032-12-31"), ("2033-01-04", "2033-01-03"), ("2033-01-02", "2032-12-31")]
)
def test_overnight_is_since_the_last_working_day(today: str, since: str) -> None:
    """On a Monday since Friday: nobody has looked in between."""
    began, ends = bounds(date.fromisoformat(today), ZoneInfo("Asia/Tokyo"))

    assert (since, today) == (f"{began.date()}", f"{(ends - timedelta(days=1)).date()}")
