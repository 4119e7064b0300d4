"""How do tests let a customer's people use the product? So many days ago, as the door for usage would write it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from domain.usage import UsageEvent, milliseconds, number_of
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks

A_DAY = timedelta(days=1)
OFTEN = tuple(7 * week + day for week in range(4) for day in (1, 3, 5))
"""Days before the running week on which somebody with a habit has used it: three of each of the four weeks."""


def used(engine: Engine, group: str, event: str, days_ago: Mapping[str, Sequence[int]]) -> None:
    """Let these people of that group use the product, so many days before the Monday of the running week."""
    now = datetime.now(UTC)
    monday = (now - now.weekday() * A_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [(user, ago, milliseconds(monday - ago * A_DAY)) for user, days in days_ago.items() for ago in days]
    events = [
        UsageEvent(f"{user[:8]}{ago}".ljust(16).encode(), at // 86_400_000, group, number_of(user), event, at)
        for user, ago, at in moments
    ]
    SqlUsage(engine).write(events)
    books = SqlUsageBooks(engine)
    books.learn_features()
    books.link(most=10)
    books.counted(books.count(after=("", 0), most=1000))
