"""Which webhook targets are there, which journal entries has each still to get, and how did deliveries go?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, Select, delete, exists, func, insert, select, update

from domain.census import Mailbag
from domain.events import PREFIX, Entry, event_id
from domain.refusal import Refused
from domain.trouble import CannotSeal, NotFound
from domain.webhooks import DeliveryLine, DeliveryPage, DeliveryState, Outgoing, Target, Tried
from store.engine import read_transaction, wall_clock, write_transaction
from store.rows import add
from store.sealing import Sealing
from store.tables import IS_WAITING, journal
from store.tables import webhook_deliveries as deliveries
from store.tables import webhook_targets as targets

HORIZON = timedelta(minutes=10)
"""How far back from the newest entry entries without a delivery are searched. A transaction that commits late brings
entries with lower numbers than some that were read already, and the clocks of two workers differ. A turn's transaction
lasts milliseconds and clocks are kept to a second: ten minutes leave room for a database that was stopped meanwhile."""
MOST_AT_ONCE = 500
"""The most deliveries made in one look: more would keep SQLite's other writers waiting."""
KEPT = timedelta(days=30)
"""How long the log of deliveries reaches back: a month's review sees the whole of it."""
GLOOMY_AFTER = timedelta(minutes=1)
TRIED_WHILE_GLOOMY = 3
"""A target that has only failed for `GLOOMY_AFTER` gets this many tries at a time; its other deliveries wait. Otherwise
a target that hangs would hold twenty of a worker's places, and five such targets all of them."""
MOST_OLD_SECRETS = 4
"""The most replaced secrets that sign beside the new one: whoever replaces a secret more often within a day has lost
count of who has which, and each signature adds 48 bytes to the header of every event."""
FAILED = "failed"


class _Old(NamedTuple):
    """A secret that was replaced, and until when it still signs beside the new one."""

    secret: str
    until: datetime


