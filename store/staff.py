"""Which of our people have an account at the desk, in which role, and by which links do they choose a password?"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.roles import Role
from domain.text import Language, folded
from domain.wire import Instant, Wire
from store.engine import read_connection, wall_clock, write_transaction
from store.links import FORM, hashed
from store.staff_sessions import end_all
from store.tables import staff_accounts, staff_links

FIRST_FOR = timedelta(days=1)
"""The link that makes the first administrator: whoever has just started the program is about to look at it."""
INVITED_FOR = timedelta(days=7)
"""A link by which somebody chooses a password: a week of holiday fits, and a forgotten mail is no way in for ever."""


class StaffAccount(Wire):
    """An account without its password. `time_zone` is the one that its person has chosen, None for the directory's."""

    id: int
    address: str
    name: str
    handle: str
    role: Role
    has_password: bool
    issuer: str | None = None
    time_zone: str | None = None
    created_at: Instant
    closed_at: Instant | None = None


class StaffLink(Wire):
    """A link by which somebody chooses a password; without `staff` it makes the first administrator."""

    id: int
    staff: StaffAccount | None


class AddressTaken(Exception):
    """There is an account with that address already: the administrator opens that one again, or takes another."""


def link_at(address: str, token: str) -> str:
    """The address of a link by which somebody chooses a password; `address` is that of the pages."""
    return f"{address.rstrip('/')}/desk/link/{token}"


