"""What does a person want to hear from us, and when? Their own choice; what follows is in domain/rules/hearing.py."""

from datetime import time, timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from domain.wire import Wire

Hears = Literal["everything", "no_letters", "weekly", "essential"]
"""`no_letters`: no tips and invitations to webinars. `weekly`: beside what is essential the report alone.
`essential`: what asks something of them, meetings, dates that move, escalations, the ending: nobody can refuse that."""
HEARS: tuple[Hears, ...] = get_args(Hears)
LONGEST_QUIET = timedelta(hours=18)
"""Of a day: six hours stay in which somebody can be written to."""
MOST_QUIET_DAYS = 6
_A_DAY = 24 * 60


class Preferences(Wire):
    """What one person chose. Quiet hours and days are in their own time zone; 0 is Monday."""

    hears: Hears = "everything"
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()

    @model_validator(mode="after")
    def _leave_time_to_be_written_to(self) -> "Preferences":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need both a beginning and an end")
        if self.quiet_from is not None and not timedelta() < self.quiet_hours_last <= LONGEST_QUIET:
            raise ValueError(f"quiet hours should last up to {LONGEST_QUIET // timedelta(hours=1)} hours a day")
        if len(set(self.quiet_days)) > MOST_QUIET_DAYS:
            raise ValueError("one day of the week at least should not be quiet")
        return self

    @property
    def quiet_hours_last(self) -> timedelta:
        """How long the quiet hours of a day last, over midnight too; nothing where there are none."""
        if self.quiet_from is None or self.quiet_until is None:
            return timedelta()
        begins, ends = (at.hour * 60 + at.minute for at in (self.quiet_from, self.quiet_until))
        return timedelta(minutes=(ends - begins) % _A_DAY)
