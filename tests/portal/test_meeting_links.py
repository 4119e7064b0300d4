"""Can the hour of a meeting be chosen, and be answered to, by a link of a message? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.record import MeetingRow, Writing
from store.ledger import SqlLedger
from tests.support.pages import ONE, READER, Site, site_on

SOON = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=5)
HOURS = [SOON.isoformat(), (SOON + timedelta(days=1)).isoformat()]
OFFERED = {
    "meeting": "executive_check_in",
    "on": str(SOON.date()),
    "slots": HOURS,
    "slot_minutes": 30,
    "slot_weekly": True,
    "host_zone": "Asia/Tokyo",
}
INVITED = {
    "meeting": "executive_check_in",
    "occasion": "2026-09-02",
    "starts_at": HOURS[0],
    "calendar": {"sequence": 2},
}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_on(tmp_path, company_name="Kontor") as site:
        yield site


def meets(site: Site, **changes: Any) -> None:
    """The meeting has an hour, as it was agreed meanwhile."""
    row = {
        "uid": "u1",
        "meeting": "executive_check_in",
        "occasion": str(SOON.date()),
        "title": "Check-in",
        "starts_at": SOON,
        "minutes": 30,
        "sequence": 0,
        "status": "agreed",
    }
    SqlLedger(site.engine).write(Writing(onboarding=ONE, meetings=(MeetingRow.model_validate({**row, **changes}),)))


async def test_the_hours_stand_in_the_readers_zone_and_in_ours(site: Site) -> None:
    """In both languages; a look chooses nothing."""
    path = site.link("slot", "meeting", facts=OFFERED)

    english, japanese = await site.client.get(path), await site.client.get(f"{path}?language=ja")

    assert 4 == english.text.count('type="radio"')
    assert "checked" not in english.text
    assert "(Europe/Berlin)" in english.text
    assert "For us: " in english.text
    assert "(Asia/Tokyo)" in english.text
    assert "当社の時間：" in japanese.text
    assert [] == site.door.news


@pytest.mark.parametrize(
    ("title", "english", "japanese"),
    [
        ("Kickoff", "Which time suits you: Kickoff?", "「Kickoff」のご都合のよい日時"),
        ("", "Which time suits you?", "<h1>ご都合のよい日時をお選びください"),
    ],
)
async def test_the_page_names_the_meeting_where_the_message_does(
    site: Site, title: str, english: str, japanese: str
) -> None:
    """The agenda of a kickoff had no title: its page asked "Which time suits you: ?"."""
    path = site.link("slot", "kickoff_agenda", about="", facts={**OFFERED, "title": title})

    assert f"<h1>{english}</h1>" in (await site.client.get(path)).text
    assert japanese in (await site.client.get(f"{path}?language=ja")).text


@pytest.mark.parametrize(("weekly", "before"), [(False, ""), (True, "weekly ")])
async def test_a_chosen_hour_is_agreed_in_a_second_step_once(site: Site, weekly: bool, before: str) -> None:
    """Everybody is invited by it: no program that sends a form agrees it."""
    path = site.link("slot", "meeting", facts=OFFERED)
    form = {"answer": before + HOURS[1], "words": ""}

    review = await site.client.post(path, data=form)
    assert [] == site.door.news
    [once] = re.findall(r'name="once" value="([^"]+)"', review.text)
    first = await site.client.post(path, data={**form, "once": once})
    second = await site.client.post(path, data={**form, "once": once})

    [(_, update, news)] = site.door.news
    assert "agree_slot" == update
    hour = {"starts_at": HOURS[1], "minutes": 30, "weekly": weekly}
    assert {"by": READER.id, "news_id": "link-1", "meeting": "executive_check_in", **hour} == news
    assert "the time is agreed" in first.text
    assert "answered already" in second.text


async def test_an_hour_that_is_not_offered_cannot_be_chosen(site: Site) -> None:
    path = site.link("slot", "meeting", facts=OFFERED)

    answer = await site.client.post(path, data={"answer": (SOON + timedelta(hours=1)).isoformat()})

    assert 422 == answer.status_code
    assert [] == site.door.news


async def test_what_is_agreed_meanwhile_is_not_chosen_again(site: Site) -> None:
    """Somebody else was quicker: their hour stands."""
    path = site.link("slot", "meeting", facts=OFFERED)
    meets(site)

    page = await site.client.get(path)

    assert "nothing left to do here" in page.text


async def test_hours_that_have_passed_are_not_offered(site: Site) -> None:
    past = {**OFFERED, "slots": ["2026-01-05T09:00:00+00:00"]}

    page = await site.client.get(site.link("slot", "meeting", facts=past))

    assert "have passed" in page.text


async def test_who_comes_says_so_by_the_link_of_their_invitation(site: Site) -> None:
    """With the version of the invitation, since an answer to an earlier hour counts no more."""
    path = site.link("attendance", "invitation", facts=INVITED)
    empty = await site.client.post(path, data={"words": ""})

    told = await site.client.post(path, data={"answer": "declined", "words": "On holiday"})

    assert [422, 200] == [empty.status_code, told.status_code]
    [(_, update, news)] = site.door.news
    assert "tell_attendance" == update
    assert ("declined", "2026-09-02", 2, "On holiday") == (
        news["answer"],
        news["occasion"],
        news["sequence"],
        news["note"],
    )


async def test_nobody_answers_to_what_has_fallen_away(site: Site) -> None:
    path = site.link("attendance", "invitation", facts=INVITED)
    meets(site, occasion="2026-09-02", status="cancelled", sequence=3)

    page = await site.client.get(path)

    assert "nothing left to do here" in page.text
