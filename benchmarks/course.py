"""What happens to an onboarding, step by step? The news and the notices that both sides of a comparison share."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from domain.clock import DAY
from domain.wire import Wire


class News(Wire):
    """One piece of news as it is sent: the update's name, its id and its JSON."""

    kind: str
    id: str
    body: dict[str, Any]


class Step(Wire):
    """One moment at which something is told or heard. Spans are business time since the onboarding was opened.

    `news` is None where the alarm clock alone brought it about. `notices` are the keys of what is told then, a key per
    person; `wake` is when the alarm clock rings next if no news comes before, None when nothing lies ahead.
    """

    after: timedelta
    news: News | None = None
    notices: tuple[str, ...] = ()
    wake: timedelta | None = None

    @property
    def tellings(self) -> tuple[str, ...]:
        """The same with one key for all the people who are told one thing at once."""
        return tuple(dict.fromkeys(key.rpartition("/")[0] for key in self.notices))


class Course(Wire):
    """An onboarding from its opening (the first step) to its end (the last). `day` is the wall time of a day."""

    steps: tuple[Step, ...]
    day: timedelta = DAY

    def wall(self, span: timedelta) -> timedelta:
        """How long that span of business time takes."""
        return span * (self.day / DAY)

    @property
    def news(self) -> Iterator[tuple[timedelta, News]]:
        """Every piece of news, and how long after the opening it is sent (business time)."""
        return ((step.after, step.news) for step in self.steps if step.news is not None)

    @property
    def length(self) -> timedelta:
        return self.steps[-1].after


class Rules:
    """What the floors of this process live through. Here, because this module is shared with the sandbox."""

    course: Course
    per_person: bool = False
