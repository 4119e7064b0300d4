"""Which addresses does the web process answer? All of them, put together here."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

from fastapi import APIRouter, FastAPI

from runtime.settings import Settings
from starter.web.api.adoption import adoption_routes
from starter.web.api.deliveries import delivery_routes
from starter.web.api.description import describe
from starter.web.api.dossiers import dossier_routes
from starter.web.api.drafts import draft_routes
from starter.web.api.embedding import embedding_routes
from starter.web.api.envelope import Envelope
from starter.web.api.files import file_routes
from starter.web.api.gate import gate_of
from starter.web.api.hearings import hearing_routes
from starter.web.api.measures import measure_routes
from starter.web.api.news import news_routes
from starter.web.api.onboardings import onboarding_routes
from starter.web.api.playbooks import playbook_routes
from starter.web.api.programmes import programme_routes
from starter.web.api.questions import question_routes
from starter.web.api.renewals import renewal_routes
from starter.web.api.rooms import room_routes
from starter.web.api.scores import score_routes
from starter.web.api.supposing import supposing_routes
from starter.web.api.teams import team_routes
from starter.web.api.webhooks import webhook_routes
from starter.web.intake.deals import deals_road
from starter.web.intake.hubspot import hubspot_road
from starter.web.intake.news import news_road
from starter.web.intake.roads import Road, Roads
from starter.web.intake.salesforce import salesforce_road
from starter.web.intake.slack import slack_road
from starter.web.intake.stripe import stripe_road
from starter.web.intake.usage import usage_routes
from starter.web.liveness import health_routes
from starter.web.parts import WebParts
from starter.web.problems import tell_problems
from starter.web.unsubscribing import unsubscribe_routes

ROADS: Sequence[Callable[[Settings], Road]] = (
    deals_road,
    hubspot_road,
    salesforce_road,
    news_road,
    stripe_road,
    slack_road,
)
"""The addresses at which deliveries come in."""
RESOURCES: Sequence[Callable[[WebParts], APIRouter]] = (
    onboarding_routes,
    hearing_routes,
    news_routes,
    score_routes,
    measure_routes,
    adoption_routes,
    team_routes,
    supposing_routes,
    programme_routes,
    renewal_routes,
    dossier_routes,
    draft_routes,
    question_routes,
    file_routes,
    playbook_routes,
    delivery_routes,
    webhook_routes,
    room_routes,
    embedding_routes,
)
"""The resources of the REST API."""


def web_app(parts: WebParts) -> Roads:
    """The whole web process as one ASGI application: the roads for deliveries, and the API behind them."""
    return Roads(api_app(parts), roads=roads_of(parts.settings), parts=parts)


def roads_of(settings: Settings) -> Mapping[str, Road]:
    """The roads for deliveries by their addresses, open or closed as the settings say."""
    roads = [road(settings) for road in ROADS]
    return {road.path: road for road in roads}


def api_app(parts: WebParts) -> FastAPI:
    """The API, the health checks, the usage addresses and the page to unsubscribe: everything but the roads."""
    app = FastAPI(
        title="day90",
        summary="Customer onboardings: start them, bring news, ask how they stand.",
        version=version("day90"),
        openapi_url="/openapi.json",
        # These pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    tell_problems(app)
    app.state.gate = gate_of(parts)
    for resource in (health_routes, *RESOURCES):
        # What `include_router` would make of each route is a second one of the same, at the first request.
        app.router.routes.extend(resource(parts).routes)
    describe(app, address=parts.settings.public_address)
    app.add_middleware(Envelope, api=app)
    app.router.routes.extend([*usage_routes(parts), *unsubscribe_routes(parts.engine)])
    return app
