"""How did the customer's people like a training? A rating of each session, and what they say of it."""

from collections.abc import Sequence
from statistics import fmean

from pydantic import Field

from domain.wire import Instant, Score, Wire

UNHAPPY = 2
"""From this rating down the owner is written to: whoever was not helped is asked why while they remember it."""


class Rating(Wire):
    """How one person rates one session of the playbook's training; 5 is best."""

    onboarding: str
    session: str
    by: str
    rating: Score
    text: str = ""
    at: Instant


class SessionRated(Wire):
    """All ratings of a session."""

    session: str
    ratings: int = Field(description="how many have rated it")
    average: float
    unhappy: int = Field(description=f"how many gave {UNHAPPY} or less")


def summed_up(ratings: Sequence[Rating]) -> Sequence[SessionRated]:
    """The ratings by session, in the order in which the first of each came."""
    by_session: dict[str, list[int]] = {}
    for one in ratings:
        by_session.setdefault(one.session, []).append(one.rating)
    return [_session(session, each) for session, each in by_session.items()]


def _session(session: str, each: Sequence[int]) -> SessionRated:
    unhappy = sum(rating <= UNHAPPY for rating in each)
    return SessionRated(session=session, ratings=len(each), average=round(fmean(each), 2), unhappy=unhappy)
