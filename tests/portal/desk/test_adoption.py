"""Does a CSM see at the desk whom to thank and whom to ask, and nobody named without the customer's agreement?"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update

from store import reads
from store.tables import journal, notices
from tests.support.adoption import OFTEN, belongs, used
from tests.support.desk import DeskSite
from tests.support.room import Onboarding

GROUP = "lindenau"
PEOPLE: list[dict[str, str]] = [
    {"id": "lead", "name": "Stefan Vogel", "email": "lead@customer.test", "role": "project_lead", "language": "en"},
    {"id": "often", "name": "Eve User", "email": "eve@customer.test", "role": "power_user", "language": "en"},
    {"id": "some", "name": "Sam Some", "email": "sam@customer.test", "role": "end_user", "language": "en"},
    {"id": "rare", "name": "Kim <b>Champ</b>", "email": "kim@customer.test", "role": "champion", "language": "en"},
    {"id": "never", "name": "Nick Never", "email": "nick@customer.test", "role": "end_user", "language": "en"},
]


def in_use(site: DeskSite, *, agreed: bool = True) -> Onboarding:
    """A customer where Eve has a habit, Sam uses it now and then, Kim has come once, and Nick was never seen."""
    custom: dict[str, Any] = {"usage_group": GROUP, **({"usage_by_person": True} if agreed else {})}
    onboarding = site.opened(custom=custom, stakeholders=PEOPLE, champion="rare")
    days = {"eve@customer.test": OFTEN, "sam@customer.test": (2, 9, 16), "kim@customer.test": (8,), "x": (7, 14)}
    used(site.engine, GROUP, "Report Created", days)
    return onboarding


def path(onboarding: Onboarding) -> str:
    return f"/desk/onboardings/{onboarding.id}/adoption"


def main(page: httpx2.Response) -> str:
    """What a person reads of the page itself."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split("<main", 1)[1].split("</main>", 1)[0]).split())


