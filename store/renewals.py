"""Which customers renewed or left after the hand-off? Of each day what was said last; all of it stays on record."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC
from decimal import Decimal

from sqlalchemy import Connection, Engine, Row, select

from domain.measure.renewals import Renewal, RenewalGiven, checked_renewal, same_as, with_values_before
from domain.record import JournalRow
from domain.room.deeds import Deed
from domain.trouble import UnknownOnboarding
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held
from store.rows import add
from store.tables import deals, journal, onboardings, renewals

_SAID_AGAIN = re.compile(r"~\d+$")
RECORDED = "renewal_recorded"
"""The kind of row of the journal."""


class SqlRenewals:
    """The renewals of customers, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, onboarding: str, given: RenewalGiven, deed: Deed, *, deal: str = "") -> bool:
        """Record a renewal, or what is to stand in its place; whether that is new.

        What a `deal` of a CRM has brought for another day, it takes back, where nobody has said the contrary since: it
        has one day. The same once more changes nothing. Raises UnknownOnboarding, and Refused naming the field.
        """
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            said = _said_of(connection, [onboarding])[onboarding]
            last = {row.on_day: _renewal(row) for row in said}
            before = last.get(given.on)
            own = _words_of(said, deal)
            if own:
                # What a deal says again after other words of its own is no repetition, and has a key of its own.
                if _SAID_AGAIN.sub("", own[-1].key) == deed.key:
                    return False
                deed = deed._replace(key=f"{deed.key}~{len(own)}")
            if any(row.key == deed.key for row in said) or (before is not None and same_as(given, before)):
                return False
            brought = {row.on_day: row.outcome for row in said if deal and row.deal == deal}
            # A contrary word of somebody else stays: whether it is mistaken is for people to say.
            stand = [on for on, outcome in brought.items() if on != given.on and last[on].outcome == outcome]
            for on in (on for on in stand if last[on].outcome != "mistaken"):
                taken_back = RenewalGiven(on=on, outcome="mistaken")
                revision = last[on].revision + 1
                _write(
                    connection,
                    onboarding,
                    taken_back,
                    deed._replace(key=f"{deed.key}/{on}"),
                    revision=revision,
                    deal=deal,
                )
                last[on] = last[on].model_copy(update={"outcome": "mistaken"})
            standing = connection.execute(
                select(onboardings.c.ending, onboardings.c.closed_at).where(onboardings.c.onboarding == onboarding)
            ).one()
            closed_on = (standing.closed_at or deed.at).astimezone(UTC).date()
            counting = [one for one in last.values() if one.outcome != "mistaken"]
            checked_renewal(given, counting, ending=standing.ending, closed_on=closed_on, today=deed.at.date())
            _write(connection, onboarding, given, deed, revision=before.revision + 1 if before else 1, deal=deal)
            return True

    def of(self, onboarding: str) -> Sequence[Renewal]:
        """The renewals of that customer that count, by their days. Raises UnknownOnboarding."""
        with read_connection(self._engine) as connection:
            counting = renewals_of(connection, [onboarding])
        if onboarding not in counting:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        return counting[onboarding]

    def ever_left(self, onboarding: str) -> bool:
        """Whether anybody has ever said that the customer leaves, also where it was mistaken."""
        with read_connection(self._engine) as connection:
            return any(row.outcome == "left" for row in _said_of(connection, [onboarding])[onboarding])


def has_renewed(engine: Engine, deal: str) -> bool:
    """Whether that deal of a CRM, named as `source-id`, has brought a renewal, or that a customer leaves."""
    with read_connection(engine) as connection:
        return connection.scalar(select(renewals.c.onboarding).where(renewals.c.deal == deal).limit(1)) is not None


def renewals_of(connection: Connection, wanted: Collection[str]) -> Mapping[str, Sequence[Renewal]]:
    """The renewals that count of each of those onboardings that is there, with the yearly value before each."""
    sold = select(deals.c.onboarding, deals.c.body).where(deals.c.onboarding.in_(list(wanted)))
    said = _said_of(connection, wanted)
    return {
        row.onboarding: with_values_before(
            {one.on_day: _renewal(one) for one in said[row.onboarding]}.values(), sold_for=_sold_for(row.body)
        )
        for row in connection.execute(sold)
    }


def _said_of(connection: Connection, wanted: Iterable[str]) -> Mapping[str, Sequence[Row[tuple[object, ...]]]]:
    """All that was said of those customers, of each day the last of it last."""
    query = select(renewals).where(renewals.c.onboarding.in_(list(wanted)))
    said: defaultdict[str, list[Row[tuple[object, ...]]]] = defaultdict(list)
    for row in connection.execute(query.order_by(renewals.c.on_day, renewals.c.revision)):
        said[row.onboarding].append(row)
    return said


def _words_of(said: Iterable[Row[tuple[object, ...]]], deal: str) -> Sequence[Row[tuple[object, ...]]]:
    """What that deal has said, the last of it last, without what it took back as its day moved; of no deal nothing."""
    own = [row for row in said if deal and row.deal == deal and "/" not in row.key]
    return sorted(own, key=lambda row: row.recorded_at)


def _renewal(row: Row[tuple[object, ...]]) -> Renewal:
    return Renewal.model_validate({**row._mapping, "on": row.on_day})


def _write(
    connection: Connection, onboarding: str, given: RenewalGiven, deed: Deed, *, revision: int, deal: str
) -> None:
    row = {
        "onboarding": onboarding,
        "on_day": given.on,
        "revision": revision,
        "outcome": given.outcome,
        "yearly_value": None if given.yearly_value is None else str(given.yearly_value),
        "why": given.why,
        "deal": deal or None,
        "key": deed.key,
        "by": deed.by or None,
        "via": deed.via,
        "proved": deed.proved,
        "at": deed.at,
        "recorded_at": wall_clock(),
    }
    add(connection, renewals, [row])
    add(connection, journal, [journal_row(onboarding, _entry(given, deed, revision), now=wall_clock())])


def _entry(given: RenewalGiven, deed: Deed, revision: int) -> JournalRow:
    data = given.model_dump(mode="json", exclude={"outcome"}, exclude_none=True)
    return JournalRow(
        key=f"{RECORDED}/{given.on}/{revision}",
        at=deed.at,
        kind=RECORDED,
        about=given.outcome,
        by=deed.by or None,
        via=deed.via,
        proved=deed.proved,
        data=data,
    )


def _sold_for(deal: object) -> Decimal | None:
    """The yearly value of the deal, as its file has it."""
    value = deal.get("yearly_value") if isinstance(deal, Mapping) else None
    return None if value is None else Decimal(str(value))
