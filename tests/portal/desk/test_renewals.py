"""Does a CSM record at the desk who renewed or left, and is it held against the score?"""

import re
from datetime import timedelta
from typing import Any, NoReturn

import httpx2
import pytest
from sqlalchemy import update

from domain.measure.renewals import RenewalGiven
from domain.room.deeds import Deed
from domain.trouble import NotReachable
from portal.desk.foretelling import Quarter
from store import reads
from store.renewals import SqlRenewals
from store.tables import onboardings
from tests.support.desk import DeskSite
from tests.support.room import Onboarding

A_DAY = timedelta(days=1)


def handed_over(site: DeskSite, id: str = "1", *, ending: str | None = "handed_over") -> Onboarding:
    onboarding = site.opened(id=id, yearly_value="40000")
    with site.engine.begin() as connection:
        ended = {"ending": ending, "ended_at": onboarding.now, "status": ending} if ending else {}
        if ended:
            connection.execute(update(onboardings).where(onboardings.c.onboarding == onboarding.id).values(**ended))
    return onboarding


def path(onboarding: Onboarding) -> str:
    return f"/desk/onboardings/{onboarding.id}/renewals"


def words(page: httpx2.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split("<main", 1)[1].split("</main>", 1)[0]).split())


async def record(browser: httpx2.AsyncClient, onboarding: Onboarding, **fields: str) -> httpx2.Response:
    [once] = set(re.findall(r'name="once" value="([^"]+)"', (await browser.get(path(onboarding))).text)) or {"a" * 22}
    on = f"{onboarding.now.date() + 20 * A_DAY}"
    return await browser.post(path(onboarding), data={"once": once, "on": on, "outcome": "renewed", **fields})


async def test_a_renewal_is_recorded_in_the_name_of_whoever_is_signed_in(site: DeskSite) -> None:
    """The page shows what is paid before and after, and so does the journal; the same form again changes nothing."""
    onboarding = handed_over(site)

    async with site.signed_in("csm") as csm:
        told = await record(csm, onboarding, yearly_value="52000,5")
        again = await record(csm, onboarding, yearly_value="52000.50")
        journal = words(await csm.get(f"/desk/onboardings/{onboarding.id}/journal"))

    assert (200, 200) == (told.status_code, again.status_code)
    assert "It is recorded" in words(told)
    assert "40,000 → 52,000.50 a year" in words(told)
    assert "recorded by Jonas Weber" in words(told)
    [row] = reads.journal(site.engine, onboarding.id, kinds=("renewal_recorded",))
    assert ("jonas.weber", "desk", True) == (row.by, row.via, row.proved)
    assert "Renewal: Will renew" in journal
    assert "52000.5" in journal


async def test_the_journal_says_of_a_day_ahead_that_the_customer_will_leave_and_of_one_gone_that_they_left(
    site: DeskSite,
) -> None:
    """So does the page beside it; what was mistaken is so at once."""
    onboarding = handed_over(site)
    with site.engine.begin() as connection:
        connection.execute(update(onboardings).values(closed_at=onboarding.now - 400 * A_DAY))
    gone, ahead = (f"{onboarding.now.date() + days * A_DAY}" for days in (-1, 20))

    async with site.signed_in("csm") as csm:
        said = []
        for on, outcome in ((ahead, "left"), (ahead, "mistaken"), (gone, "left")):
            given = RenewalGiven.model_validate({"on": on, "outcome": outcome})
            deed = Deed(f"{on}-{outcome}", "vendor", "jonas.weber", onboarding.now, "cli")
            SqlRenewals(site.engine).record(onboarding.id, given, deed)
            journal = words(await csm.get(f"/desk/onboardings/{onboarding.id}/journal"))
            said.append(re.findall(r"Renewal: (Left|Will leave|Mistaken)", journal))

    assert [["Will leave"], ["Mistaken", "Will leave"], ["Left", "Mistaken", "Will leave"]] == said


async def test_who_goes_back_and_sends_the_form_changed_has_said_something_else(site: DeskSite) -> None:
    """The page says that it is recorded, and so it is; the same form twice is one word."""
    onboarding = handed_over(site)

    async with site.signed_in("csm") as csm:
        [once] = set(re.findall(r'name="once" value="([^"]+)"', (await csm.get(path(onboarding))).text))
        for value in ("52000", "52000", "25000"):
            told = await record(csm, onboarding, yearly_value=value, once=once)

    assert "It is recorded" in words(told)
    assert "40,000 → 25,000 a year" in words(told)
    assert 2 == len(reads.journal(site.engine, onboarding.id, kinds=("renewal_recorded",)))


