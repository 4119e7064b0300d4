"""How is the use of the product stored? Thousands of events in one transaction, each once, with its user's group."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, Engine, delete, select, update

from domain.usage import NOBODY, UNGROUPED, Described, Joined, Usage, UsageEvent, number_of
from store.engine import write_transaction
from store.rows import add_tuples, insert_into
from store.tables import (
    IS_UNGROUPED,
    usage_events,
    usage_fresh,
    usage_members,
    usage_people,
    usage_traits,
    usage_weeks,
)
from store.usage_traits import describe

MOST_IN_A_GROUP = 5_000
"""The most events in one transaction: they take a tenth of a second, in which nobody else writes on SQLite."""
ASKED_AT_ONCE = 1_000
"""Parameters of one query: SQLite takes 32,766, older versions 999."""


class SqlUsage:
    """Stores what customers' users do in the product. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, usage: Sequence[Usage]) -> None:
        """Store events, memberships and traits in one transaction, and note which days of groups are to be counted.

        An event whose key is stored already changes nothing; of a user's memberships the latest holds.
        """
        described = [one for one in usage if isinstance(one, Described)]
        joined = [one for one in usage if isinstance(one, Joined)]
        joined += [Joined(one.person, one.group_id, one.at) for one in described if one.group_id != UNGROUPED]
        events = [one for one in usage if isinstance(one, UsageEvent)]
        with write_transaction(self._engine) as connection:
            describe(connection, described)
            days = _join(connection, joined) if joined else set()
            events = _grouped(connection, events)
            # Sorted: two processes that write the same batch would otherwise wait for each other.
            add_tuples(connection, usage_events, sorted(events))
            days.update((event.group_id, event.day) for event in events if event.group_id != UNGROUPED)
            _remember(connection, days)

    def erase(self, users: Collection[str]) -> int | None:
        """Forget who did what: of those users, by the ids that the product sends, no row is left; returns how many
        weeks of use were theirs, and None where nothing was known of any of them.

        What they did stays as something that somebody did. A product that goes on sending them brings them back.
        """
        people = sorted({number_of(user) for user in users})
        with write_transaction(self._engine) as connection:
            weeks = connection.execute(delete(usage_weeks).where(usage_weeks.c.person.in_(people))).rowcount
            of_users = (usage_people, usage_members, usage_traits)
            changes = [delete(table).where(table.c.person.in_(people)) for table in of_users]
            theirs = update(usage_events).where(usage_events.c.person.in_(people)).values(person=NOBODY)
            known = [connection.execute(change).rowcount for change in (*changes, theirs)]
            return weeks if weeks or any(known) else None


def _join(connection: Connection, joined: Iterable[Joined]) -> set[tuple[str, int]]:
    """Store which group each user belongs to, and give the group what its users did before that was known.

    Returns group and day of the events that changed hands.
    """
    last = {one.person: one for one in sorted(joined, key=lambda one: one.at)}
    insert = insert_into(connection, usage_members)
    newer = insert.on_conflict_do_update(
        index_elements=["person"],
        set_={"group_id": insert.excluded.group_id, "at": insert.excluded.at},
        where=usage_members.c.at <= insert.excluded.at,
    )
    # Sorted: two that write the same users would otherwise wait for each other.
    connection.execute(newer, [last[person]._asdict() for person in sorted(last)])
    days: set[tuple[str, int]] = set()
    for person, one in sorted(last.items()):
        theirs = update(usage_events).where(IS_UNGROUPED, usage_events.c.person == person)
        moved = connection.execute(theirs.values(group_id=one.group_id).returning(usage_events.c.day))
        days.update((one.group_id, day) for day in moved.scalars())
    return days


def _grouped(connection: Connection, events: Sequence[UsageEvent]) -> list[UsageEvent]:
    """The events, with the group of their users where they do not name one."""
    unknown = {event.person for event in events if event.group_id == UNGROUPED and event.person != NOBODY}
    if not unknown:
        return list(events)
    groups = _groups_of(connection, unknown)
    return [
        event if event.group_id else event._replace(group_id=groups.get(event.person, UNGROUPED)) for event in events
    ]


def _groups_of(connection: Connection, people: Collection[int]) -> Mapping[int, str]:
    asked, groups = sorted(people), dict[int, str]()
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[start : start + ASKED_AT_ONCE]
        query = select(usage_members.c.person, usage_members.c.group_id).where(usage_members.c.person.in_(some))
        groups |= {row.person: row.group_id for row in connection.execute(query)}
    return groups


def _remember(connection: Connection, days: Iterable[tuple[str, int]]) -> None:
    # The update locks the row until we commit: whoever counts meanwhile sees that this day is not finished.
    again = "(group_id, day) DO UPDATE SET writes = usage_fresh.writes + excluded.writes"
    add_tuples(connection, usage_fresh, [(group, day, 1) for group, day in sorted(days)], otherwise=again)
