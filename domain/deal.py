"""What did the customer buy, why, and who takes part? The hand-off record of a closed deal (HO-01 to HO-13)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Self, cast
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.closure import MOST_CLOSURES, Closure
from domain.text import Language, in_language
from domain.wire import Instant, Line, PersonName, Prose, Slug, StrictWire

CustomerRole = Literal[
    "executive_sponsor",
    "project_lead",
    "technical_lead",
    "manager",
    "champion",
    "power_user",
    "end_user",
    "procurement",
]
"""What part somebody plays at the customer's (sources: section 9 and 33)."""


_OF_THIS_MACHINE = frozenset({"localtime", "posixrules", "Factory"})
"""Files that systems lay beside the zones of the database: each machine means another zone by them, or none."""


@cache
def _zones() -> frozenset[str]:
    # 4 ms each time: the standard library looks through the folders of the database.
    return frozenset(available_timezones()) - _OF_THIS_MACHINE


def _known_zone(name: str) -> str:
    if name not in _zones():
        msg = f"{name!r} is no time zone of the IANA database, like Asia/Tokyo or Europe/Berlin"
        raise ValueError(msg)
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2, like JP or DE: it decides the public holidays and the working week."""
Address = Annotated[
    str, StringConstraints(pattern=r"^[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]+\.[^@\s<>,;\".]+$", max_length=254)
]
Link = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2000)]
Origin = Annotated[str, StringConstraints(pattern=r"^onboarding-[a-z0-9]+-[A-Za-z0-9_.-]+$", max_length=200)]
"""The id of an onboarding from which something was taken over."""
EARLIEST_YEAR = 2000
"""First year of a close: an earlier one is mistyped, and the calendars' lists of holidays grow thin."""
FURTHEST_GO_LIVE = timedelta(days=730)
MOST_NOTES = 50
MOST_STAKEHOLDERS = 200
MOST_LEFT_OUT = 50


class Account(StrictWire):
    """The customer's company."""

    name: PersonName
    country: Country
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = Field(
        None, description="state or prefecture where holidays differ, like BY or CA (ISO 3166-2 without the country)"
    )
    time_zone: TimeZone
    language: Language = "en"
    domain: Line | None = None
    year_end_closure: bool = Field(
        True, description="false where they work on the days at the year's end on which their country's companies close"
    )


class Stakeholder(StrictWire):
    """Somebody at the customer's who bought it, rolls it out or uses it (HO-08)."""

    # A factory, so that the schema names no default: the empty text is none that a caller may send.
    id: Slug = Field(
        default_factory=str,
        validate_default=False,
        description="given once per deal; by default the role: project_lead, end_user-2",
    )
    name: PersonName
    email: Address
    role: CustomerRole
    title: Line | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    country: Country | None = Field(
        None, description="where they work, like DE; by default the country of their time zone, else the account's"
    )
    in_sale: bool = True
    in_rollout: bool = True
    company: Line | None = Field(
        None, description="the third party they work for, like a reseller or an agency; else they are the account's"
    )
    known_from: Origin | None = Field(None, description="the account's onboarding we know them from; filled in by us")
    since: date | None = Field(None, description="since when they take part, where they came later; filled in by us")
    until: date | None = Field(None, description="since when they take part no more; filled in by us")
    leaves_on: date | None = Field(
        None, description="from which day they take part no more, while that lies ahead; filled in by us"
    )
    joins_on: date | None = Field(
        None, description="from which day they take part, while that lies ahead; filled in by us"
    )
    takes_over: Slug | None = Field(None, description="id of whose part they took over, or will; filled in by us")

    @property
    def takes_part(self) -> bool:
        """Whether they take part now: not once they have left, nor before the day on which they join."""
        return self.until is None and self.joins_on is None


class Seller(StrictWire):
    name: PersonName
    email: Address


class SuccessMetric(StrictWire):
    """A figure that was talked about in the sale (HO-06), best with baseline, target and day."""

    name: Line
    baseline: Line | None = None
    target: Line | None = None
    by_day: int | None = Field(None, ge=1, le=1000, description="days after the close")


class NearTermDate(StrictWire):
    """Something in the customer's calendar that touches the schedule (HO-07)."""

    what: Line
    on: date


class BusySeason(StrictWire):
    """Days on which the customer has no time for us; they do not count as days of the plan (TL-01)."""

    first: date
    last: date
    why: Line

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            msg = f"last ({self.last}) lies before first ({self.first})"
            raise ValueError(msg)
        if (self.last - self.first).days > 92:
            msg = "is longer than 92 days: split the onboarding or move the start"
            raise ValueError(msg)
        return self


