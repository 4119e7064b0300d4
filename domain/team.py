"""Who works here, and who gets the next customer? The staff directory and the assignment rule."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from domain.closure import MOST_CLOSURES, Closure
from domain.deal import Account, Address, Country, TimeZone
from domain.notice import MAIL, SLACK
from domain.text import Language, in_language
from domain.wire import PersonName, Slug, StrictWire

TouchModel = Literal["high", "low", "tech"]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()/.-]{2,38}[0-9]$")]
"""As people write it: digits, spaces, brackets, slashes, dots and hyphens, a plus before the country."""
SlackId = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")]
"""A member's id in Slack: from their profile, "Copy member ID"."""
VendorRole = Literal[
    "csm", "implementation_specialist", "technical_resource", "training_lead", "cs_manager", "executive"
]


LONGEST_ABSENCE = timedelta(days=366)
"""Who is away for longer has left: their onboardings are somebody else's (`day90 reassign --all-of`)."""


class Absence(StrictWire):
    """Days on which one of ours is away, the last one included. Why they are is nobody's business here."""

    first: date = Field(description="the first day, like 2026-12-21")
    last: date = Field(description="the last day on which they are away")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            msg = f"last ({self.last}) lies before first ({self.first})"
            raise ValueError(msg)
        if self.last - self.first >= LONGEST_ABSENCE:
            msg = f"is longer than {LONGEST_ABSENCE.days} days: give their onboardings to somebody else"
            raise ValueError(msg)
        return self


class MeetingHour(StrictWire):
    """An hour of the week at which one of ours meets customers."""

    on: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(description="the day of the week")
    at: time = Field(description="by their own clock, like '14:30'")

    @property
    def weekday(self) -> int:
        """Monday is 1, as in ISO 8601."""
        return get_args(type(self).model_fields["on"].annotation).index(self.on) + 1


class Member(StrictWire):
    """One of the staff; the handle is what stands in search attributes and in `by`."""

    handle: Slug = Field(description="stands in search attributes and in `by`; never given to somebody else")
    name: PersonName | dict[Language, PersonName] = Field(
        description="as it stands in mails; per language where it is written otherwise: {en: Mika Sato, ja: 佐藤 美香}"
    )
    email: Address = Field(description="where their mail goes")
    role: VendorRole = Field(description="what they do for customers")
    manager: Slug | None = Field(None, description="handle of who hears of what is late; else a cs_manager")
    deputy: Slug | None = Field(None, description="handle of who stands in while they are away")
    absences: tuple[Absence, ...] = Field(
        (),
        max_length=100,
        description="when they are away: the deputy gets what cannot wait, and is named to customers",
    )
    time_zone: TimeZone = Field("UTC", description="IANA name, like Asia/Tokyo")
    country: Country | None = Field(
        None, description="ISO 3166-1, like JP: its holidays are theirs; by default the country of the time zone"
    )
    phone: Phone | None = Field(None, description="as it stands in the signature of mails to customers")
    meets: tuple[MeetingHour, ...] = Field(
        (),
        max_length=50,
        description="hours that customers may choose for a meeting: [{on: tue, at: '14:30'}]; by default two of a day",
    )
    channel: Slug = Field(MAIL, description="by which they are written to; mail reaches everybody")
    slack: SlackId | None = Field(
        None, description="their member id in Slack, like U024BE7LH: there they get what channel: slack sends, and act"
    )
    languages: tuple[Language, ...] = Field(("en",), description="that they speak, the best first")
    tiers: tuple[TouchModel, ...] = Field(("high", "low", "tech"), description="whose onboardings they may own")
    capacity: int = Field(20, ge=0, le=100_000, description="onboardings that this person can carry at once")
    hours_a_week: float = Field(
        32,
        ge=0,
        le=168,
        description="hours that they have for onboardings; by default 40 less a fifth for the unforeseen",
    )

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if not self.name:
            msg = "name: should be a name, or one per language like {en: Mika Sato, ja: 佐藤 美香}"
            raise ValueError(msg)
        if self.channel == SLACK and self.slack is None:
            msg = (
                f"{self.handle}: slack: should be their member id in Slack, like U024BE7LH, where the channel is slack"
            )
            raise ValueError(msg)
        return self

    def named(self, language: str) -> str:
        """The name as readers of that language write it; in another where the directory does not have it."""
        return in_language(self.name, language)

    def away_until(self, at: datetime) -> date | None:
        """The last day of their absence at that moment, by the day where they are; None while they are there.

        Absences that follow each other without a day between are one.
        """
        day, last = at.astimezone(ZoneInfo(self.time_zone)).date(), None
        while absence := next((one for one in self.absences if one.first <= day <= one.last), None):
            last, day = absence.last, absence.last + timedelta(days=1)
        return last