class SqlStaff:
    """The accounts of the desk, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def all(self) -> Sequence[StaffAccount]:
        """Every account, closed ones too, by name."""
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(staff_accounts).order_by(staff_accounts.c.name, staff_accounts.c.id))
            return [_account(row) for row in rows]

    def by_address(self, address: str) -> StaffAccount | None:
        """The account with that mail address, closed ones too."""
        with read_connection(self._engine) as connection:
            of_it = staff_accounts.c.address == folded(address)
            row = connection.execute(select(staff_accounts).where(of_it)).one_or_none()
        return None if row is None else _account(row)

    def by_identity(self, issuer: str, subject: str) -> StaffAccount | None:
        """The account of whom an identity provider knows by that subject, closed ones too."""
        theirs = (staff_accounts.c.issuer == issuer) & (staff_accounts.c.subject == subject)
        with read_connection(self._engine) as connection:
            row = connection.execute(select(staff_accounts).where(theirs)).one_or_none()
        return None if row is None else _account(row)

    def bind(self, id: int, *, issuer: str, subject: str) -> bool:
        """From now on the account is that identity's, and its password is good no more; False where it is another's."""
        nobodys = (staff_accounts.c.id == id) & staff_accounts.c.issuer.is_(None)
        with write_transaction(self._engine) as connection:
            return self._bind(connection, id, nobodys, issuer=issuer, subject=subject)

    def bind_by_link(self, token: str, *, issuer: str, subject: str) -> int | None:
        """Bind the account of that link, once, whosever it was before; None for a link that is not good.

        None, too, where the identity has another account: it keeps that one.
        """
        with write_transaction(self._engine) as connection:
            link = self._link(connection, token, lock=True)
            if link is None or link.staff is None:
                return None
            id = link.staff.id
            theirs = (staff_accounts.c.issuer == issuer) & (staff_accounts.c.subject == subject)
            others = connection.scalars(select(staff_accounts.c.id).where(theirs, staff_accounts.c.id != id)).first()
            if others is not None:
                return None
            self._bind(connection, id, staff_accounts.c.id == id, issuer=issuer, subject=subject)
            return id

    def _bind(self, connection: Connection, id: int, which: Any, *, issuer: str, subject: str) -> bool:
        theirs = {"issuer": issuer, "subject": subject, "password": None}
        bound = connection.execute(update(staff_accounts).where(which).values(theirs)).rowcount > 0
        if bound:
            end_all(connection, id, now=self._clock())
            _end_links(connection, id)
        return bound

    def get(self, id: int) -> StaffAccount | None:
        with read_connection(self._engine) as connection:
            row = connection.execute(select(staff_accounts).where(staff_accounts.c.id == id)).one_or_none()
        return None if row is None else _account(row)

    def password_of(self, address: str) -> tuple[int, str] | None:
        """Number and password's hash of the open account with that address; None where nobody signs in so."""
        wanted = (staff_accounts.c.address == folded(address)) & staff_accounts.c.closed_at.is_(None)
        columns = (staff_accounts.c.id, staff_accounts.c.password)
        with read_connection(self._engine) as connection:
            row = connection.execute(select(*columns).where(wanted)).one_or_none()
        return None if row is None or row.password is None else (row.id, row.password)

    def add(self, *, address: str, name: str, handle: str, role: Role) -> StaffAccount:
        """Create an account without a password. Of a handle that another account has, a numbered one. Raises
        AddressTaken."""
        with write_transaction(self._engine) as connection:
            return _add(connection, address=address, name=name, handle=handle, role=role, now=self._clock())

    def correct(self, id: int, *, address: str, name: str) -> None:
        """Give the account another address or name, and end its sessions. Raises AddressTaken.

        The address decides whose account it is: by it the staff directory knows its person, and names them.
        """
        with write_transaction(self._engine) as connection:
            try:
                of_it = update(staff_accounts).where(staff_accounts.c.id == id)
                connection.execute(of_it.values(address=folded(address), name=name))
            except IntegrityError:
                raise AddressTaken from None
            end_all(connection, id, now=self._clock())
            _end_links(connection, id)

    def set_role(self, id: int, role: Role) -> bool:
        """Give the account that role and end its sessions; False where it would leave no administrator."""
        return self._change(id, last_one=role != "administrator", role=role)

    def close(self, id: int) -> bool:
        """Close the account, end its sessions and its links; False where it would leave no administrator."""
        return self._change(id, last_one=True, closed_at=self._clock())

    def open_again(self, id: int) -> None:
        """Open a closed account; a password has to be chosen anew."""
        with write_transaction(self._engine) as connection:
            of_it = update(staff_accounts).where(staff_accounts.c.id == id)
            connection.execute(of_it.values(closed_at=None, password=None))

    def choose_password(self, id: int, password: str, *, but: int | None = None) -> None:
        """Keep the hash of a new password; every session ends but that one, and so does every open link."""
        with write_transaction(self._engine) as connection:
            self._set_password(connection, id, password, but=but)

    def prefer(self, id: int, *, language: Language | None, time_zone: str | None, shortcuts: bool) -> None:
        """How the account's person reads, and whether keys do something."""
        with write_transaction(self._engine) as connection:
            of_it = update(staff_accounts).where(staff_accounts.c.id == id)
            connection.execute(of_it.values(language=language, time_zone=time_zone, shortcuts=shortcuts))

    # --- links

    def has_administrator(self) -> bool:
        with read_connection(self._engine) as connection:
            return _administrators(connection) > 0

    def link(self, staff: int | None) -> str:
        """A new link by which that account's person chooses a password, or the first administrator is made.

        An account's link before it is good no more. Raises IntegrityError where there is no such account.
        """
        now, token = self._clock(), secrets.token_urlsafe(32)
        good_for = FIRST_FOR if staff is None else INVITED_FOR
        row = {"hash": hashed(token), "staff": staff, "created_at": now, "expires_at": now + good_for}
        with write_transaction(self._engine) as connection:
            if staff is not None:
                _end_links(connection, staff)
            connection.execute(insert(staff_links).values(row))
        return token

    def link_of(self, token: str) -> StaffLink | None:
        """What that link is for; None where it is unknown, used or too old, or what it is for has been done."""
        if not FORM.fullmatch(token):
            return None
        with read_connection(self._engine) as connection:
            return self._link(connection, token)

    def choose_by_link(self, token: str, password: str) -> int | None:
        """Keep the hash of a password that is chosen by a link, once; the account, None where the link is not good."""
        with write_transaction(self._engine) as connection:
            link = self._link(connection, token, lock=True)
            if link is None or link.staff is None:
                return None
            self._set_password(connection, link.staff.id, password)
            return link.staff.id

    def be_first(self, token: str, password: str, *, address: str, name: str, handle: str) -> int | None:
        """Make the first administrator by the link for that, once; None where it is not good. Raises AddressTaken."""
        with write_transaction(self._engine) as connection:
            link = self._link(connection, token, lock=True)
            if link is None or link.staff is not None:
                return None
            now = self._clock()
            made = _add(connection, address=address, name=name, handle=handle, role="administrator", now=now)
            self._set_password(connection, made.id, password)
            _end_links(connection, None)
            return made.id

    def _link(self, connection: Connection, token: str, *, lock: bool = False) -> StaffLink | None:
        now = self._clock()
        wanted = select(staff_links).where(
            staff_links.c.hash == hashed(token), staff_links.c.used_at.is_(None), staff_links.c.expires_at > now
        )
        row = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
        if row is None:
            return None
        if row.staff is None:
            return None if _administrators(connection) else StaffLink(id=row.id, staff=None)
        account = connection.execute(select(staff_accounts).where(staff_accounts.c.id == row.staff)).one()
        return None if account.closed_at is not None else StaffLink(id=row.id, staff=_account(account))

    def _set_password(self, connection: Connection, id: int, password: str, *, but: int | None = None) -> None:
        connection.execute(update(staff_accounts).where(staff_accounts.c.id == id).values(password=password))
        end_all(connection, id, now=self._clock(), but=but)
        _end_links(connection, id)

    def _change(self, id: int, *, last_one: bool, **values: Any) -> bool:
        with write_transaction(self._engine) as connection:
            # The administrators are locked together, in one order: two who take each other's role leave one.
            held = select(staff_accounts.c.id).where(IS_ADMINISTRATOR).order_by(staff_accounts.c.id).with_for_update()
            administrators = connection.scalars(held).all()
            if last_one and [id] == list(administrators):
                return False
            connection.execute(update(staff_accounts).where(staff_accounts.c.id == id).values(values))
            end_all(connection, id, now=self._clock())
            if "closed_at" in values:
                _end_links(connection, id)
        return True