class QuickWinCandidate(StrictWire):
    """A small result that could be shown early (HO-12, section 15); 5 is most visible, 5 is most effort."""

    what: Line
    visibility: int = Field(3, ge=1, le=5)
    effort: int = Field(3, ge=1, le=5)
    slot: Literal[30, 60, 90] = 30


class Note(StrictWire):
    by: Line | None = None
    at: Instant | None = None
    text: Prose


class Circumstances(StrictWire):
    """What makes this customer's implementation longer than the playbook's (TL-01)."""

    complexity: Literal["normal", "high"] = "normal"
    integrations: int = Field(0, ge=0, le=1000)
    large_data: bool = False
    limited_resources: bool = False


class AlreadyReached(StrictWire):
    """A milestone that was reached before day90 took the onboarding up (B16)."""

    milestone: Slug
    at: Instant
    by: Slug | None = None


class LeftOut(StrictWire):
    """Something that is nice to know and came in a way in which it could not be kept whole."""

    field: Line
    reason: Line


class Sale(StrictWire):
    """What is known of a sale, closed or not: who buys what and why, and who takes part."""

    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,29}$")] = Field(
        description="the system that knows the deal: hubspot, salesforce, file …"
    )
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")] = Field(
        description="the deal's id in that system"
    )
    account: Account
    stakeholders: tuple[Stakeholder, ...] = Field((), max_length=MOST_STAKEHOLDERS)
    yearly_value: Decimal | None = Field(
        None, ge=0, le=10**12, description="yearly contract value in your reporting currency; chooses the tier"
    )
    seats: int | None = Field(None, ge=1, le=10_000_000)
    playbook: Slug | None = Field(None, description="overrides the choice by tier")
    owner: Slug | None = Field(None, description="staff handle; overrides the assignment rule")
    owner_from: Origin | None = Field(None, description="the account's onboarding whose owner it is; filled in by us")
    products: tuple[Line, ...] = Field((), max_length=100)
    problem: Prose | None = None
    present_state: Prose | None = None
    success_metrics: tuple[SuccessMetric, ...] = Field((), max_length=50)
    near_term: tuple[NearTermDate, ...] = Field((), max_length=50)
    busy_seasons: tuple[BusySeason, ...] = Field((), max_length=10)
    closures: tuple[Closure, ...] = Field(
        (), max_length=MOST_CLOSURES, description="days on which the customer's offices are closed, holidays apart"
    )
    circumstances: Circumstances = Circumstances()
    seller: Seller | None = None
    notes: tuple[Note, ...] = Field((), max_length=MOST_NOTES)
    crm_url: Link | None = None
    sow_url: Link | None = None
    roi_method: Prose | None = None
    quick_wins: tuple[QuickWinCandidate, ...] = Field((), max_length=50)
    champion: Slug | None = Field(None, description="id of the stakeholder who speaks for us inside")
    go_live_by: date | None = Field(None, description="the go-live date that was promised, if one was")
    left_out: tuple[LeftOut, ...] = Field(
        (),
        max_length=MOST_LEFT_OUT,
        description="what the sender had to cut or leave out: the seller is asked for it",
    )
    custom: dict[Slug, Any] = Field(default_factory=dict, description="fields that only your company has (HO-09)")

    @property
    def contacts(self) -> tuple[Stakeholder, ...]:
        """The stakeholders who take part now. On record stay those who have left, and those who join on a day ahead."""
        return tuple(person for person in self.stakeholders if person.takes_part)

    @model_validator(mode="before")
    @classmethod
    def _name_the_unnamed(cls, raw: Any) -> Any:
        """Give every stakeholder an id: the role, numbered from the second of a role on."""
        if not isinstance(raw, dict) or not isinstance(raw.get("stakeholders"), list | tuple):
            return raw
        counts: Counter[str] = Counter()
        named = []
        for person in cast("list[Any]", raw["stakeholders"]):
            if not isinstance(person, dict) or not isinstance(person.get("role"), str):
                named.append(person)
                continue
            role = str(person["role"])
            counts[role] += 1
            fallback = role if counts[role] == 1 else f"{role}-{counts[role]}"
            named.append({**person, "id": person.get("id") or fallback})
        return {**raw, "stakeholders": named}

    @model_validator(mode="after")
    def _people_are_told_apart(self) -> Self:
        twice = [id for id, times in Counter(person.id for person in self.stakeholders).items() if times > 1]
        if twice:
            msg = f"stakeholders: two people share the id {twice[0]!r}"
            raise ValueError(msg)
        if self.champion and self.champion not in {person.id for person in self.stakeholders}:
            msg = f"champion: {self.champion!r} is not the id of a stakeholder"
            raise ValueError(msg)
        return self


