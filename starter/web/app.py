"""What does the web process answer to? Every address, put together."""

from collections.abc import Callable, Sequence
from importlib.metadata import version

from fastapi import FastAPI

from runtime.settings import Settings
from starter.web.deals_road import deals_road
from starter.web.health import health_routes
from starter.web.news_road import news_road
from starter.web.parts import WebParts
from starter.web.problems import tell_problems
from starter.web.roads import Road, route_of
from starter.web.salesforce_road import salesforce_road
from starter.web.stripe_road import stripe_road

ROADS: Sequence[Callable[[Settings], Road]] = (deals_road, salesforce_road, news_road, stripe_road)
"""The ways in for deliveries."""


def web_app(parts: WebParts) -> FastAPI:
    app = FastAPI(
        title="day90",
        summary="Customer onboardings: start them, bring news, ask how they stand.",
        version=version("day90"),
        openapi_url="/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    tell_problems(app)
    app.include_router(health_routes(parts))
    app.router.routes.extend(route_of(road(parts.settings), parts) for road in ROADS)
    return app
