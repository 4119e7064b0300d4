"""What time is it in the plan? The one place where business time and wall time meet (`day_length`)."""

from datetime import UTC, datetime, timedelta

from domain.wire import Instant, Wire

DAY = timedelta(days=1)
SHORTEST_DAY_WITH_OFFICE_HOURS = timedelta(hours=1)


class Clock(Wire):
    """Business time runs `DAY / day` times as fast as the wall, counted from one moment of each.

    With a day of 24 hours both are the same instant and nothing is converted.
    """

    day: timedelta = DAY
    business_start: Instant = datetime(2000, 1, 1, tzinfo=UTC)
    wall_start: Instant = datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def real(self) -> bool:
        """Whether business time is wall time."""
        return self.day == DAY

    @property
    def office_hours_apply(self) -> bool:
        """Whether notices wait for office hours: nobody can wait for 9 o'clock when a day takes a second and a half."""
        return self.day >= SHORTEST_DAY_WITH_OFFICE_HOURS

    def business(self, wall: datetime) -> datetime:
        """Business time at that moment of the wall clock."""
        if self.real:
            return wall
        return self.business_start + (wall - self.wall_start) * (DAY / self.day)

    def wall(self, business: datetime) -> datetime:
        """Wall time at that moment of business time."""
        if self.real:
            return business
        return self.wall_start + (business - self.business_start) * (self.day / DAY)