class DealClosed(Sale):
    """A deal file: one closed deal as it starts one onboarding. The JSON of `examples/` and of every door."""

    closed_at: Instant = Field(description="when the deal was won, with offset: 2026-09-01T10:00:00+09:00")
    stakeholders: tuple[Stakeholder, ...] = Field(min_length=1, max_length=MOST_STAKEHOLDERS)
    has_outline: bool = Field(
        False, description="the customer has had the process outline before the close: the introduction carries none"
    )
    as_of: Instant | None = Field(
        None, description="taken up at this moment: what was due before is one summary, no burst"
    )
    reached: tuple[AlreadyReached, ...] = Field((), max_length=200)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.closed_at.year < EARLIEST_YEAR:
            msg = f"closed_at: {self.closed_at.date()} is too long ago"
            raise ValueError(msg)
        if self.go_live_by and self.go_live_by <= self.closed_at.date():
            msg = f"go_live_by: {self.go_live_by} is not after the close ({self.closed_at.date()})"
            raise ValueError(msg)
        if self.go_live_by and self.go_live_by - self.closed_at.date() > FURTHEST_GO_LIVE:
            msg = f"go_live_by: {self.go_live_by} is more than two years after the close"
            raise ValueError(msg)
        if self.as_of and self.as_of < self.closed_at:
            msg = f"as_of: {self.as_of.isoformat()} lies before the close"
            raise ValueError(msg)
        return self


def onboarding_id(source: str, deal_id: str) -> str:
    """The workflow id of a deal's onboarding, and its name everywhere else.

    A source has no hyphen: the one behind it ends it, and all hyphens after that are the deal's own.
    """
    return f"onboarding-{source}-{deal_id}"


HAND_OFF_PARTS: dict[str, dict[Language, str]] = {
    "products": {"en": "which products were bought", "ja": "ご契約いただいた製品"},
    "problem": {"en": "which problem they should solve", "ja": "解決したい課題"},
    "present_state": {"en": "how it is done today", "ja": "現在の業務のやり方"},
    "success_metrics": {"en": "the success metrics talked about in the sale", "ja": "商談で話題になった成功指標"},
    "near_term": {"en": "dates of theirs that touch the schedule", "ja": "日程に影響するお客様側の予定"},
    "notes": {"en": "the notes of the sale", "ja": "商談のメモ"},
    "crm_url": {"en": "the link to the deal in the CRM", "ja": "CRMの商談へのリンク"},
    "sow_url": {"en": "the statement of work", "ja": "作業範囲記述書（SOW）"},
    "roi_method": {"en": "how the return was calculated in the sale", "ja": "商談で用いたROIの算出方法"},
    "quick_wins": {"en": "candidates for quick wins", "ja": "クイックウィンの候補"},
    "champion": {"en": "who the champion is", "ja": "社内推進者はどなたか"},
    "seats": {"en": "how many seats were bought", "ja": "ご契約の席数"},
    "yearly_value": {"en": "the yearly contract value", "ja": "年間契約金額"},
}
"""The fields of the hand-off record (HO-02 to HO-12) as people are asked for them."""
WANTED_ROLES: dict[CustomerRole, dict[Language, str]] = {
    "executive_sponsor": {"en": "who the executive sponsor is", "ja": "エグゼクティブスポンサーはどなたか"},
    "project_lead": {"en": "who the project lead is", "ja": "プロジェクトリーダーはどなたか"},
    "technical_lead": {"en": "who the technical lead is", "ja": "技術リーダーはどなたか"},
}
"""The people without whom nothing can be agreed on (HO-08)."""


CAME_WRONG: dict[Language, str] = {
    "en": "what the CRM has for {field}, which could not be kept as it came: it {reason}",
    "ja": "CRMの項目「{field}」の正しい内容（そのままでは保存できませんでした：{reason}）",
}
"""What is asked about something that was cut or left out."""


def missing_from_hand_off(deal: Sale, language: str = "en") -> tuple[str, ...]:
    """What the hand-off record lacks, in words for the seller; empty when it is complete (A3, HO-13)."""
    came_wrong = in_language(CAME_WRONG, language)
    asked_for = [came_wrong.format(field=one.field, reason=one.reason) for one in deal.left_out]
    return (*(in_language(words, language) for words in _gaps(deal)), *asked_for)


def _gaps(deal: Sale) -> Sequence[dict[Language, str]]:
    present = {person.role for person in deal.contacts}
    gaps = [words for part, words in HAND_OFF_PARTS.items() if not getattr(deal, part)]
    return [*gaps, *(words for role, words in WANTED_ROLES.items() if role not in present)]


def completeness(deal: Sale) -> float:
    """Share of the hand-off record that is filled in, 0.0 to 1.0; every part and wanted role weighs the same."""
    parts = len(HAND_OFF_PARTS) + len(WANTED_ROLES)
    return round(1 - len(_gaps(deal)) / parts, 3)
