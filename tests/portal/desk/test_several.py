"""Are several things done at once at the desk, each for itself, and is what follows said before?"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from portal.desk import several
from starter.trouble import NotReachable
from store import reads
from tests.support.desk import DeskSite, desk_on
from tests.support.desk_door import with_real_door
from tests.support.room import Onboarding

OWNER, OTHER = "jonas.weber", "mika.sato"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        with_real_door(site)
        yield site


@pytest.fixture
async def csm(site: DeskSite) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.signed_in("csm") as browser:
        yield browser


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def results(page: str) -> list[tuple[str, str]]:
    """Each name with what became of it."""
    return re.findall(r'<span class="grow"><a href="[^"]*">(.*?)</a><small[^>]*>(.*?)</small>', page)


def status(site: DeskSite, onboarding: Onboarding, key: str) -> str:
    return next(row.status for row in reads.one(site.engine, onboarding.id).milestones if row.key == key)


async def test_several_milestones_are_recorded_in_the_order_of_the_plan(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    """However they were ticked; and what is refused is named, and keeps no other from being recorded."""
    onboarding = site.opened(owner=OWNER)
    onboarding.to_day(8)
    page = f"/desk/onboardings/{onboarding.id}/milestones"
    form = hidden((await csm.get(page)).text)
    ticked = ["access_provisioned", "environment_live", "kickoff_held", "handoff_reviewed"]

    told = await csm.post(page, data={**form, "milestone": ticked, "note": "All seen on site"})
    again = await csm.post(page, data={**form, "milestone": ticked})

    answers = dict(results(told.text))
    assert 4 == len(answers)
    assert "3 of 4 done" in told.text
    assert "has to wait for" in answers.pop("Technical environment live")
    assert {"Recorded"} == set(answers.values())
    order = [news["milestone"] for _, news in site.door.told[:4]]
    assert order.index("handoff_reviewed") < order.index("kickoff_held") < order.index("environment_live")
    assert ["All seen on site"] * 3 == [
        row.note for row in reads.journal(site.engine, onboarding.id, kinds=("milestone_reached",)) if row.by == OWNER
    ][-3:]
    assert "reached" == status(site, onboarding, "kickoff_held")
    assert 200 == again.status_code
    assert len({news["news_id"] for _, news in site.door.told}) == 4


async def test_whoever_ticks_what_somebody_else_has_recorded_meanwhile_is_shown_that_first(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    onboarding = site.opened(owner=OWNER)
    onboarding.to_day(8)
    page = f"/desk/onboardings/{onboarding.id}/milestones"
    form = hidden((await csm.get(page)).text)
    onboarding.tell("reach_milestone", milestone="kickoff_held", by="grace.lee", via="desk")

    told = await csm.post(page, data={**form, "milestone": ["kickoff_held", "access_provisioned"]})
    none = await csm.post(page, data=form)

    assert (409, 422) == (told.status_code, none.status_code)
    assert "Grace Lee" in told.text
    assert "Tick at least one milestone" in none.text
    assert [] == site.door.told


async def test_what_takes_longer_than_a_page_may_is_left_and_told_when_one_goes_on(
    site: DeskSite, csm: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    onboarding = site.opened(owner=OWNER)
    onboarding.to_day(8)
    page = f"/desk/onboardings/{onboarding.id}/milestones"
    form = {**hidden((await csm.get(page)).text), "milestone": ["handoff_reviewed", "access_provisioned"]}
    monkeypatch.setattr(several, "PATIENCE", 0.0)

    left = await csm.post(page, data=form)
    monkeypatch.undo()
    done = await csm.post(page, data=form)

    assert "0 of 2 done" in left.text
    assert "Not begun yet" in left.text
    assert "2 of 2 done" in done.text


async def test_several_onboardings_are_given_to_somebody_with_what_goes_along(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    """A look shows what follows and changes nothing; what another has given away meanwhile stays with them."""
    ours = [site.opened(id=f"{number}", owner=OWNER) for number in (1, 2, 3)]
    ours[0].tell("add_task", title="Send the price list", due="2032-11-10", owner=OWNER, by=OWNER)
    listed = (await csm.get("/desk/onboardings")).text
    query = "&".join(f"on={one.id}" for one in ours)

    shown = (await csm.get(f"/desk/reassign?{query}&to={OTHER}")).text
    before = [reads.one(site.engine, one.id).owner for one in ours]
    ours[2].tell("reassign", owner="grace.lee", by="nora.lindqvist")
    form = {**hidden(shown.split('method="post"', 2)[-1])}
    given = (await csm.post("/desk/reassign", data=form)).text
    again = (await csm.post("/desk/reassign", data=form)).text

    assert 3 == listed.count('name="on"')
    assert "Give all of these to Mika Sato" in shown
    assert re.search(r"Goes along: Introduction mail, to be read before it goes, [^<]*Sales hand-off reviewed", shown)
    assert re.search(r"Stays with Jonas Weber[^<]*: Send the price list", shown)
    assert [OWNER] * 3 == before
    assert [OTHER, OTHER, "grace.lee"] == [reads.one(site.engine, one.id).owner for one in ours]
    assert "2 of 3 done" in given
    assert "Somebody has given it to another owner meanwhile" in given
    assert "2 of 3 done" in again
    assert 2 == len([1 for row in ours[:2] for one in reads.journal(site.engine, row.id, kinds=("reassigned",))])


async def test_while_temporal_is_away_nothing_is_given_and_each_says_so(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    ours = [site.opened(id=f"{number}", owner=OWNER) for number in (1, 2)]
    shown = (await csm.get(f"/desk/reassign?on={ours[0].id}&on={ours[1].id}&to={OTHER}")).text
    site.door.trouble = NotReachable("nobody answers")

    given = (await csm.post("/desk/reassign", data=hidden(shown.split('method="post"', 2)[-1]))).text

    site.door.trouble = None
    gone_on = (await csm.post("/desk/reassign", data=hidden(given.split('method="post"', 2)[-1]))).text

    assert "0 of 2 done" in given
    assert 2 == given.count('<small class="bad">')
    assert "2 of 2 done" in gone_on


async def test_where_something_breaks_at_one_the_others_are_told_and_named(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    """A page that only says that it failed would hide what was done."""
    ours = [site.opened(id=f"{number}", owner=OWNER) for number in (1, 2)]
    shown = (await csm.get(f"/desk/reassign?on={ours[0].id}&on={ours[1].id}&to={OTHER}")).text
    del site.door.onboardings[ours[0].id]

    given = (await csm.post("/desk/reassign", data=hidden(shown.split('method="post"', 2)[-1]))).text

    assert "1 of 2 done" in given
    assert OTHER == reads.one(site.engine, ours[1].id).owner


async def test_whoever_has_too_many_already_is_named_before_they_get_more(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    ours = site.opened(owner=OWNER)

    shown = (await csm.get(f"/desk/reassign?on={ours.id}&to=ines.moreau")).text
    nobody = await csm.get(f"/desk/reassign?on={ours.id}&to=nobody")
    empty = await csm.get("/desk/reassign?on=onboarding-none-1")

    assert "is no CSM" in shown
    assert 422 == nobody.status_code
    assert "No onboarding under way is chosen" in empty.text


async def test_who_gives_one_away_reads_what_goes_along(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """On the form at the customer's, and on the page about a row of one's day."""
    onboarding = site.opened(owner=OWNER)
    onboarding.tell("add_task", title="Send the price list", due="2032-11-10", owner=OWNER, by=OWNER)
    work = f"/desk/work?on={onboarding.id}&kind=milestone&key=handoff_reviewed&do=give"

    form = (await csm.get(f"/desk/onboardings/{onboarding.id}/news/reassign")).text
    row = (await csm.get(work)).text

    for page in (form, row):
        assert re.search(r"Goes along: [^<]*Sales hand-off reviewed", page)
        assert "Stays with Jonas Weber, in whose own name it is: Send the price list" in page