@pytest.mark.parametrize(
    ("language", "fields", "status", "says"),
    [
        ("en", {"on": ""}, 422, "Give the day."),
        ("en", {"yearly_value": "52,000"}, 422, "Give an amount like 52000"),
        ("en", {"outcome": "perhaps"}, 422, "Choose what became of it."),
        ("en", {"why": "price"}, 409, "is for customers who leave"),
        ("ja", {"why": "price"}, 409, "理由は、解約の場合のみ選択してください。"),
        ("en", {"on": "2020-01-01"}, 409, "lies before the contract of"),
        ("ja", {"on": "2020-01-01"}, 409, "より後の日付を入力してください。"),
    ],
)
async def test_what_cannot_be_stands_at_its_field_and_what_was_typed_stays(
    site: DeskSite, language: str, fields: dict[str, str], status: int, says: str
) -> None:
    onboarding = handed_over(site)

    async with site.signed_in("csm") as csm:
        await csm.get(f"{path(onboarding)}?language={language}")
        told = await record(csm, onboarding, **{"yearly_value": "51000", **fields})

    assert status == told.status_code
    assert says in words(told)
    assert fields.get("yearly_value", "51000") in told.text
    assert not SqlRenewals(site.engine).of(onboarding.id)


async def test_what_lies_ahead_has_not_been(site: DeskSite) -> None:
    """Notice is given for a day: until then nobody has left."""
    onboarding = handed_over(site)
    at = onboarding.now + 90 * A_DAY
    shown = []

    async with site.signed_in("viewer") as viewer:
        for days in (20, 0):
            for outcome in ("left", "mistaken"):
                given = RenewalGiven.model_validate({"on": at.date() + days * A_DAY, "outcome": outcome})
                deed = Deed(f"{outcome}-{days}", "vendor", "jonas.weber", at, "desk")
                SqlRenewals(site.engine).record(onboarding.id, given, deed)
                shown.append(words(await viewer.get(path(onboarding))))

    ahead, _, come, _ = shown
    assert ("Will leave" in ahead, " Left " in ahead) == (True, False)
    assert ("Will leave" in come, " Left " in come) == (False, True)


async def test_renewals_come_after_the_hand_off_and_are_written_by_whoever_writes_to_the_customer(
    site: DeskSite,
) -> None:
    under_way, over = handed_over(site, ending=None), handed_over(site, "2")

    async with site.signed_in("specialist") as specialist:
        early, page = await specialist.get(path(under_way)), await specialist.get(path(over))
        refused = await record(specialist, over)

    assert "Renewals are recorded once this customer is handed over" in words(early)
    assert f'href="{path(under_way)}"' not in early.text
    assert f'href="{path(over)}"' in page.text
    assert ('name="outcome"' in page.text, refused.status_code) == (False, 403)
    assert not SqlRenewals(site.engine).of(over.id)


async def test_a_quarter_says_what_became_of_the_contracts_that_were_due(site: DeskSite) -> None:
    """Customers, gross and net revenue retention, and why they left; what lies ahead has not come yet."""
    gone, smaller, larger, ahead = (handed_over(site, f"{number}") for number in range(1, 5))
    at = gone.now + 90 * A_DAY
    today = at.date()
    kept: list[tuple[Onboarding, dict[str, Any]]] = [
        (gone, {"outcome": "left", "why": "competitor"}),
        (smaller, {"yearly_value": 30_000}),
        (larger, {"yearly_value": 60_000}),
        (ahead, {"on": today + A_DAY, "outcome": "left", "why": "price"}),
    ]
    for onboarding, said in kept:
        given = RenewalGiven.model_validate({"on": today, "outcome": "renewed", **said})
        deed = Deed("1", "vendor", "jonas.weber", at, "desk")
        SqlRenewals(site.engine).record(onboarding.id, given, deed)

    async with site.signed_in("viewer") as viewer:
        page = words(await viewer.get(f"/desk/foretelling?quarter={Quarter.of(today).name}"))

    assert "Customers who renewed: 2 of 3, 67 %" in page
    assert "Gross revenue retention: 58.3 %" in page
    assert "Net revenue retention: 75 %" in page
    assert "120,000 a year before; 40,000 was lost with customers, 10,000 by smaller contracts, and 20,000" in page
    assert "Why they left: Another vendor 1" in page
    assert "60 days before they renewed or left" in page


async def test_who_leaves_while_temporal_is_away_is_recorded_and_the_page_says_what_to_do(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    onboarding = handed_over(site)

    async def away(*_: object, **__: object) -> NoReturn:
        raise NotReachable("cannot reach Temporal")

    monkeypatch.setattr(site.parts, "door", away)

    async with site.signed_in("csm") as csm:
        told = await record(csm, onboarding, outcome="left", why="price")

    assert "the success programme does not know of it yet" in words(told)
    assert ["left"] == [one.outcome for one in SqlRenewals(site.engine).of(onboarding.id)]