IS_ADMINISTRATOR = (staff_accounts.c.role == "administrator") & staff_accounts.c.closed_at.is_(None)


def _administrators(connection: Connection) -> int:
    counted = select(func.count()).select_from(staff_accounts).where(IS_ADMINISTRATOR)
    return connection.execute(counted).scalar_one()


def _add(connection: Connection, *, address: str, name: str, handle: str, role: Role, now: datetime) -> StaffAccount:
    taken = connection.scalars(select(staff_accounts.c.handle).where(staff_accounts.c.handle.startswith(handle))).all()
    row = {
        "address": folded(address),
        "name": name,
        "handle": next(one for one in _numbered(handle) if one not in taken),
        "role": role,
        "shortcuts": True,
        "created_at": now,
    }
    try:
        made = connection.execute(insert(staff_accounts).values(row).returning(staff_accounts)).one()
    except IntegrityError:
        raise AddressTaken from None
    return _account(made)


def _numbered(handle: str) -> Sequence[str]:
    return [handle, *(f"{handle}-{number}" for number in range(2, 1000))]


def _end_links(connection: Connection, staff: int | None) -> None:
    of_it = staff_links.c.staff.is_(None) if staff is None else staff_links.c.staff == staff
    connection.execute(delete(staff_links).where(of_it))


def _account(row: Row[Any]) -> StaffAccount:
    return StaffAccount.model_validate({**row._mapping, "has_password": row.password is not None})
