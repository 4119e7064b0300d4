"""What did a customer buy it for, and what has it come to? Metrics, the reports about them, and corrections."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from domain.measure.goals import Goal
from domain.refusal import refuse_far_dates
from domain.wire import Slug, Wire
from starter.doors.measuring import FigureCorrected, FigureReported, Kept, Measuring, MetricDefined, MetricShown
from starter.web.api.answers import OnboardingId, problems, writes
from starter.web.api.gate import api_router, needs
from starter.web.api.onboardings import known
from starter.web.parts import WebParts
from store.measurements import Report

MetricKey = Annotated[
    Slug, Path(description="a figure, or the key of a business metric", examples=["cycle_time"], max_length=80)
]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="of the report, as `list_measurements` answers it")]
DEFINED = {
    "title": "Time from order to delivery",
    "unit": "days",
    "direction": "lower",
    "baseline": 20,
    "target": 14,
    "main": True,
    "by": "grace.lee",
}
REPORTED = {"metric": "cycle_time", "value": 17, "unit": "days"}
CORRECTED = {"value": 16.5, "reason": "Returns were counted in.", "by": "grace.lee"}


class MetricsShown(Wire):
    items: tuple[MetricShown, ...]


class ReportsShown(Wire):
    items: tuple[Report, ...]


def measure_routes(parts: WebParts) -> APIRouter:
    router = api_router("metrics")
    measuring = Measuring(engine=parts.engine, staff=parts.staff, via="api", day_length=parts.settings.day_length)
    writing = writes("onboardings:write")

    @router.get(
        "/onboardings/{onboarding}/metrics",
        summary="The customer's business metrics",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def list_metrics(onboarding: OnboardingId) -> MetricsShown:
        """As they are agreed now, with what is still to be asked for, and how far each has come."""
        now = datetime.now(UTC)
        return MetricsShown(items=tuple(await asyncio.to_thread(measuring.metrics, onboarding, now=now)))

    @router.put("/onboardings/{onboarding}/metrics/{metric}", summary="Say what a business metric is", **writing)
    async def define_metric(
        onboarding: OnboardingId, metric: MetricKey, defined: Annotated[MetricDefined, Body(examples=[DEFINED])]
    ) -> Goal:
        """For the first time or anew; what was said before stays on record."""
        await known(parts, onboarding)
        return await asyncio.to_thread(measuring.define, onboarding, metric, defined, now=datetime.now(UTC))

    @router.get(
        "/onboardings/{onboarding}/measurements",
        summary="What was reported of a figure, and what became of it",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def list_measurements(
        onboarding: OnboardingId, metric: Annotated[Slug, Query(description="a figure, or a metric's key")]
    ) -> ReportsShown:
        """In the order in which they came. What was set apart or corrected stands there with the reason."""
        await known(parts, onboarding)
        return ReportsShown(items=tuple(await asyncio.to_thread(measuring.reports, onboarding, metric)))

    @router.post("/onboardings/{onboarding}/measurements", summary="Report a figure", **writing)
    async def report_measurement(
        onboarding: OnboardingId, figure: Annotated[FigureReported, Body(examples=[REPORTED])]
    ) -> Kept:
        """What cannot be true is kept and does not count: then `set_apart` says why. The same again changes nothing."""
        await known(parts, onboarding)
        refuse_far_dates(figure)
        return await asyncio.to_thread(measuring.report, onboarding, figure, now=datetime.now(UTC))

    @router.post(
        "/onboardings/{onboarding}/measurements/{metric}/{number}/correction",
        summary="Correct what was reported",
        **writing,
    )
    async def correct_measurement(
        onboarding: OnboardingId,
        metric: MetricKey,
        number: Number,
        corrected: Annotated[FigureCorrected, Body(examples=[CORRECTED])],
    ) -> ReportsShown:
        """Puts another value in the place of a report, or calls true what was set apart; the report stays on record."""
        await known(parts, onboarding)
        await asyncio.to_thread(measuring.correct, onboarding, metric, number, corrected)
        return ReportsShown(items=tuple(await asyncio.to_thread(measuring.reports, onboarding, metric)))

    return router