def part(page: httpx2.Response, id: str) -> str:
    [section] = re.findall(rf'<section[^>]*id="{id}".*?</section>', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


async def write(browser: httpx2.AsyncClient, onboarding: Onboarding, word: str, person: str) -> httpx2.Response:
    [once] = set(re.findall(r'name="once" value="([^"]+)"', (await browser.get(path(onboarding))).text)) or {"a" * 22}
    return await browser.post(path(onboarding), data={"once": once, "word": word, "person": person})


def messages(site: DeskSite, onboarding: Onboarding) -> list[tuple[str, str]]:
    """What was written to whom because of their use."""
    query = select(notices.c.kind, notices.c.person).where(notices.c.onboarding == onboarding.id)
    with site.engine.connect() as connection:
        rows = connection.execute(query.where(notices.c.kind.in_(("thanked", "use_asked"))))
        return [(row.kind, row.person) for row in rows]


async def test_a_csm_reads_how_many_use_it_and_whom_to_thank_and_ask(site: DeskSite) -> None:
    """Nobody's figures, nobody in between, and nobody who was never seen."""
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        page = await csm.get(path(onboarding))

    assert "4 people have used the product · 1 power user" in part(page, "seen")
    assert ("Eve User" in part(page, "thank"), "Kim" in part(page, "thank")) == (True, False)
    assert ("Kim &lt;b&gt;Champ" in part(page, "ask"), "Eve" in part(page, "ask")) == (True, False)
    without_the_clock = re.sub(r"\d\d:\d\d", "", main(page))
    assert not re.search(r"Sam|Nick|\b12\b", without_the_clock)


async def test_who_was_thanked_is_not_thanked_again_for_the_same_weeks(site: DeskSite) -> None:
    """A second click changes nothing; the page says who has thanked, and when."""
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        told = await write(csm, onboarding, "thank", "often")
        await write(csm, onboarding, "thank", "often")

    assert (200, True) == (told.status_code, "The thanks are on their way" in told.text)
    assert [("thanked", "often")] == messages(site, onboarding)
    [row] = reads.journal(site.engine, onboarding.id, kinds=("user_thanked",))
    assert ("often", "jonas.weber", "desk", True) == (row.about, row.by, row.via, row.proved)
    assert re.search(r"Thanked on .+ by Jonas Weber", part(told, "thank"))
    assert "<button" not in told.text.split('id="thank"', 1)[1].split("</section>", 1)[0]
    assert ["mail"] == site.room.woken[-1:]


async def test_who_was_thanked_last_week_waits_until_four_new_weeks_are_over(site: DeskSite) -> None:
    """The weeks that are looked at go on every Monday; three of them were in the last message."""
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        await write(csm, onboarding, "thank", "often")
        [row] = reads.journal(site.engine, onboarding.id, kinds=("user_thanked",))
        begun = date.fromisoformat(row.key.rpartition("/")[2])
        of_it = update(journal).where(journal.c.kind == "user_thanked")
        shown = {}
        for weeks in (1, 3, 4):
            with site.engine.begin() as connection:
                connection.execute(of_it.values(key=f"user_thanked/often/{begun - timedelta(weeks=weeks)}"))
            page = (await csm.get(path(onboarding))).text
            shown[weeks] = "<button" in page.split('id="thank"', 1)[1].split("</section>", 1)[0]
            if weeks == 3:
                await csm.post(path(onboarding), data={"once": "b" * 22, "word": "thank", "person": "often"})

    assert {1: False, 3: False, 4: True} == shown
    assert [("thanked", "often")] == messages(site, onboarding)
    assert 1 == len(reads.journal(site.engine, onboarding.id, kinds=("user_thanked",)))


async def test_who_uses_it_little_is_asked_what_keeps_them(site: DeskSite) -> None:
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        told = await write(csm, onboarding, "ask", "rare")

    assert "The question is on its way" in told.text
    assert [("use_asked", "rare")] == messages(site, onboarding)


@pytest.mark.parametrize(
    ("language", "word", "person", "reason"),
    [
        ("en", "ask", "often", "Nobody was written to: Eve User does not use it little"),
        ("ja", "ask", "often", "送信していません： この方は、利用の少ない方ではありません"),
        ("en", "thank", "lead", "Nobody was written to: Stefan Vogel was never seen in the product"),
        ("ja", "thank", "lead", "製品の利用が確認できません"),
    ],
)
async def test_what_was_not_seen_of_somebody_is_refused_with_the_reason(
    site: DeskSite, language: str, word: str, person: str, reason: str
) -> None:
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        await csm.get(f"{path(onboarding)}?language={language}")
        refused = await write(csm, onboarding, word, person)

    assert (409, True) == (refused.status_code, reason in main(refused))
    assert [] == messages(site, onboarding)


@pytest.mark.parametrize("form", [{"word": "praise", "person": "often"}, {"word": "thank", "person": "nobody"}])
async def test_a_form_of_another_make_is_not_taken(site: DeskSite, form: Mapping[str, str]) -> None:
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        refused = await write(csm, onboarding, **form)

    assert (422, []) == (refused.status_code, messages(site, onboarding))


async def test_without_the_customers_agreement_nobody_is_named_or_written_to(site: DeskSite) -> None:
    onboarding = in_use(site, agreed=False)

    async with site.signed_in("csm") as csm:
        page = await csm.get(path(onboarding))
        refused = await write(csm, onboarding, "thank", "often")

    assert "4 people have used the product" in main(page)
    assert "this customer has not agreed to that" in main(page)
    assert not re.search(r"Eve User|Kim", main(page))
    assert 'name="person"' not in page.text
    assert (409, True) == (refused.status_code, "has not agreed" in main(refused))
    assert [] == messages(site, onboarding)


@pytest.mark.parametrize("role", ["viewer", "specialist"])
async def test_who_does_not_write_to_customers_reads_numbers_alone(site: DeskSite, role: Any) -> None:
    """What somebody does in a product is for those who thank and help."""
    onboarding = in_use(site)

    async with site.signed_in(role) as browser:
        page = await browser.get(path(onboarding))
        sent = await browser.post(path(onboarding), data={"once": "a" * 22, "word": "thank", "person": "often"})

    assert "4 people have used the product" in main(page)
    assert not re.search(r"Eve User|Kim", main(page))
    assert (403, []) == (sent.status_code, messages(site, onboarding))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Nobody has used the product in the last four whole weeks."), ("ja", "製品を利用された方はいません。")],
)
async def test_before_anybody_was_seen_the_page_says_so(site: DeskSite, language: str, words: str) -> None:
    onboarding = site.opened()

    async with site.signed_in("csm") as csm:
        page = await csm.get(f"{path(onboarding)}?language={language}")

    assert words in part(page, "seen")


async def test_the_page_is_read_in_japanese(site: DeskSite) -> None:
    """Nothing is said in English but names."""
    onboarding = in_use(site)

    async with site.signed_in("csm") as csm:
        page = await csm.get(f"{path(onboarding)}?language=ja")

    assert "利用者4名 · うちパワーユーザー1名" in part(page, "seen")
    said = part(page, "seen") + part(page, "thank") + part(page, "ask")
    left = set(re.findall(r"[A-Za-z]{3,}", said)) - set(re.findall(r"[A-Za-z]{3,}", "Eve User Kim Champ Jonas Weber"))
    assert set() == left


@pytest.mark.parametrize("role", ["viewer", "csm"])
async def test_everybody_of_ours_reads_of_teams_that_are_large_enough(site: DeskSite, role: Any) -> None:
    """What the customer's managers read, too: no figure in it is anybody's."""
    onboarding = in_use(site, agreed=False)
    users = [f"u{number}" for number in range(7)]
    belongs(site.engine, users[:5], "team", "Dispatch")
    used(site.engine, GROUP, "Report Created", {**dict.fromkeys(users[:3], (2,)), **dict.fromkeys(users[3:], (9,))})

    async with site.signed_in(role) as browser:
        page = await browser.get(path(onboarding))

    assert "Dispatch 5 people" in part(page, "by-team")
    assert "3 of 5 used it in the last week (60 %)" in part(page, "by-team")
    assert "Without a known team: 6 of 11." in part(page, "by-team")
    assert "Of nobody it is known what their role is" in part(page, "by-role")
