"""Which signed news may other systems send? Each type, with the update that it becomes or the figures that it gives."""

from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from domain.deal import onboarding_id
from domain.measure.attendance import ATTENDED, INVITED
from domain.measure.goals import Amount
from domain.news import KINDS, read_news, unknown_fields
from domain.refusal import Refused, refuse_far_dates, what_is_wrong
from domain.wire import Instant, Line, Slug, StrictWire, Wire

TOLD = {news.report: kind for kind, news in KINDS.items() if news.report}
"""Types of which the onboarding itself is told, with the update that each of them is."""
OURS = frozenset({"hold", "via", "proved", "news_id", "ignored", "at"})
"""Fields of news that the intake fills in itself, and refuses from a sender."""
ONBOARDING = r"^onboarding-[a-z][a-z0-9]{0,29}-[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"


class Measurement(Wire):
    """A figure about an onboarding at a moment, for whatever looks at figures."""

    metric: str
    at: Instant
    value: float
    unit: str | None = None


class SetApart(Wire):
    """A measurement that is kept and does not count, and why."""

    metric: str
    value: float
    reason: str


class Report(Wire):
    """A piece of signed news: either news for the onboarding, of that kind, or measurements."""

    onboarding: str
    at: Instant
    kind: str | None = None
    news: dict[str, Any] = Field(default_factory=dict)
    measured: tuple[Measurement, ...] = ()


class _Envelope(StrictWire):
    """The payload of a Standard Webhook."""

    type: Annotated[str, StringConstraints(max_length=100)]
    timestamp: Instant
    data: dict[str, Any]


class _Addressee(StrictWire):
    """Which onboarding is meant: by its id, or by the deal as its system knows it."""

    onboarding: Annotated[str, StringConstraints(pattern=ONBOARDING)] | None = None
    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,29}$")] | None = None
    deal: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")] | None = None


Model = TypeVar("Model", bound=StrictWire)
Count = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]


class _MeetingHeld(StrictWire):
    meeting: Line | None = Field(None, description="what it was, for whoever reads the delivery")
    invited: Count | None = None
    attended: Count | None = None

    def figures(self) -> dict[str, float | None]:
        return {"meetings_held": 1, "meeting_invited": self.invited, "meeting_attended": self.attended}

    @model_validator(mode="after")
    def _no_more_than_invited(self) -> "_MeetingHeld":
        if self.invited is not None and self.attended is not None and self.attended > self.invited:
            raise ValueError("more attended than were invited")
        return self


class _MeetingMissed(StrictWire):
    meeting: Line | None = None

    def figures(self) -> dict[str, float | None]:
        return {"missed_meetings": 1}


class _TrainingHeld(StrictWire):
    """A session of the training; `score` is the feedback on it, from 1 to 5."""

    session: Line | None = Field(None, description="which it was, for whoever reads the delivery")
    invited: Count | None = None
    attended: Count | None = None
    score: Annotated[float, Field(ge=1, le=5, strict=True)] | None = None

    def figures(self) -> dict[str, float | None]:
        return {
            INVITED: self.invited,
            ATTENDED: self.attended if self.invited is not None else None,
            "training_score": self.score,
        }

    @model_validator(mode="after")
    def _hangs_together(self) -> "_TrainingHeld":
        if self.attended is not None and self.invited is None:
            raise ValueError("say how many were invited, too")
        if self.invited is not None and self.attended is not None and self.attended > self.invited:
            raise ValueError("more attended than were invited")
        if self.invited is None and self.score is None:
            raise ValueError("give invited and attended, score, or all of them")
        return self


class _UsersInvited(StrictWire):
    """How many people have been invited to the product so far."""

    users: Count

    def figures(self) -> dict[str, float | None]:
        return {"invited_users": self.users}


class _MetricReported(StrictWire):
    """A figure of docs/health.md, or of a goal of the customer's by its key; then in the unit of that goal."""

    metric: Slug
    value: Amount
    unit: Line | None = None

    def figures(self) -> dict[str, float | None]:
        return {self.metric: self.value}


class _TicketsCounted(StrictWire):
    """`opened` in the last seven days, `open` at that moment."""

    opened: Count | None = None
    open: Count | None = None

    def figures(self) -> dict[str, float | None]:
        return {"tickets_per_week": self.opened, "tickets_open": self.open}

    @model_validator(mode="after")
    def _something_is_counted(self) -> "_TicketsCounted":
        if self.opened is None and self.open is None:
            raise ValueError("give opened, open, or both")
        return self


MEASURED: dict[
    str,
    type[_MeetingHeld]
    | type[_MeetingMissed]
    | type[_TrainingHeld]
    | type[_TicketsCounted]
    | type[_UsersInvited]
    | type[_MetricReported],
] = {
    "meeting.held": _MeetingHeld,
    "meeting.missed": _MeetingMissed,
    "training.held": _TrainingHeld,
    "tickets.counted": _TicketsCounted,
    "users.invited": _UsersInvited,
    "metric.reported": _MetricReported,
}
"""Types that are kept as measurements: no workflow has to know each of them."""
TYPES = (*TOLD, *MEASURED)


def read_report(raw: Any) -> Report:
    """The report in that JSON object. Raises Refused naming the field."""
    if not isinstance(raw, dict):
        raise Refused("one JSON object is expected, with type, timestamp and data")
    envelope = _read(_Envelope, raw, within="")
    refuse_far_dates(envelope)
    if envelope.type not in TYPES:
        raise Refused(f"is no type that we know; there are: {', '.join(TYPES)}", field="type")
    data = dict(envelope.data)
    addressed = {name: data.pop(name) for name in _Addressee.model_fields if name in data}
    onboarding = _onboarding(_read(_Addressee, addressed, within="data"))
    if envelope.type in MEASURED:
        figures = _read(MEASURED[envelope.type], data, within="data").figures()
        measured = tuple(
            Measurement(metric=metric, at=envelope.timestamp, value=value, unit=data.get("unit"))
            for metric, value in figures.items()
            if value is not None
        )
        return Report(onboarding=onboarding, at=envelope.timestamp, measured=measured)
    kind = TOLD[envelope.type]
    if unknown := sorted({*unknown_fields(kind, data), *(OURS & data.keys())}):
        raise Refused("is no field that we know", field=f"data.{unknown[0][:80]}")
    try:
        refuse_far_dates(read_news(kind, data))
    except Refused as refusal:
        raise Refused(refusal.reason, field=f"data.{refusal.field}") from None
    return Report(onboarding=onboarding, at=envelope.timestamp, kind=kind, news=data)


def _onboarding(named: _Addressee) -> str:
    by_deal = named.source is not None and named.deal is not None
    if named.onboarding is not None and named.source is None and named.deal is None:
        return named.onboarding
    if named.onboarding is None and named.source is not None and named.deal is not None:
        return onboarding_id(named.source, named.deal)
    what = "name the onboarding once" if by_deal else "name the onboarding"
    raise Refused(f"{what}: by onboarding, or by source and deal", field="data.onboarding")


def _read(model: type[Model], raw: dict[str, Any], *, within: str) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=".".join(filter(None, (within, field)))) from None
