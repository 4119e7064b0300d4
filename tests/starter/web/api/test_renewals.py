"""Do programs record over REST who renewed or left after the hand-off?"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.record import Writing
from store import reads
from tests.support.databases import deal, dossier, standing
from tests.support.web import Web, problem, web_on

ONE = "onboarding-file-1"
HERE = f"/api/v1/onboardings/{ONE}/renewals"
TODAY = datetime.now(UTC).date()
A_DAY = timedelta(days=1)


def keep(web: Web, *, ending: str | None = "handed_over") -> None:
    """A customer who bought it for 40,000 a year, four hundred days ago."""
    now = datetime.now(UTC)
    sold = deal(yearly_value=Decimal(40_000)).model_copy(update={"closed_at": now - 400 * A_DAY})
    ended: dict[str, Any] = {"ending": ending, "ended_at": now - 300 * A_DAY} if ending else {}
    web.parts.ledger.admit(dossier(sold), run="run")
    web.parts.ledger.write(Writing(onboarding=ONE, standing=standing(**ended)))


def said(on: date = TODAY, **more: Any) -> dict[str, Any]:
    return {"on": on.isoformat(), "outcome": "renewed", "by": "jonas.weber", **more}


async def test_a_renewal_is_recorded_once_and_listed_with_what_was_paid_before(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        keep(web)
        writer = web.token("onboardings:write")

        first, again = [
            (await web.client.post(HERE, json=said(yearly_value=52_000), headers=writer)).json() for _ in range(2)
        ]
        listed = (await web.client.get(HERE, headers=web.token("onboardings:read"))).json()["items"]

        assert [(True, "goes_on"), (False, "goes_on")] == [(one["new"], one["programme"]) for one in (first, again)]
        [one] = listed
        assert ("renewed", "40000", "52000", "jonas.weber", "api") == (
            one["outcome"], one["before"], one["yearly_value"], one["by"], one["via"]
        )  # fmt: skip
        assert ["renewal_recorded"] == [row.kind for row in reads.journal(web.parts.engine, ONE)]


async def test_what_was_said_otherwise_meanwhile_may_be_said_again(tmp_path: Path) -> None:
    """Without a key the same words after other ones are the last word; under a key they are the same request again."""
    async with web_on(tmp_path) as web:
        keep(web)

        async def new(value: int, **more: Any) -> bool:
            given = said(yearly_value=value, **more)
            return bool((await web.client.post(HERE, json=given, headers=web.token())).json()["new"])

        assert [True, True, True, False] == [await new(value) for value in (50_000, 60_000, 50_000, 50_000)]
        assert [True, True, False] == [
            await new(value, news_id=id) for value, id in ((70_000, "a"), (80_000, "b"), (70_000, "a"))
        ]


async def test_who_has_left_is_recorded_also_while_temporal_is_away(tmp_path: Path) -> None:
    """The answer says that the programme has not heard of it, nor of a notice that was taken back."""
    async with web_on(tmp_path) as web:
        keep(web)
        left = said(outcome="left", why="price")
        notice = said(TODAY + 60 * A_DAY, outcome="left", why="price")

        ahead = (await web.client.post(HERE, json=notice, headers=web.token())).json()
        mistaken = said(TODAY + 60 * A_DAY, outcome="mistaken")
        stays = (await web.client.post(HERE, json=mistaken, headers=web.token())).json()
        gone = (await web.client.post(HERE, json=left, headers=web.token())).json()

        assert ["not_reached"] * 3 == [one["programme"] for one in (ahead, stays, gone)]
        [one] = (await web.client.get(HERE, headers=web.token())).json()["items"]
        assert (TODAY.isoformat(), "left", "price") == (one["on"], one["outcome"], one["why"])


@pytest.mark.parametrize(
    ("ending", "given", "status", "field"),
    [
        (None, said(), 409, "outcome"),
        ("churned", said(), 409, "outcome"),
        ("handed_over", said(TODAY - 500 * A_DAY), 409, "on"),
        ("handed_over", said(TODAY + 500 * A_DAY), 409, "on"),
        ("handed_over", said(date(9999, 12, 31)), 409, "on"),
        ("handed_over", said(yearly_value=-1), 422, "yearly_value"),
        ("handed_over", said(yearly_value="a lot"), 422, "yearly_value"),
        ("handed_over", said(outcome="left", yearly_value=5), 409, "yearly_value"),
        ("handed_over", said(outcome="left", why="He said so"), 422, "why"),
        ("handed_over", said(outcome="perhaps"), 422, "outcome"),
        ("handed_over", said(by="nobody"), 422, "by"),
        ("handed_over", said(note="Ring Dana first."), 422, "note"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(
    ending: str | None, given: dict[str, Any], status: int, field: str, tmp_path: Path
) -> None:
    async with web_on(tmp_path) as web:
        keep(web, ending=ending)
        answer = await web.client.post(HERE, json=given, headers=web.token())

        assert (status, field) == (answer.status_code, problem(answer)["field"])
        assert [] == (await web.client.get(HERE, headers=web.token())).json()["items"]


async def test_each_address_asks_for_its_scope(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        keep(web)

        assert 403 == (await web.client.get(HERE, headers=web.token("onboardings:write"))).status_code
        assert 403 == (await web.client.post(HERE, json=said(), headers=web.token("onboardings:read"))).status_code
        unknown = HERE.replace(ONE, "onboarding-file-2")
        assert 404 == (await web.client.get(unknown, headers=web.token())).status_code
