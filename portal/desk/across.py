"""Which pages does the desk have across all customers? Somebody's day, the portfolio, and hours."""

from collections.abc import Iterable

from portal.desk import acting, capacity, my_day, portfolio
from portal.desk.desk import Desk
from portal.desk.route import DeskRoute
from portal.desk.titles import TitleShelf


def routes(desk: Desk) -> Iterable[DeskRoute]:
    """All of them; what playbooks call things is remembered for them together."""
    shelf = TitleShelf(desk.parts.ledger)
    yield from my_day.routes(desk, shelf)
    yield from acting.routes(desk, shelf)
    yield from portfolio.routes(desk, shelf)
    yield from capacity.routes(desk)