class SqlWebhooks:
    """The webhooks of `activities.ports`, in SQL, and what people do with them. May be shared by threads.

    A target has a number, its `id`; so has a delivery, another one. `clock` gives wall time. Secrets are kept by
    `sealing`; without keys in it no target can be added.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock, sealing: Sealing | None = None
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._sealing = sealing or Sealing()

    # --- targets, as people create and change them

    def add(self, url: str, *, types: Sequence[str], secret: str, since: datetime | None = None) -> Target:
        """Create a target that gets the journal entries recorded from `since` on, by default from now.

        `types` are the event types that it gets; none means all. Raises CannotSeal.
        """
        now = self._clock()
        since = since or now
        with write_transaction(self._engine) as connection:
            row = {
                "url": url,
                "types": list(types) or None,
                "secret": self._sealing.sealed(secret),
                "since": since,
                "floor": _floor_before(connection, since),
                "created_at": now,
            }
            [id] = connection.execute(insert(targets).values(row)).inserted_primary_key or (0,)
            return _target(_held(connection, int(id)))

    def all(self) -> Sequence[Target]:
        """All targets, disabled ones too, in the order in which they were created."""
        with read_transaction(self._engine) as connection:
            return [_target(row) for row in connection.execute(select(targets).order_by(targets.c.id))]

    def get(self, id: int) -> Target:
        """The target with that number. Raises NotFound."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(targets).where(targets.c.id == id)).one_or_none()
        return _target(_present(row, id))

    def secrets(self, id: int) -> Sequence[str]:
        """The secrets that sign for the target now, newest first. Raises NotFound, and CannotSeal without any."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(targets).where(targets.c.id == id)).one_or_none()
        return self._signing(_present(row, id))

    def rotate(self, id: int, *, secret: str, old_until: datetime) -> Target:
        """Sign with a new secret from now on, and until `old_until` with the one before too.

        Older secrets that still sign do so until their own end: a receiver may have any of them. Where `old_until` is
        not in the future, the new secret signs alone. Raises NotFound, CannotSeal, and Refused where more than
        `MOST_OLD_SECRETS` old ones would sign.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = _held(connection, id)
            old = [_Old(row.secret, old_until), *_old_secrets(row, now=now)] if old_until > now else []
            if len(old) > MOST_OLD_SECRETS:
                soonest = min(one.until for one in old[1:])
                raise Refused(
                    f"{len(old)} secrets sign for webhook {id} already, the first of them until"
                    f" {soonest:%Y-%m-%d %H:%M} UTC: wait for that, or end all but the new one (--keep-hours 0)"
                )
            changed = _kept(self._sealing.sealed(secret), self._resealed(old))
            connection.execute(update(targets).where(targets.c.id == id).values(changed))
            return _target(_held(connection, id))

    def reseal(self) -> tuple[int, Sequence[int]]:
        """Seal every secret with the first key: how many targets there are, and which have one that cannot be opened.

        Replaced secrets that sign no more are thrown away. Raises CannotSeal without a key.
        """
        locked = []
        with write_transaction(self._engine) as connection:
            rows = connection.execute(select(targets).order_by(targets.c.id).with_for_update()).all()
            for row in rows:
                old = self._resealed(_old_secrets(row, now=self._clock()))
                changed = _kept(self._sealing.resealed(row.secret), old)
                connection.execute(update(targets).where(targets.c.id == row.id).values(changed))
                if not all(map(self._sealing.opens, (row.secret, *(one.secret for one in old)))):
                    locked.append(row.id)
        return len(rows), locked

    def disable(self, id: int, *, reason: str, at: datetime | None = None) -> Target:
        """Stop delivering to the target; one that is disabled already keeps its reason. Raises NotFound."""
        with write_transaction(self._engine) as connection:
            _held(connection, id)
            active = (targets.c.id == id) & targets.c.disabled_at.is_(None)
            stopped = {"disabled_at": at or self._clock(), "disabled_reason": reason}
            connection.execute(update(targets).where(active).values(stopped))
            return _target(_held(connection, id))

    def enable(self, id: int, *, since: datetime | None = None) -> Target:
        """Deliver to the target again from where it was disabled. Raises NotFound.

        With `since`, entries recorded before that moment are left out.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = _held(connection, id)
            changed: dict[str, Any] = {"disabled_at": None, "disabled_reason": None, "failing_since": None}
            waits = (deliveries.c.target == id) & IS_WAITING
            if since is not None:
                changed |= {"since": since, "floor": max(row.floor, _floor_before(connection, since))}
                before = select(journal.c.seq).where(journal.c.recorded_at < since).scalar_subquery()
                connection.execute(delete(deliveries).where(waits, deliveries.c.seq.in_(before)))
            connection.execute(update(targets).where(targets.c.id == id).values(changed))
            connection.execute(update(deliveries).where(waits).values(not_before=now, waits_since=now))
            return _target(_held(connection, id))

    def remove(self, id: int) -> None:
        """Delete the target and the log of its deliveries. Raises NotFound."""
        with write_transaction(self._engine) as connection:
            _held(connection, id)
            connection.execute(delete(deliveries).where(deliveries.c.target == id))
            connection.execute(delete(targets).where(targets.c.id == id))

    # --- deliveries, as people look at them

    def page(
        self, target: int, *, state: DeliveryState | None = None, before: int | None = None, limit: int = 50
    ) -> DeliveryPage:
        """A page of up to `limit` deliveries to the target, newest first. Raises NotFound.

        `before` is the cursor of the page before, None for the first page.
        """
        query = _lines().where(deliveries.c.target == target).order_by(deliveries.c.seq.desc()).limit(limit + 1)
        if state == "waiting":
            query = query.where(IS_WAITING)
        elif state is not None:
            query = query.where(deliveries.c.state == state)
        if before is not None:
            query = query.where(deliveries.c.seq < before)
        self.get(target)
        with read_transaction(self._engine) as connection:
            rows = connection.execute(query).all()
        lines = tuple(_line(row) for row in rows[:limit])
        return DeliveryPage(lines=lines, before=lines[-1].seq if len(rows) > limit else None)

    def delivery(self, id: int) -> DeliveryLine:
        """The delivery with that number. Raises NotFound."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(_lines().where(deliveries.c.id == id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no delivery {id}; day90 webhook deliveries TARGET lists them")
        return _line(row)

    def resend(self, id: int) -> DeliveryLine:
        """Let one delivery wait to be sent again, whatever became of it. Raises NotFound."""
        self._let_wait(deliveries.c.id == id)
        return self.delivery(id)

    def resend_failed(self, target: int, *, since: datetime) -> int:
        """Let every delivery that was last tried at `since` or later and given up wait again; returns how many.

        Raises NotFound when there is no such target.
        """
        self.get(target)
        lost = (deliveries.c.target == target) & (deliveries.c.state == FAILED) & (deliveries.c.tried_at >= since)
        return self._let_wait(lost)

    def _let_wait(self, which: Any) -> int:
        now = self._clock()
        with write_transaction(self._engine) as connection:
            again = {"state": "waiting", "not_before": now, "waits_since": now}
            return connection.execute(update(deliveries).where(which).values(again)).rowcount

    # --- what the sender needs

    def active(self) -> Sequence[int]:
        """The numbers of the targets that are not disabled."""
        with read_transaction(self._engine) as connection:
            return connection.scalars(select(targets.c.id).where(targets.c.disabled_at.is_(None))).all()

    def backlogs(self, *, now: datetime) -> Mapping[int, Mailbag]:
        """What might have gone by `now` to each target that is not disabled, by its number.

        Counts deliveries that wait, and entries of the journal that have no delivery yet.
        """
        with read_transaction(self._engine) as connection:
            rows = connection.execute(select(targets).where(targets.c.disabled_at.is_(None))).all()
            return {row.id: _backlog(connection, row, now=now) for row in rows}

    def ready(self, target: int, *, now: datetime, most: int) -> Sequence[int]:
        """The ids of up to `most` deliveries to the target that may go now, oldest first.

        Entries that the journal got since the last call become deliveries first.
        """
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(targets).where(targets.c.id == target)).one_or_none()
            if row is None or row.disabled_at is not None:
                return ()
            entries = _undelivered(connection, row)
            floor = _risen(connection, row, entries, now=now)
        if entries or floor != row.floor:
            self._catch_up(row.id, entries, floor=floor, look=now)
        waits = (deliveries.c.target == target) & IS_WAITING
        may_go = select(deliveries.c.id).where(waits, deliveries.c.not_before <= now)
        with read_transaction(self._engine) as connection:
            if row.failing_since is not None and row.failing_since + GLOOMY_AFTER <= now:
                tried = (deliveries.c.attempts > 0) & (deliveries.c.not_before > now)
                resting = connection.scalar(select(func.count()).select_from(deliveries).where(waits, tried)) or 0
                most = max(TRIED_WHILE_GLOOMY - resting, 0)
            oldest = may_go.order_by(deliveries.c.not_before, deliveries.c.id).limit(most)
            return connection.scalars(oldest).all()

    def next_ready(self, target: int, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a waiting delivery may go.

        None when there is none, and where the target is disabled.
        """
        later = (deliveries.c.target == target) & IS_WAITING & (deliveries.c.not_before > after)
        active = exists().where(targets.c.id == target, targets.c.disabled_at.is_(None))
        with read_transaction(self._engine) as connection:
            soonest: datetime | None = connection.scalar(select(func.min(deliveries.c.not_before)).where(later, active))
        return soonest

    def take(self, id: int) -> Outgoing | None:
        """The delivery, read right before it goes; None when it has gone, or its target is disabled."""
        columns = (deliveries.c.id.label("delivery"), deliveries.c.waits_since, deliveries.c.target, *_of_entry())
        query = select(*columns).join(journal, journal.c.seq == deliveries.c.seq)
        with read_transaction(self._engine) as connection:
            row = connection.execute(query.where(deliveries.c.id == id, IS_WAITING)).one_or_none()
            if row is None:
                return None
            target = connection.execute(select(targets).where(targets.c.id == row.target)).one()
        if target.disabled_at is not None:
            return None
        secrets, unsigned = self._signing_or_why_not(target)
        return Outgoing(
            delivery=row.delivery,
            target=_target(target),
            entry=Entry.model_validate(row._mapping),
            secrets=secrets,
            unsigned=unsigned,
            waits_since=row.waits_since,
        )

    def sent(self, id: int, tried: Tried) -> None:
        """Record that the target took the delivery."""
        with write_transaction(self._engine) as connection:
            target = _note(connection, id, tried, state="sent")
            well = (targets.c.id == target) & targets.c.failing_since.is_not(None)
            connection.execute(update(targets).where(well).values(failing_since=None))

    def failed(self, id: int, tried: Tried, *, not_before: datetime) -> datetime:
        """Record a failed try; the delivery waits until `not_before`. Returns since when its target has only failed."""
        with write_transaction(self._engine) as connection:
            target = _note(connection, id, tried, not_before=not_before)
            first = (targets.c.id == target) & targets.c.failing_since.is_(None)
            connection.execute(update(targets).where(first).values(failing_since=tried.at))
            since = connection.scalar(select(targets.c.failing_since).where(targets.c.id == target))
        return since or tried.at

    def give_up(self, id: int) -> None:
        """Stop trying the delivery; only a person can order it sent again."""
        with write_transaction(self._engine) as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == id, IS_WAITING).values(state=FAILED))

    def waiting(self, target: int) -> int:
        """How many deliveries to the target wait."""
        waits = (deliveries.c.target == target) & IS_WAITING
        with read_transaction(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(deliveries).where(waits)) or 0

    def _resealed(self, old: Sequence[_Old]) -> Sequence[_Old]:
        return [_Old(self._sealing.resealed(one.secret), one.until) for one in old]

    def _signing_or_why_not(self, target: Row[Any]) -> tuple[tuple[str, ...], str]:
        try:
            return tuple(self._signing(target)), ""
        except CannotSeal as locked:
            return (), str(locked)

    def _signing(self, target: Row[Any]) -> Sequence[str]:
        """The secrets that sign now and can be opened, newest first. Raises CannotSeal without any.

        One of them is enough, whichever the receiver has.
        """
        kept = [target.secret, *(one.secret for one in _old_secrets(target, now=self._clock()))]
        opened = [self._sealing.opened(one) for one in kept if self._sealing.opens(one)]
        return opened or [self._sealing.opened(kept[0])]

    def _catch_up(self, target: int, entries: Sequence[int], *, floor: int, look: datetime) -> None:
        """Make a delivery of each entry, raise the floor, and delete what the log keeps no longer."""
        now = self._clock()
        # What this look finds may go in the same round, whichever of the two clocks is ahead.
        fresh = {"target": target, "state": "waiting", "not_before": min(now, look), "waits_since": now, "attempts": 0}
        with write_transaction(self._engine) as connection:
            add(connection, deliveries, [{**fresh, "seq": seq, "created_at": now} for seq in entries])
            connection.execute(update(targets).where(targets.c.id == target).values(floor=floor))
            # Below the floor no delivery is made again, so that what is deleted here is not delivered twice.
            old = (deliveries.c.created_at < now - KEPT) & (deliveries.c.state != "waiting")
            settled = (deliveries.c.target == target) & old & (deliveries.c.seq <= floor)
            connection.execute(delete(deliveries).where(settled))


def _backlog(connection: Connection, target: Row[Any], *, now: datetime) -> Mailbag:
    might_go = (deliveries.c.target == target.id) & IS_WAITING & (deliveries.c.not_before <= now)
    waiting, oldest = connection.execute(select(func.count(), func.min(deliveries.c.not_before)).where(might_go)).one()
    entries = _undelivered(connection, target)
    first = connection.scalar(select(journal.c.recorded_at).where(journal.c.seq == entries[0])) if entries else None
    since = min((moment for moment in (oldest, first) if moment is not None), default=None)
    waiting += len(entries)
    known_down = target.failing_since is not None
    return Mailbag(channel=str(target.id), waiting=waiting, oldest=since, known_down=known_down)


def _undelivered(connection: Connection, target: Row[Any]) -> Sequence[int]:
    """The numbers of entries that the target should get and that have no delivery yet, the oldest `MOST_AT_ONCE`."""
    there = (deliveries.c.target == target.id) & (deliveries.c.seq == journal.c.seq)
    above = (journal.c.seq > target.floor) & (journal.c.recorded_at >= target.since)
    query = select(journal.c.seq).where(above, ~exists().where(there))
    if target.types is not None:
        query = query.where(journal.c.kind.in_([type.removeprefix(PREFIX) for type in target.types]))
    return connection.scalars(query.order_by(journal.c.seq).limit(MOST_AT_ONCE)).all()


def _risen(connection: Connection, target: Row[Any], entries: Sequence[int], *, now: datetime) -> int:
    """The number up to which everything is settled for the target: its next `floor`.

    That is the last entry behind the horizon, but none beyond the entries that become deliveries now.
    """
    above = journal.c.seq > target.floor
    if len(entries) == MOST_AT_ONCE:
        above &= journal.c.seq <= entries[-1]
    last, newest = connection.execute(
        select(func.max(journal.c.seq), func.max(journal.c.recorded_at)).where(above)
    ).one()
    if last is None:
        return int(target.floor)
    young = journal.c.recorded_at >= min(newest, now) - HORIZON
    first_young = connection.scalar(select(func.min(journal.c.seq)).where(above, young))
    if first_young is None:
        return int(last)
    # Not simply the number before it: that one may just be being written, and not be visible yet.
    older = connection.scalar(select(func.max(journal.c.seq)).where(above, journal.c.seq < first_young))
    return int(target.floor if older is None else older)


def _floor_before(connection: Connection, since: datetime) -> int:
    """The number up to which no entry can concern a target that gets entries from `since` on."""
    settled = select(journal.c.seq).where(journal.c.recorded_at < since - HORIZON)
    return connection.scalar(settled.order_by(journal.c.seq.desc()).limit(1)) or 0


def _note(connection: Connection, id: int, tried: Tried, **more: Any) -> int:
    """Record how a try went; returns the number of the target."""
    of_it = update(deliveries).where(deliveries.c.id == id)
    values: dict[str, Any] = {
        "attempts": deliveries.c.attempts + 1,
        "last_status": tried.status,
        "last_error": None if tried.taken else tried.in_words,
        "latency_ms": int(tried.took / timedelta(milliseconds=1)),
        "tried_at": tried.at,
    }
    connection.execute(of_it.values(**values, **more))
    return connection.scalar(select(deliveries.c.target).where(deliveries.c.id == id)) or 0


def _held(connection: Connection, id: int) -> Row[Any]:
    """The target, locked until the end of the transaction. Raises NotFound."""
    return _present(connection.execute(select(targets).where(targets.c.id == id).with_for_update()).one_or_none(), id)


def _present(row: Row[Any] | None, id: int) -> Row[Any]:
    if row is None:
        raise NotFound(f"there is no webhook {id}; day90 webhook list shows them")
    return row


def _target(row: Row[Any]) -> Target:
    ends = tuple(one.until for one in _replaced(row))
    return Target.model_validate({**row._mapping, "types": row.types or (), "old_secrets_until": ends})


def _kept(secret: str, old: Sequence[_Old]) -> Mapping[str, Any]:
    """The columns of a target's secrets, as they are kept: the new one, and those it replaced, newest first."""
    first, older = (old[0], old[1:]) if old else (None, [])
    return {
        "secret": secret,
        "old_secret": first.secret if first else None,
        "old_secret_until": first.until if first else None,
        "older_secrets": [one._asdict() for one in older] or None,
    }


def _old_secrets(row: Row[Any], *, now: datetime) -> list[_Old]:
    """The replaced secrets that still sign, newest first."""
    return [one for one in _replaced(row) if one.until > now]


def _replaced(row: Row[Any]) -> list[_Old]:
    last = [] if row.old_secret is None else [_Old(row.old_secret, row.old_secret_until)]
    return last + [_Old(one["secret"], datetime.fromisoformat(one["until"])) for one in row.older_secrets or ()]


def _of_entry() -> Sequence[Any]:
    return [column for column in journal.c if column.name != "data"]


def _lines() -> Select[Any]:
    columns = (journal.c.onboarding, journal.c.kind, journal.c.about, journal.c.key)
    return select(deliveries, *columns).join(journal, journal.c.seq == deliveries.c.seq)


def _line(row: Row[Any]) -> DeliveryLine:
    return DeliveryLine.model_validate({**row._mapping, "event_id": event_id(row.onboarding, row.key)})