class Team(StrictWire):
    """`team.yaml`: everybody who may own, do or approve something."""

    members: tuple[Member, ...] = Field(min_length=1, description="one entry per person")
    closures: tuple[Closure, ...] = Field(
        (), max_length=MOST_CLOSURES, description="days on which our own offices are closed, holidays apart"
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        handles = [member.handle for member in self.members]
        for member in self.members:
            if handles.count(member.handle) > 1:
                msg = f"two members share the handle {member.handle!r}"
                raise ValueError(msg)
            if member.slack and sum(member.slack == other.slack for other in self.members) > 1:
                msg = f"{member.handle}: slack: another member has the id {member.slack!r}, too"
                raise ValueError(msg)
            for field in ("manager", "deputy"):
                named = getattr(member, field)
                if named is not None and named not in handles:
                    msg = f"{member.handle}: the {field} {named!r} is not a member"
                    raise ValueError(msg)
        if not any(member.role == "csm" for member in self.members):
            msg = "nobody has the role csm: an onboarding would have no owner"
            raise ValueError(msg)
        return self

    def member(self, handle: str) -> Member | None:
        return next((member for member in self.members if member.handle == handle), None)

    def by_slack(self, id: str) -> Member | None:
        """Whose id in Slack that is."""
        return next((member for member in self.members if member.slack == id), None)

    def stand_in_for(self, handle: str, at: datetime) -> Member | None:
        """Who stands in for that member at that moment: the deputy, or theirs while they are away too; None without."""
        asked, member = {handle}, self.member(handle)
        while member is not None and member.deputy and member.deputy not in asked:
            asked.add(member.deputy)
            member = self.member(member.deputy)
            if member is not None and member.away_until(at) is None:
                return member
        return None

    def manager_of(self, handle: str) -> Member | None:
        """The manager named for that member, or else whoever leads customer success; None without either."""
        member = self.member(handle)
        if member and member.manager:
            return self.member(member.manager)
        return next((other for other in self.members if other.role == "cs_manager" and other.handle != handle), None)

    def reports_of(self, handle: str) -> list[Member]:
        """Those whose manager that member is, without themselves."""
        managers = [(one, self.manager_of(one.handle)) for one in self.members if one.handle != handle]
        return [one for one, manager in managers if manager is not None and manager.handle == handle]


def assign(
    team: Team, role: VendorRole, *, touch: TouchModel, account: Account, on: datetime, load: Mapping[str, int]
) -> Member:
    """Who takes the next customer: serves the tier, speaks the language, and is least loaded against capacity.

    A wish that nobody can meet is dropped, language last; a role that nobody has falls to a CSM, and nobody gets one
    while they are away if another could. Among equals the one whose day overlaps most with the customer's on that date.
    `load` counts open onboardings per handle.
    """
    language = account.language
    holders = [member for member in team.members if member.role == role]
    holders = holders or [member for member in team.members if member.role == "csm"]
    holders = [member for member in holders if member.away_until(on) is None] or holders
    speakers = [member for member in holders if language in member.languages] or holders
    serving = [member for member in speakers if touch in member.tiers] or speakers

    def strain(member: Member) -> tuple[float, float, str]:
        carried = load.get(member.handle, 0) / max(member.capacity, 1)
        return carried, _hours_apart(member.time_zone, account.time_zone, on), member.handle

    return min(serving, key=strain)


def _hours_apart(one: str, other: str, on: datetime) -> float:
    offsets = [on.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0) for zone in (one, other)]
    return abs((offsets[0] - offsets[1]).total_seconds()) / 3600
