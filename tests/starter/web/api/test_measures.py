"""Do programs say over REST what a customer's metrics are, and report and correct figures?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.record import Writing
from store.customers import SqlCustomers
from tests.support.databases import deal, dossier, standing
from tests.support.web import Web, problem, web_on

HERE = "/api/v1/onboardings/onboarding-file-1"
CYCLE = {"title": "Cycle time", "unit": "days", "direction": "lower", "baseline": 20, "target": 14, "by": "mika"}


def keep(web: Web) -> None:
    """A customer who bought it sixty days ago."""
    sold = deal().model_copy(update={"closed_at": datetime.now(UTC) - timedelta(days=60)})
    web.parts.ledger.admit(dossier(sold), run="run")
    web.parts.ledger.write(Writing(onboarding="onboarding-file-1", standing=standing()))


async def test_a_metric_is_defined_reported_and_corrected(tmp_path: Path) -> None:
    """The same report sent twice counts once, and both the report and its correction are kept."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        defined = await web.client.put(f"{HERE}/metrics/cycle_time", json=CYCLE, headers=headers)
        at = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        figure = {"metric": "cycle_time", "value": 17, "unit": "days", "at": at}
        for _ in range(2):
            kept = await web.client.post(f"{HERE}/measurements", json=figure, headers=headers)
        ahead = {"metric": "nps", "value": 40, "at": (datetime.now(UTC) + timedelta(days=2)).isoformat()}
        apart = await web.client.post(f"{HERE}/measurements", json=ahead, headers=headers)
        correction = {"value": 16, "reason": "Returns were counted in.", "by": "mika"}
        address = f"{HERE}/measurements/cycle_time/1/correction"
        corrected = await web.client.post(address, json=correction, headers=headers)
        [metric] = (await web.client.get(f"{HERE}/metrics", headers=headers)).json()["items"]

        assert (200, 1) == (defined.status_code, defined.json()["revision"])
        assert kept.json()["set_apart"] is None
        assert "lies ahead" in apart.json()["set_apart"]
        assert [(17, 2), (16, None)] == [(one["value"], one["replaced_by"]) for one in corrected.json()["items"]]
        assert (16, 20.0) == (metric["value"], metric["improvement_pct"])


AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        ({"metric": "nps", "value": 90, "at": NOW + 2 * A_DAY}, "lies ahead"),
        ({"metric": "nps", "value": 90, "at": NOW - 61 * A_DAY}, "was before the contract"),
        ({"metric": "nps", "value": 90, "at": NOW - 3 * A_DAY}, "was reported as 40 for the same moment"),
        ({"metric": "tickets_per_week", "value": 60}, "is 60, and was 4 so far"),
        ({"metric": "cycle_time", "value": 170}, "is 170, and was 17 so far"),
    ],
)
async def test_what_cannot_be_true_is_kept_with_the_reason_and_counts_in_nothing(
    figure: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    """From the future, before the contract, twice with different values, ten times as much; in no average either."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        await web.client.put(f"{HERE}/metrics/cycle_time", json=CYCLE, headers=headers)
        usual = {"nps": 40, "tickets_per_week": 4, "cycle_time": 17}
        for days, (metric, value) in ((days, one) for days in (5, 4, 3) for one in usual.items()):
            before = {"metric": metric, "value": value, "at": (NOW - days * A_DAY).isoformat()}
            await web.client.post(f"{HERE}/measurements", json=before, headers=headers)

        at = figure.get("at", NOW - AN_HOUR).isoformat()
        kept = await web.client.post(f"{HERE}/measurements", json={**figure, "at": at}, headers=headers)
        known = SqlCustomers(web.parts.engine).one("onboarding-file-1", now=NOW)

        assert reason in kept.json()["set_apart"]
        metric = figure["metric"]
        counted = known.reported[f"goal:{metric}" if metric == "cycle_time" else metric]
        assert {usual[metric]} == {one.value for one in counted}


@pytest.mark.parametrize(
    ("figure", "status", "field"),
    [
        ({"metric": "cycle_time", "value": 17, "unit": "hours"}, 409, "unit"),
        ({"metric": "tickets_per_week", "value": -1}, 409, "tickets_per_week"),
        ({"metric": "weekly_use_rate", "value": 101}, 409, "weekly_use_rate"),
        ({"metric": "cycle_tme", "value": 17}, 409, "metric"),
        ({"metric": "nps", "value": "good"}, 422, "value"),
        ({"metric": "nps", "value": 40, "at": "9999-12-31T00:00:00Z"}, 409, "at"),
        ({"metric": "nps", "value": 40, "by": "nobody"}, 409, "by"),
    ],
)
async def test_a_figure_that_is_none_is_refused_by_its_field_and_not_kept(
    figure: dict[str, Any], status: int, field: str, tmp_path: Path
) -> None:
    """Negative, more than all, in another unit, of no metric, beyond the calendar, by nobody."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        await web.client.put(f"{HERE}/metrics/cycle_time", json=CYCLE, headers=headers)
        answer = await web.client.post(f"{HERE}/measurements", json=figure, headers=headers)
        known = await web.client.get(f"{HERE}/measurements?metric=nps", headers=headers)

        assert (status, field, []) == (answer.status_code, problem(answer)["field"], known.json()["items"])


async def test_a_unit_that_changes_is_refused_until_the_metric_is_said_anew(tmp_path: Path) -> None:
    """Then reports in the old unit are, and what was said before stays on record."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        in_hours = {**CYCLE, "unit": "hours", "baseline": 480, "target": 336}
        statuses = []
        for defined, unit in ((CYCLE, "hours"), (in_hours, "hours"), (in_hours, "days")):
            await web.client.put(f"{HERE}/metrics/cycle_time", json=defined, headers=headers)
            figure = {"metric": "cycle_time", "value": 400, "unit": unit}
            statuses.append((await web.client.post(f"{HERE}/measurements", json=figure, headers=headers)).status_code)

        assert [409, 200, 409] == statuses


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"baseline": 0}, 409, "baseline"),
        ({"target": 25}, 409, "target"),
        ({"baseline": "20 days"}, 422, "baseline"),
        ({"baseline": -1e308}, 422, "baseline"),
        ({"target": 1e308}, 422, "target"),
        ({"direction": "faster"}, 422, "direction"),
        ({"by": "nobody"}, 409, "by"),
        ({"goal": 1}, 422, "goal"),
    ],
)
async def test_a_metric_that_cannot_be_computed_is_refused_by_its_field(
    changed: dict[str, Any], status: int, field: str, tmp_path: Path
) -> None:
    async with web_on(tmp_path) as web:
        keep(web)
        answer = await web.client.put(f"{HERE}/metrics/cycle_time", json={**CYCLE, **changed}, headers=web.token())

        assert (status, field) == (answer.status_code, problem(answer)["field"])


@pytest.mark.parametrize("value", [1e308, -1e308])
async def test_a_figure_that_no_page_could_show_is_refused_by_its_field(value: float, tmp_path: Path) -> None:
    """A report, and what is said in the place of one."""
    async with web_on(tmp_path) as web:
        keep(web)
        headers = web.token()
        await web.client.put(f"{HERE}/metrics/cycle_time", json=CYCLE, headers=headers)
        await web.client.post(f"{HERE}/measurements", json={"metric": "cycle_time", "value": 17}, headers=headers)
        report = {"metric": "cycle_time", "value": value}
        reported = await web.client.post(f"{HERE}/measurements", json=report, headers=headers)
        correction = {"value": value, "reason": "A slip.", "by": "mika"}
        address = f"{HERE}/measurements/cycle_time/1/correction"
        corrected = await web.client.post(address, json=correction, headers=headers)

        assert {(422, "value")} == {(answer.status_code, problem(answer)["field"]) for answer in (reported, corrected)}
