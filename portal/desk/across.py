"""Which pages does the desk have across all customers? Somebody's day, the portfolio, and hours."""

from collections.abc import Iterable

from portal.desk import acting, capacity, giving, my_day, portfolio
from portal.desk.desk import Desk
from portal.desk.lateness import Lateness
from portal.desk.route import DeskRoute
from portal.desk.titles import TitleShelf


def routes(desk: Desk) -> Iterable[DeskRoute]:
    """All of them; what playbooks call things, and calendars, are remembered for them together."""
    shelf, lateness = TitleShelf(desk.parts.ledger), Lateness(desk.engine)
    yield from my_day.routes(desk, shelf, lateness)
    yield from acting.routes(desk, shelf, lateness)
    yield from portfolio.routes(desk, shelf, lateness)
    yield from giving.routes(desk, shelf)
    yield from capacity.routes(desk)
