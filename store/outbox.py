"""Which notices wait to be sent, and what became of each? Looked at once more right before it goes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, bindparam, func, or_, select, update

from domain.notice import DIGEST, MAIL, Notice, Person
from domain.record import JournalRow, Receipt, WaitingNotice, Went
from domain.rules import digests
from domain.rules.composing import undeliverable
from domain.text import folded
from store.addressees import Addressee, addressee_in, readers_of
from store.digests import JOINED, notice_of, parts_of, seal, sent_today, travelling
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row, notice_row
from store.links import LETS_IN, LinkMaker, person_of, without_tokens
from store.pointless import MILESTONE, MorningAfter, pointless
from store.preferences import chosen_by, held_back
from store.rows import add
from store.tables import (
    IS_WAITING,
    introductions,
    journal,
    mail_links,
    notices,
    onboardings,
    unreachable,
)
from store.together import Together
from store.unsubscribes import link_of

# What is asked and written for every message that goes. Built once: to build a statement takes longer than the
# database's answer.
_OF_IT = notices.c.onboarding == bindparam("onboarding")
_OF_CHANNEL = (notices.c.channel == bindparam("channel")) & IS_WAITING
READY = (
    select(notices.c.id)
    .where(_OF_CHANNEL, notices.c.not_before <= bindparam("now"))
    .where(or_(notices.c.rests_until.is_(None), notices.c.rests_until <= bindparam("now")))
    .order_by(notices.c.not_before, notices.c.id)
    .limit(bindparam("most"))
)
NEXT_READY = select(
    *(
        select(func.min(moment)).where(_OF_CHANNEL, moment > bindparam("after")).scalar_subquery()
        for moment in (notices.c.not_before, notices.c.rests_until)
    )
)
HELD = select(notices).where(notices.c.id == bindparam("id")).with_for_update(key_share=True)
HELD_TOGETHER = select(notices).where(notices.c.id.in_(bindparam("ids", expanding=True)))
HELD_TOGETHER = HELD_TOGETHER.order_by(notices.c.id).with_for_update(key_share=True)
SETTLING = update(notices).where(notices.c.id == bindparam("of"))
_OF_A_RECEIPT = [notices.c[name] for name in ("id", "onboarding", "key", "channel", "kind", "person", "about")]
WENT = SETTLING.where(notices.c.state != "sent").returning(*_OF_A_RECEIPT)
GONE = (
    select(*_OF_A_RECEIPT)
    .where(notices.c.id.in_(bindparam("ids", expanding=True)), notices.c.state != "sent")
    .order_by(notices.c.id)
    .with_for_update(key_share=True)
)
IN_HAND = (
    update(notices)
    .where(notices.c.id == bindparam("of"), IS_WAITING)
    .where(notices.c.rests_until.is_not(None), notices.c.reason.is_(None))
)
WRITTEN_TO = (
    select(notices.c.id).where(_OF_IT, notices.c.person == bindparam("person"), notices.c.state == "sent").limit(1)
)


class SqlOutbox:
    """The outbox of `activities.ports`, in SQL. May be shared by threads.

    `mail_domain` is the right side of our Message-IDs; `clock` tells wall time. `morning_after` is when somebody next
    comes to work after the day of a moment; without it there is no limit to what one person gets on one day, as on a
    compressed clock, where months go by in one. `links` makes those by which people act from a message; without it
    there are none.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        mail_domain: str,
        clock: Callable[[], datetime] = wall_clock,
        morning_after: MorningAfter | None = None,
        links: LinkMaker | None = None,
    ) -> None:
        self._engine = engine
        self._mail_domain = mail_domain
        self._clock = clock
        self._morning_after = morning_after
        self._links = links
        # SQLite lets one in that writes, and whoever waits for that sleeps up to a tenth of a second between two tries,
        # while others overtake: on a busy machine until it is given up. Those of one sender queue up instead.
        of_sqlite = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = Lock() if of_sqlite else nullcontext()
        self._ask = Together(self._settle_each, turn=self._turn).ask if of_sqlite else self._settle_one

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turn, write_transaction(self._engine) as connection:
            yield connection

    def ready(self, channel: str, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of the notices that may go now, oldest first."""
        with read_connection(self._engine) as connection:
            return connection.scalars(READY, {"channel": channel, "now": now, "most": most}).all()

    def next_ready(self, channel: str, *, after: datetime) -> datetime | None:
        """When the next notice that may not go yet may; None when none waits for its hour, or rests."""
        with read_connection(self._engine) as connection:
            moments = connection.execute(NEXT_READY, {"channel": channel, "after": after}).one()
        return min((moment for moment in moments if moment is not None), default=None)

    def take(
        self, id: int, *, now: datetime | None = None, held_until: datetime | None = None, after: Went | None = None
    ) -> WaitingNotice | None:
        """The notice right before it goes; None when it does not go (any more) now, or not by itself.

        With `held_until` it is in hand until then: it rests without a reason, which no other sender takes or seals.
        The receipt of what went right before it is written with that: a transaction costs as much as some statements.

        What may travel with it at that moment is sealed with it into a digest: a row of its own, which is ready from
        then on and delivered under its own number, so that two deliveries never carry the same message. What is one
        message too many for today waits for their next morning.
        """
        return self._ask(_Asked(id, now or self._clock(), held_until, after))

    def _settle_one(self, asked: "_Asked") -> WaitingNotice | None:
        return self._settle_each([asked])[0]

    def _settle_each(self, each: Sequence["_Asked"]) -> Sequence[WaitingNotice | None]:
        """Write the receipts and take up the notices that are asked for, all in one transaction."""
        answers: list[WaitingNotice | None] = [None for _ in each]
        with write_transaction(self._engine) as connection:
            self._write_receipts(connection, [one.after for one in each if one.after is not None])
            held = _held_together(connection, [one.id for one in each if one.id is not None])
            beside, apart = _beside_and_apart(each, held)
            self._take_up(connection, each, beside, held, answers)
            for number in apart:
                if len(each) > 1:
                    # What went before may have changed it.
                    held = _held_together(connection, [int(each[number].id or 0)])
                self._take_up(connection, each, [number], held, answers)
        return answers

    def _take_up(
        self,
        connection: Connection,
        each: Sequence["_Asked"],
        numbers: Sequence[int],
        held: Mapping[int, Row[Any]],
        answers: list[WaitingNotice | None],
    ) -> None:
        """Take up those that are asked for under these numbers, and put what is taken among the answers."""
        readers = readers_of(connection, [row.id for number in numbers if (row := held.get(each[number].id or 0))])
        links: list[Mapping[str, Any]] = []
        in_hand: list[Mapping[str, Any]] = []
        for number in numbers:
            one, row = each[number], held.get(each[number].id or 0)
            if row is None or row.state != "waiting" or (one.held_until and _rests(row, one.now, one.held_until)):
                continue
            taken = self._take(connection, row, readers.get(row.id), links, now=one.now)
            if taken is None:
                continue
            answers[number] = taken
            rests = (one.held_until, None) if one.held_until is not None else (row.rests_until, row.reason)
            # The id is kept at the first try, so that it stays should the domain be configured anew before the next.
            in_hand.append({"of": row.id, "message_id": taken.message_id, "rests_until": rests[0], "reason": rests[1]})
        add(connection, mail_links, links)
        _settle_all(connection, in_hand)

    def _take(
        self,
        connection: Connection,
        row: Row[Any],
        reader: Row[Any] | None,
        links: list[Mapping[str, Any]],
        *,
        now: datetime,
    ) -> WaitingNotice | None:
        """The notice, if it goes; its links are added to those that are to be stored."""
        addressee = addressee_in(connection, row, reader)
        if row.kind == DIGEST:
            return self._sealed(connection, row, addressee, links)
        if addressee is None:
            if (reason := self._pointless(connection, row)) is not None:
                _settle(connection, row, state="withdrawn", reason=reason)
            else:
                self._refuse(connection, row, reason="nobody by that id takes part", at=self._clock())
            return None
        person = addressee.person
        rows = self._still_wanted(connection, travelling(connection, row, person, now=now), addressee)
        if row.id not in {one.id for one in rows} or self._comes_back(connection, [row], addressee):
            return None
        notice = notice_of(row)
        if self._is_too_much(connection, row, notice, rows, person, now=now):
            return None
        if len(rows) > 1:
            seal(connection, rows, person, now=now, wall=self._clock())
            return None
        return self._waiting(connection, row, notice, person, [], links=links)

    def _still_wanted(
        self, connection: Connection, rows: Sequence[Row[Any]], addressee: Addressee | None
    ) -> list[Row[Any]]:
        """Those that are not pointless by now and that their reader wants; the others wait, or are withdrawn."""
        wanted = []
        person = addressee.person if addressee else None
        # To a customer's person they are all of one onboarding.
        somebody_chose = addressee is not None and addressee.chose
        chosen = chosen_by(connection, rows[0].onboarding, person) if person and somebody_chose and rows else None
        for row in rows:
            if (reason := self._pointless(connection, row)) is not None:
                _settle(connection, row, state="withdrawn", reason=reason, digest=None)
            elif person and chosen and (values := held_back(row, chosen, person, now=self._clock())) is not None:
                _settle(connection, row, **{"state": "waiting", "digest": None, **values})
            else:
                wanted.append(row)
        return wanted

    def _links_of(
        self, connection: Connection, row: Row[Any], person: Person, stored: list[Mapping[str, Any]]
    ) -> Mapping[str, str]:
        if self._links is None:
            return {}
        links, rows = self._links.links(connection, row, person, now=self._clock())
        stored += rows
        return links

    def _comes_back(self, connection: Connection, rows: Sequence[Row[Any]], addressee: Addressee) -> bool:
        """Whether no mail reaches them any more; then the rows are refused. Their owner has heard of it before."""
        since = addressee.unreachable_since if rows[0].channel == MAIL else None
        if since is None:
            return False
        reason = f"no mail reaches their address since {since:%Y-%m-%d}: another address is needed"
        for row in rows:
            self._settle_refused(connection, row, reason=reason, at=self._clock())
        return True

    def _is_too_much(
        self,
        connection: Connection,
        row: Row[Any],
        notice: Notice,
        rows: Sequence[Row[Any]],
        person: Person,
        *,
        now: datetime,
    ) -> bool:
        """Whether it would be one message too many on that day; then it waits for the next morning."""
        if self._morning_after is None or not digests.is_counted(notice, person):
            return False
        essential = digests.is_essential(notice_of(one) for one in rows)
        if not digests.too_many(sent_today(connection, row, person, now=now), essential=essential):
            return False
        _settle(connection, row, not_before=self._morning_after(person, now))
        return True

    def _sealed(
        self,
        connection: Connection,
        row: Row[Any],
        addressee: Addressee | None,
        links: list[Mapping[str, Any]],
    ) -> WaitingNotice | None:
        """The digest with what still is to be said in it; None where nothing is, or nobody is there to read it."""
        joined = [part for part in parts_of(connection, row.id) if part.state == JOINED]
        parts = self._still_wanted(connection, joined, addressee)
        if not parts:
            _settle(connection, row, state="withdrawn", reason="nothing is left to say")
            return None
        if addressee is None:
            self._refuse_all(connection, row, reason="nobody by that id takes part", at=self._clock())
            return None
        if self._comes_back(connection, [row, *parts], addressee):
            return None
        return self._waiting(connection, row, notice_of(row), addressee.person, parts, links=links)

    def _waiting(
        self,
        connection: Connection,
        row: Row[Any],
        notice: Notice,
        person: Person,
        parts: Sequence[Row[Any]],
        *,
        links: list[Mapping[str, Any]],
    ) -> WaitingNotice:
        others = [notice_of(part) for part in parts]
        unwanted = row.onboarding is not None and digests.may_be_unwanted(others or [notice])
        return WaitingNotice(
            id=row.id,
            notice=_up_to_date(connection, notice),
            person=person,
            message_id=row.message_id or self._message_id(row),
            maybe_arrived=row.maybe_arrived,
            unsubscribe=link_of(connection, row.onboarding, row.person, now=self._clock()) if unwanted else "",
            parts=tuple(_up_to_date(connection, other) for other in others),
            links=self._links_of(connection, row, person, links),
            links_of_parts=tuple(self._links_of(connection, part, person, links) for part in parts),
            # Who is asked for something has been introduced, or welcomed.
            first=unwanted and person.side == "customer" and not _was_written_to(connection, row),
        )

    def hold(self, id: int, *, until: datetime) -> None:
        """Let the notice stay in hand until that moment; one that is settled, or rests, stays as it is."""
        with self._writing() as connection:
            connection.execute(IN_HAND, {"of": id, "rests_until": until})

    def put_off(self, id: int, *, until: datetime, reason: str, maybe_arrived: int) -> None:
        """Let the notice rest until that moment of wall time, and say why; one that is settled stays so."""
        with self._writing() as connection:
            row = _held(connection, id)
            if row is not None and row.state == "waiting":
                _settle(connection, row, rests_until=until, reason=reason, maybe_arrived=maybe_arrived)

    def sent(self, id: int, receipt: Receipt) -> None:
        """Write the receipt. A notice that was withdrawn while it was under way did go: that is what is kept."""
        self._ask(_Asked(None, self._clock(), after=Went(id, receipt)))

    def _write_receipts(self, connection: Connection, each: Sequence[Went]) -> None:
        """Write what became of those that went, and of what travelled in them; again it changes nothing."""
        if not each:
            return
        receipts = dict(each)
        rows = _written(connection, receipts)
        told: list[tuple[Row[Any], Receipt]] = []
        for row in rows:
            receipt = receipts[row.id]
            if row.kind == LETS_IN:
                _settle(connection, row, text=without_tokens(receipt.text, row.kind))
            if row.kind != DIGEST:
                told.append((row, receipt))
                continue
            for part in parts_of(connection, row.id):
                if part.state == JOINED:
                    _settle(connection, part, state="sent", message_id=receipt.message_id, place=receipt.place,
                            sent_at=receipt.at, subject=receipt.subject or None)  # fmt: skip
                    told.append((part, receipt))
        add(
            connection,
            journal,
            [
                self._noted(row, "notice_sent", at=receipt.at, message_id=receipt.message_id)
                for row, receipt in told
                if row.onboarding is not None
            ],
        )

    def redirect(self, id: int, *, to: str, reason: str, at: datetime, told: Sequence[tuple[Notice, Person]]) -> None:
        """Let a notice that waits go by another channel, with why, and tell the house; again it changes nothing."""
        with self._writing() as connection:
            row = _held(connection, id)
            if row is None or row.state != "waiting" or row.channel == to:
                return
            _settle(connection, row, channel=to, reason=reason, rests_until=None, maybe_arrived=0)
            self._note(connection, row, "notice_redirected", at=at, to=to, reason=reason)
            add_of_the_house(connection, told, now=self._clock())

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        """Record that it will never arrive and tell the onboarding's owner; the owner's handle, or None for their own.

        Again it changes nothing and answers the same. A notice that was sent stays sent.
        """
        with self._writing() as connection:
            row = _held(connection, id)
            if row is None or row.state == "sent":
                return None
            if row.kind == DIGEST:
                return self._refuse_all(connection, row, reason=reason, at=at)
            return self._refuse(connection, row, reason=reason, at=at)

    def bounced(self, id: int, *, reason: str, address: str, at: datetime) -> str | None:
        """Record that the message came back although it was taken, and tell the owner; answers like `refused`.

        `address` is one that no mail reaches any more: what waits for it is refused, without a word to the owner for
        each. Empty where the next mail may arrive.
        """
        with self._writing() as connection:
            row = _held(connection, id)
            if row is None or row.state in ("refused", "bounced"):
                return None
            if address:
                add(connection, unreachable, [{"address": folded(address), "since": at, "reason": reason}])
            _settle(connection, row, state="bounced", reason=reason)
            told = parts_of(connection, row.id) if row.kind == DIGEST else [row]
            owners: dict[str | None, str | None] = {}
            for one in told:
                if one.id != row.id:
                    _settle(connection, one, state="bounced", reason=reason)
                self._note(connection, one, "notice_bounced", at=at, reason=reason)
                if one.onboarding not in owners:
                    owners[one.onboarding] = self._tell_owner(connection, one, reason=reason, at=at)
            return next((owner for owner in owners.values() if owner), None)

    def _refuse_all(self, connection: Connection, row: Row[Any], *, reason: str, at: datetime) -> str | None:
        """Refuse a digest with all that is in it; the owner of each onboarding in it is told once."""
        _settle(connection, row, state="refused", reason=reason)
        owners: dict[str, str | None] = {}
        for part in parts_of(connection, row.id):
            if part.state not in (JOINED, "refused"):
                continue
            if part.onboarding not in owners:
                owners[part.onboarding] = self._refuse(connection, part, reason=reason, at=at)
            else:
                self._settle_refused(connection, part, reason=reason, at=at)
        return next((owner for owner in owners.values() if owner), None)

    def _refuse(self, connection: Connection, row: Row[Any], *, reason: str, at: datetime) -> str | None:
        self._settle_refused(connection, row, reason=reason, at=at)
        return self._tell_owner(connection, row, reason=reason, at=at)

    def _settle_refused(self, connection: Connection, row: Row[Any], *, reason: str, at: datetime) -> None:
        if row.state != "refused":
            _settle(connection, row, state="refused", reason=reason)
            self._note(connection, row, "notice_refused", at=at, reason=reason)

    def _tell_owner(self, connection: Connection, row: Row[Any], *, reason: str, at: datetime) -> str | None:
        if row.onboarding is None:
            return self._tell_of_introduction(connection, row, reason=reason, at=at)
        handle = connection.scalar(select(onboardings.c.owner).where(onboardings.c.onboarding == row.onboarding))
        if not handle or handle == row.person:
            return None
        receiver = person_of(connection, row.onboarding, row.person) or _nameless(row.person)
        owner = person_of(connection, row.onboarding, handle) or _nameless(handle)
        to_owner = undeliverable(notice_of(row), receiver, owner, reason=reason, key=f"undeliverable/{row.id}", at=at)
        add(connection, notices, [notice_row(to_owner, onboarding=row.onboarding, now=self._clock())])
        return str(handle)

    def _tell_of_introduction(self, connection: Connection, row: Row[Any], *, reason: str, at: datetime) -> str | None:
        """Tell an introduction's owner, who is known by the messages that they got before; their handle, or None."""
        of_introduction = introductions.c.introduction == row.about
        handle = connection.scalar(select(introductions.c.owner).where(of_introduction))
        theirs = (notices.c.about == row.about) & (notices.c.person == handle) & notices.c.onboarding.is_(None)
        newest = select(notices.c.addressee).where(theirs).order_by(notices.c.id.desc()).limit(1)
        addressee = connection.scalar(newest) if handle and handle != row.person else None
        if addressee is None:
            return None
        owner = Person.model_validate(addressee)
        to_owner = undeliverable(
            notice_of(row),
            Person.model_validate(row.addressee),
            owner,
            reason=reason,
            key=f"{row.about}/undeliverable/{row.id}",
            at=at,
            introduction=row.about,
        )
        add(connection, notices, [{**notice_row(to_owner, onboarding=None, now=self._clock()), "addressee": owner}])
        return owner.id

    def _pointless(self, connection: Connection, row: Row[Any]) -> str | None:
        return pointless(connection, row, now=self._clock(), morning_after=self._morning_after)

    def _message_id(self, row: Row[Any]) -> str:
        digest = hashlib.sha256(f"{row.onboarding}\n{row.key}".encode()).hexdigest()
        return f"<{digest[:32]}@{self._mail_domain}>"

    def _note(self, connection: Connection, row: Row[Any], kind: str, *, at: datetime, **data: str) -> None:
        """A row of the journal about what became of the notice. It holds the person's id, never an address.

        The house keeps no journal: what became of its own notices stands with them.
        """
        if row.onboarding is not None:
            add(connection, journal, [self._noted(row, kind, at=at, **data)])

    def _noted(self, row: Row[Any], kind: str, *, at: datetime, **data: str) -> Mapping[str, Any]:
        facts = {"person": row.person, "channel": row.channel, "notice": row.key, "about": row.about, **data}
        noted = JournalRow(key=f"{kind}/{row.id}", at=at, kind=kind, about=row.kind, data=facts)
        return journal_row(row.onboarding, noted, now=self._clock())


class _Asked(NamedTuple):
    """What a sender asks for: to take up a notice, to write the receipt of the one before, or both."""

    id: int | None
    now: datetime
    held_until: datetime | None = None
    after: Went | None = None


def _held_together(connection: Connection, ids: Sequence[int]) -> Mapping[int, Row[Any]]:
    """Those notices by their ids, kept from others until the end of the transaction."""
    return {row.id: row for row in connection.execute(HELD_TOGETHER, {"ids": ids})} if ids else {}


def _beside_and_apart(each: Sequence[_Asked], held: Mapping[int, Row[Any]]) -> tuple[list[int], list[int]]:
    """Which of what is asked for may be looked at together, and what is looked at one after the other, by number.

    Apart is what others may travel with, or who gets more than one: what becomes of the first counts for the next.
    """
    beside: list[int] = []
    apart: list[int] = []
    readers = set()
    for number, one in enumerate(each):
        if (row := held.get(one.id or 0)) is None:
            continue
        alone = row.kind != DIGEST and (row.joins_from is None or row.message_id is not None)
        reader = (row.onboarding, row.person)
        (beside if alone and reader not in readers else apart).append(number)
        readers.add(reader)
    return beside, apart


def _written(connection: Connection, receipts: Mapping[int, Receipt]) -> Sequence[Row[Any]]:
    """Write these receipts of notices, and return the notices that had none yet. Of several it is asked before."""
    sent = [_as_sent(id, receipt) for id, receipt in receipts.items()]
    if len(sent) == 1:
        return connection.execute(WENT, sent[0]).all()
    rows = connection.execute(GONE, {"ids": [*receipts]}).all()
    _settle_all(connection, [one for one in sent if one["of"] in {row.id for row in rows}])
    return rows


def _as_sent(id: int, receipt: Receipt) -> Mapping[str, Any]:
    """The values of a notice that went."""
    return {
        "of": id,
        "state": "sent",
        "reason": None,
        "message_id": receipt.message_id,
        "place": receipt.place,
        "sent_at": receipt.at,
        "subject": receipt.subject or None,
        "text": without_tokens(receipt.text) or None,
    }


def _settle_all(connection: Connection, each: Sequence[Mapping[str, Any]]) -> None:
    """Write values of notices, the same of each, whose ids are `of`. To the driver, one by itself is less work."""
    if each:
        connection.execute(SETTLING, each if len(each) > 1 else each[0])


def add_of_the_house(connection: Connection, mails: Sequence[tuple[Notice, Person]], *, now: datetime) -> None:
    """Add notices that belong to no onboarding; one whose key is there already changes nothing."""
    rows = [{**notice_row(notice, onboarding=None, now=now), "addressee": person} for notice, person in mails]
    add(connection, notices, rows)


def _nameless(handle: str) -> Person:
    """Somebody of whom the onboarding keeps no more than the id: what is written to them is refused in turn."""
    return Person(id=handle, name="", email="", side="vendor", role="csm")


def _held(connection: Connection, id: int) -> Row[Any] | None:
    """The notice, kept from others until the end of the transaction."""
    return connection.execute(HELD, {"id": id}).one_or_none()


def _rests(row: Row[Any], now: datetime, held_until: datetime) -> bool:
    """Whether it rests, or is in the hand of another sender.

    What was taken until that very moment is in the asking one's own: the answer to its taking was lost on the way.
    """
    if row.rests_until is None or row.rests_until <= now:
        return False
    return row.reason is not None or bool(row.rests_until != held_until)


def _settle(connection: Connection, row: Row[Any], **values: Any) -> None:
    connection.execute(SETTLING, {"of": row.id, **values})


def _up_to_date(connection: Connection, notice: Notice) -> Notice:
    """A welcome without what waited for its reader when it was written, before a weekend, and was settled since."""
    waits = notice.facts.get("waits") if notice.kind == "contact_welcome" else None
    if not waits:
        return notice
    open_ones = [
        one
        for one in waits
        if connection.scalar(MILESTONE, {"onboarding": notice.onboarding, "key": one.get("milestone")})
        in (None, "open")
    ]
    return notice.model_copy(update={"facts": {**notice.facts, "waits": open_ones}})


def _was_written_to(connection: Connection, row: Row[Any]) -> bool:
    """Whether the reader of that notice got any message of the onboarding before."""
    return connection.scalar(WRITTEN_TO, {"onboarding": row.onboarding, "person": row.person}) is not None
