"""What does every page of the desk stand on? Who is signed in, and how they read."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.roles import Role, StaffMember
from domain.text import Language, in_language
from portal.dates import distance, in_full, moment, short


@dataclass(frozen=True)
class DeskView:
    """A page of the desk as one of ours sees it. `zone` and `language` are the reader's, `path` is the page's own.

    `newest` is the number of the journal's last entry when the page was made: what comes after it is told by the
    stream of changes.
    """

    staff: StaffMember
    language: Language
    zone: ZoneInfo
    now: datetime
    path: str
    newest: int = 0

    @cached_property
    def today(self) -> date:
        """The reader's own day."""
        return self.now.astimezone(self.zone).date()

    @property
    def as_of(self) -> str:
        """The time at which the page was made, in the reader's zone: 16:30."""
        return f"{self.now.astimezone(self.zone):%H:%M}"

    def may(self, least: Role) -> bool:
        """Whether the reader has at least that role."""
        return self.staff.may(least)

    def text(self, text: object) -> str:
        """A text of a playbook in the reader's language; empty for none."""
        return in_language(text, self.language) if text else ""  # type: ignore[arg-type]  # a text of the playbook

    def day(self, day: date) -> str:
        return in_full(day, self.language)

    def short(self, day: date) -> str:
        return short(day, self.language)

    def far(self, day: date) -> str:
        """How far away a day is: today, in 2 days."""
        return distance(day, self.today, self.language)

    def moment(self, at: datetime) -> str:
        """A moment in full in the reader's zone."""
        return moment(at, self.zone, self.language)

    def day_of(self, at: datetime) -> date:
        """The day of a moment where the reader is."""
        return at.astimezone(self.zone).date()
