"""Does the desk show which onboardings need somebody, by any filter, and as a table? Over a store where some go on."""

import csv
import re
from io import StringIO

import pytest

from portal.desk import portfolio
from tests.support.desk import DeskSite

OWNER = "jonas.weber"


def rows(page: str) -> list[str]:
    """The ids of the onboardings that a page shows, in their order."""
    return re.findall(r'<tr data-row id="([^"]+)"', page)


def three(site: DeskSite) -> tuple[str, str, str]:
    """One that is stuck, one that is behind, and one that has just begun."""
    stuck, behind, young = (site.opened(id=f"{number}", owner=OWNER) for number in (1, 2, 3))
    stuck.to_day(60)
    behind.to_day(11)
    return stuck.id, behind.id, young.id


async def test_who_needs_somebody_comes_first_and_says_why(site: DeskSite) -> None:
    stuck, behind, young = three(site)
    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/onboardings")).text

    assert [stuck, behind, young] == rows(page)
    assert re.search(r"days late</b>", page)
    assert re.search(r"day (5\d|60) of 1\d\d", page)
    assert re.search(r"Day \d+ of \d+, work done up to day \d", page)
    assert "Jonas Weber" in page


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("need=stuck", [0]),
        ("need=stuck,behind", [0, 1]),
        ("owner=jonas.weber", [0, 1, 2]),
        ("owner=mika.sato", []),
        ("q=linden", [0, 1, 2]),
        ("q=nobody+there", []),
        ("ended=yes", []),
    ],
)
async def test_filters_live_in_the_address(site: DeskSite, query: str, numbers: list[int]) -> None:
    ids = three(site)
    async with site.signed_in("viewer") as browser:
        page = (await browser.get(f"/desk/onboardings?{query}")).text

    assert [ids[number] for number in numbers] == rows(page)
    assert bool(numbers) != ("Nothing fits this filter" in page)


async def test_the_table_has_what_the_same_filter_shows(site: DeskSite) -> None:
    """As spreadsheets read it: with a mark of its encoding, and no cell that they would take for a formula."""
    stuck, behind, _ = three(site)
    evil = site.opened(id="4", owner=OWNER, account={"name": "=1+1", "country": "DE", "time_zone": "Europe/Berlin"})
    async with site.signed_in("viewer") as browser:
        answer = await browser.get("/desk/onboardings.csv?need=stuck,behind")
        everything = (await browser.get("/desk/onboardings.csv")).text

    table = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [stuck, behind] == [row["onboarding"] for row in table]
    assert ["stuck", "behind"] == [row["state"] for row in table]
    assert int(table[0]["days_late"]) > 10
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    assert f"{evil.id},'=1+1," in everything


async def test_pages_lead_to_each_other(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = three(site)
    monkeypatch.setattr(portfolio, "ROWS", 2)
    async with site.signed_in("viewer") as browser:
        first = (await browser.get("/desk/onboardings")).text
        onward = re.search(r'href="([^"]+)" rel="next"', first)
        assert onward is not None
        second = (await browser.get(onward[1].replace("&amp;", "&"))).text

    assert list(ids) == rows(first) + rows(second)
    assert "First page" in second


async def test_what_an_address_says_in_vain_is_named(site: DeskSite) -> None:
    three(site)
    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/onboardings?need=urgent&go_live=soon&ended=1&after=x")).text

    assert "Left out, because it says nothing here: need, go_live, ended, after" in page
    assert 3 == len(rows(page))


async def test_a_view_is_kept_shared_and_removed(site: DeskSite) -> None:
    three(site)
    kept = {"query": "need=stuck&owner=jonas.weber", "name": "Jonas <b>", "shared": "on"}
    async with site.signed_in("csm", OWNER) as jonas, site.signed_in("manager") as nora:
        mine = (await jonas.post("/desk/views", data=kept)).text
        hers = (await nora.get("/desk/onboardings")).text
        drop = re.search(r'name="drop" value="(\d+)"', mine)
        assert drop is not None
        await nora.post("/desk/views", data={"drop": drop[1]})
        still = (await nora.get("/desk/onboardings")).text
        await jonas.post("/desk/views", data={"drop": drop[1]})
        gone = (await nora.get("/desk/onboardings")).text

    address = 'href="/desk/onboardings?need=stuck&amp;owner=jonas.weber"'
    assert "The view is kept" in mine
    assert "Jonas &lt;b&gt;" in hers
    assert [True, True, False] == [address in page for page in (hers, still, gone)]


async def test_who_may_only_look_keeps_a_view_for_themselves_alone(site: DeskSite) -> None:
    """A viewer changes nothing that colleagues see, and is not offered to."""
    three(site)
    form = {"query": "need=stuck", "name": "Look here"}
    async with site.signed_in("viewer") as arthur, site.signed_in("manager") as nora:
        page = (await arthur.get("/desk/onboardings?need=stuck")).text
        shared = await arthur.post("/desk/views", data={**form, "shared": "on"})
        own = await arthur.post("/desk/views", data=form)
        hers = (await nora.get("/desk/onboardings?need=stuck")).text

    assert (False, True) == ('name="shared"' in page, 'name="shared"' in hers)
    assert (403, True, False) == (shared.status_code, "Look here" in own.text, "Look here" in hers)


async def test_whoever_may_only_look_by_now_still_drops_a_view_that_they_had_shared(site: DeskSite) -> None:
    """It is theirs, and nobody else could remove it; under its name they keep another one for themselves alone."""
    three(site)
    form = {"query": "need=stuck", "name": "Look here"}
    async with site.signed_in("csm", OWNER) as jonas, site.signed_in("manager") as nora:
        await jonas.post("/desk/views", data={**form, "shared": "on"})
        before = (await nora.get("/desk/onboardings")).text
        async with site.signed_in("viewer", OWNER) as viewer:
            page = (await viewer.get("/desk/onboardings?need=stuck")).text
            [drop] = re.findall(r'name="drop" value="(\d+)"', page)
            dropped = await viewer.post("/desk/views", data={"drop": drop})
        after = (await nora.get("/desk/onboardings")).text

    assert (True, 200, False) == ("Look here" in before, dropped.status_code, "Look here" in after)


@pytest.mark.parametrize("name", ["", "x" * 61])
async def test_a_view_without_a_name_is_refused_at_its_field(site: DeskSite, name: str) -> None:
    async with site.signed_in("csm") as browser:
        answer = await browser.post("/desk/views", data={"query": "need=stuck", "name": name})

    assert 422 == answer.status_code
    assert 'id="name-error"' in answer.text


async def test_an_empty_portfolio_says_what_will_appear(site: DeskSite) -> None:
    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/onboardings")).text

    assert "No onboarding is under way" in page


async def test_the_portfolio_is_read_in_japanese(site: DeskSite) -> None:
    three(site)
    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/onboardings?language=ja")).text

    assert '<html lang="ja">' in page
    assert "停滞" in page
    assert "営業日の遅れ" in page
