"""Who has an account at the desk, and for how long is somebody signed in? On both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from domain.roles import StaffMember
from domain.team import Team
from store.staff import FIRST_FOR, AddressTaken, SqlStaff, StaffAccount
from store.staff_sessions import IDLE, LONGEST, SqlStaffSessions
from store.tables import staff_links, staff_sessions
from tests.support import databases
from tests.support.databases import NOON
from tests.support.parts import STAFF

empty_database, database, engine = databases.empty_database, databases.database, databases.engine
HASH = "$argon2id$of-tests"
TEAM: Team = STAFF()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def staff(engine: Engine, clock: Clock) -> SqlStaff:
    return SqlStaff(engine, clock=clock)


@pytest.fixture
def sessions(engine: Engine, clock: Clock) -> SqlStaffSessions:
    return SqlStaffSessions(engine, clock=clock)


@pytest.fixture
def grace(staff: SqlStaff) -> StaffAccount:
    return staff.add(address="Grace.Lee@vendor.test", name="Grace Lee", handle="grace.lee", role="administrator")


def entered(sessions: SqlStaffSessions, account: StaffAccount) -> Callable[[], StaffMember | None]:
    """Who is signed in by a new session of that account, as often as it is asked."""
    token = sessions.enter(account.id, way="password", agent="Firefox")
    return lambda: sessions.visit(token, TEAM)


def test_of_what_lets_somebody_in_only_the_hash_is_kept(
    staff: SqlStaff, sessions: SqlStaffSessions, grace: StaffAccount, engine: Engine
) -> None:
    """Whoever reads the database comes in by nothing of it."""
    secrets = [staff.link(grace.id), sessions.enter(grace.id, way="password", agent="")]

    with engine.connect() as connection:
        rows = [str(connection.execute(select(table)).mappings().one()) for table in (staff_links, staff_sessions)]
    assert all(secret not in row for secret in secrets for row in rows)


def test_one_address_has_one_account_and_one_handle_one_person(staff: SqlStaff, grace: StaffAccount) -> None:
    """What the journal says was done by somebody was done by nobody else."""
    other = staff.add(address="grace.lee@elsewhere.test", name="Grace Lee", handle="grace.lee", role="viewer")

    with pytest.raises(AddressTaken):
        staff.add(address="GRACE.LEE@VENDOR.TEST", name="Grace", handle="grace", role="viewer")
    assert ["grace.lee", "grace.lee-2"] == [grace.handle, other.handle]


def test_nobody_acts_under_the_handle_that_the_directory_gave_to_somebody_else(
    staff: SqlStaff, sessions: SqlStaffSessions
) -> None:
    """An account was there first, and the directory took on a colleague of that handle later."""
    member = TEAM.members[0]
    stranger = staff.add(address="somebody@elsewhere.test", name="Somebody", handle=member.handle, role="csm")
    known = staff.add(address=member.email.upper(), name="as it was typed", handle="typed", role="csm")

    assert [f"staff-account-{stranger.id}", member.handle] == [
        signed_in.handle for account in (stranger, known) if (signed_in := entered(sessions, account)()) is not None
    ]


def test_the_first_administrator_is_made_once(staff: SqlStaff, clock: Clock) -> None:
    """However many links for that were printed: with the first of them all are done."""
    late, link, other = staff.link(None), staff.link(None), staff.link(None)
    clock.now += FIRST_FOR
    assert staff.link_of(late) is None

    clock.now -= timedelta(seconds=1)
    made = staff.be_first(link, HASH, address="grace@vendor.test", name="Grace", handle="grace")
    again = staff.be_first(other, HASH, address="mallory@vendor.test", name="Mallory", handle="mallory")

    assert made is not None
    assert (again, ["administrator"]) == (None, [one.role for one in staff.all()])
    assert staff.password_of("Grace@vendor.test") == (made, HASH)


def test_a_link_to_choose_a_password_is_good_once_and_ends_the_one_before(staff: SqlStaff, grace: StaffAccount) -> None:
    """It was forwarded, or lies in a chat: nobody comes in by it later."""
    lost, link = staff.link(grace.id), staff.link(grace.id)

    chosen = [staff.choose_by_link(one, HASH) for one in (lost, link, link)]

    assert [None, grace.id, None] == chosen


def test_a_session_ends_after_a_night_without_a_look_and_after_a_week(
    sessions: SqlStaffSessions, grace: StaffAccount, clock: Clock
) -> None:
    idle = entered(sessions, grace)
    clock.now += IDLE - timedelta(seconds=1)
    assert idle() is not None
    clock.now += IDLE
    assert idle() is None

    busy, began = entered(sessions, grace), clock.now
    while clock.now + IDLE / 2 < began + LONGEST:
        clock.now += IDLE / 2
        assert busy() is not None
    clock.now = began + LONGEST
    assert busy() is None


def test_a_new_password_ends_what_was_entered_by_the_old_one(
    staff: SqlStaff, sessions: SqlStaffSessions, grace: StaffAccount
) -> None:
    """But not the browser in which it was chosen."""
    here, there = entered(sessions, grace), entered(sessions, grace)
    link = staff.link(grace.id)
    me = here()
    assert me is not None

    staff.choose_password(grace.id, HASH, but=me.session)

    assert here() is not None
    assert (None, None) == (there(), staff.link_of(link))


def test_a_role_counts_at_once_and_the_last_administrator_stays(
    staff: SqlStaff, sessions: SqlStaffSessions, grace: StaffAccount
) -> None:
    """Somebody has to be able to let others in."""
    other = staff.add(address="b@vendor.test", name="B", handle="b", role="administrator")
    theirs = entered(sessions, other)

    assert staff.set_role(other.id, "viewer")
    assert theirs() is None, "a role that was taken away counts in no open browser"
    assert not staff.set_role(grace.id, "manager")
    assert not staff.close(grace.id)


def test_a_closed_account_lets_nobody_in_and_an_opened_one_takes_a_new_password(
    staff: SqlStaff, sessions: SqlStaffSessions, grace: StaffAccount
) -> None:
    """Who left keeps no key."""
    other = staff.add(address="b@vendor.test", name="B", handle="b", role="csm")
    staff.choose_password(other.id, HASH)
    theirs, link = entered(sessions, other), staff.link(other.id)

    staff.close(other.id)
    assert (None, None, None) == (theirs(), staff.link_of(link), staff.password_of("b@vendor.test"))

    staff.open_again(other.id)
    assert (None, None) == (theirs(), staff.password_of("b@vendor.test"))
    assert staff.choose_by_link(staff.link(other.id), HASH) == other.id
