"""What happens in an onboarding, step by step? The news and notices that both sides of a comparison share."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from domain.clock import DAY
from domain.wire import Wire


class News(Wire):
    """One piece of news as it is sent: the update's name, its id and its arguments."""

    kind: str
    id: str
    body: dict[str, Any]


class Step(Wire):
    """One moment at which news comes or notices go. Spans are business time since the opening of the onboarding.

    `news` is None where a timer alone brought it about. `notices` are the keys of the notices that go then, one for
    each person; `wake` is when the timer fires next if no news comes before, None when nothing lies ahead.
    """

    after: timedelta
    news: News | None = None
    notices: tuple[str, ...] = ()
    wake: timedelta | None = None

    @property
    def tellings(self) -> tuple[str, ...]:
        """The notices, with one key for all the people who get the same one at once."""
        return tuple(dict.fromkeys(key.rpartition("/")[0] for key in self.notices))


class Course(Wire):
    """An onboarding from its opening (the first step) to its end (the last). `day` is the wall time of a day."""

    steps: tuple[Step, ...]
    day: timedelta = DAY

    def wall(self, span: timedelta) -> timedelta:
        """The wall time that a span of business time takes."""
        return span * (self.day / DAY)

    @property
    def news(self) -> Iterator[tuple[timedelta, News]]:
        """Every piece of news, and how long after the opening it is sent (business time)."""
        return ((step.after, step.news) for step in self.steps if step.news is not None)

    @property
    def length(self) -> timedelta:
        """Business time from the opening to the end."""
        return self.steps[-1].after


class Rules:
    """The course that the floors of this process follow. Here, since the floor itself may be read anew by a sandbox."""

    course: Course
    per_person: bool = False
