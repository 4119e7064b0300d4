"""Which addresses does the desk have? Those in front of it, and those of each of its parts."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from portal.desk import across, conversing, foretelling, health, own, staff, tokens, webhooks
from portal.desk.customer import routes as customer
from portal.desk.deals import introductions, starting
from portal.desk.desk import Desk
from portal.desk.entry import Entry
from portal.desk.joining import Joining
from portal.desk.oidc import BACK, BEGIN, LEFT, OUT, ByProvider
from portal.desk.operating import findings, inbox, library, playbooks, versions
from portal.desk.route import ACT, LOOK, DeskRoute
from portal.parts import PageParts
from portal.rendering import Pages
from portal.room.changes import Changes

Part = Callable[[Desk], Iterable[DeskRoute]]
PARTS: Sequence[Part] = (
    across.routes,
    health.routes,
    foretelling.routes,
    own.routes,
    staff.routes,
    tokens.routes,
    webhooks.routes,
    starting.routes,
    introductions.routes,
    customer.routes,
    conversing.routes,
    inbox.routes,
    findings.routes,
    playbooks.routes,
    versions.routes,
    library.routes,
)
"""What the desk is made of. Each part names its pages, and who may open them."""


class OpenRoute(NamedTuple):
    path: str
    page: Callable[[Request], Awaitable[Response]]
    methods: tuple[str, ...]


def desk_routes(parts: PageParts, pages: Pages, changes: Changes) -> Iterable[OpenRoute]:
    """All routes of the desk."""
    desk = Desk(parts, pages)
    entry = Entry(parts, pages, desk.passwords)
    inside = parts_of(desk, changes)
    desk.paths = frozenset(route.path for route in inside)
    yield OpenRoute("/desk/sign-in", entry.sign_in, ACT)
    yield OpenRoute("/desk/link/{token}", Joining(parts, pages, entry, desk.passwords).by_link, ACT)
    by_provider = ByProvider(parts, pages, entry)
    yield OpenRoute("/desk/out", by_provider.out, ("POST",))
    yield OpenRoute(BEGIN, by_provider.begin, LOOK)
    yield OpenRoute(BACK, by_provider.back, LOOK)
    yield OpenRoute(OUT, by_provider.onward_out, LOOK)
    yield OpenRoute(LEFT, by_provider.left, LOOK)
    for route in inside:
        page = desk.guarded(route.page, route.least, route.read)
        yield OpenRoute(route.path, page, route.methods)


def parts_of(desk: Desk, changes: Changes) -> Sequence[DeskRoute]:
    """Every page for whoever is signed in."""
    routes = [route for part in PARTS for route in part(desk)]
    return [*routes, DeskRoute("/desk/changes", changes.of_all, LOOK)]
