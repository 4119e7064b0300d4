"""Which team do users belong to, and what is their role? Kept from the day on which it was said, counted by team."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from domain.measure.teams import WEEKS_BEFORE, WEEKS_SEEN, Before, Counted
from domain.usage import EPOCH, LISTED, MS_OF_A_DAY, UNGROUPED, Described, Said, Trait
from store.rows import insert_into
from store.tables import usage_people, usage_traits, usage_weeks
from store.usage_weeks import OF_A_WEEK, monday_of

ASKED_AT_ONCE = 1_000
"""Parameters of one query: SQLite takes 32,766, older versions 999."""

Key = tuple[int, str, str]


class Whose(NamedTuple):
    """A customer's users: of which `groups`, and from which day on (`since`) their use counts; None for all of it."""

    groups: Collection[str]
    since: date | None


def describe(connection: Connection, described: Iterable[Described]) -> int:
    """Store what was said of users where it is new, and return how many words changed.

    What is said again changes nothing; of two on one day the later one holds.
    """
    said = sorted((one for one in described if one.traits), key=lambda one: one.at)
    if not said:
        return 0
    history = _history(connection, {one.person for one in said})
    rows: dict[tuple[Key, int], tuple[str, int]] = {}
    for one in said:
        day = one.at // MS_OF_A_DAY
        for trait, word in one.traits.items():
            key = (one.person, trait, one.group_id)
            known = history.setdefault(key, [])
            if (_in_force(known, one.at) or "") != word:
                known.append((one.at, word))
                rows[key, day] = (word, one.at)
    insert = insert_into(connection, usage_traits)
    later = insert.on_conflict_do_update(
        index_elements=[column.name for column in usage_traits.primary_key],
        set_={"word": insert.excluded.word, "at": insert.excluded.at},
        where=usage_traits.c.at <= insert.excluded.at,
    )
    # Sorted: two that write the same users would otherwise wait for each other.
    if rows:
        names = ("person", "trait", "group_id", "day", "word", "at")
        connection.execute(
            later, [dict(zip(names, (*key, day, *rows[key, day]), strict=True)) for key, day in sorted(rows)]
        )
    return len(rows)


def listed(connection: Connection, group: str) -> set[int]:
    """Who stands on the list that is kept under that group."""
    row = usage_traits.c
    query = select(row.person, row.word).where(row.group_id == group, row.trait == LISTED)
    last = {one.person: one.word for one in connection.execute(query.order_by(row.day, row.at))}
    return {person for person, word in last.items() if word}


def counted_by(
    connection: Connection, whose: Whose, trait: Trait, *, until: date, core: Mapping[str, int]
) -> Sequence[Counted]:
    """What the users of each team did up to the Sunday `until`; those without a team under an empty word.

    `core` are the bits of the features that count.
    """
    members = _members(connection, whose, trait, until)
    monday = _number(until) + 1 - OF_A_WEEK
    did: dict[int, int] = {}
    in_week = set[int]()
    for row in connection.execute(_seen(whose, until, weeks=WEEKS_BEFORE)):
        did[row.person] = did.get(row.person, 0) | row.features
        if row.week == monday:
            in_week.add(row.person)
    began = _began(connection, whose, until)
    return [
        Counted(
            word=word,
            people=len(people),
            ever=len(people & began.keys()),
            week=len(people & in_week),
            month=len(people & did.keys()),
            features={key: sum(bool(did.get(person, 0) & bit) for person in people) for key, bit in core.items()},
            begun=Counter(day for person in people if (day := began.get(person)) is not None),
        )
        for word, people in members.items()
    ]


def week_before(connection: Connection, whose: Whose, trait: Trait, *, until: date) -> Sequence[Before]:
    """The users of each team, as it was then, in the whole week that ends four weeks before the Sunday `until`."""
    then = until - timedelta(weeks=WEEKS_BEFORE)
    if whose.since is not None and then < whose.since:
        return ()
    users = {row.person for row in connection.execute(_seen(whose, then, weeks=1))}
    members = _members(connection, whose, trait, then)
    return [Before(word, len(people), len(people & users)) for word, people in members.items()]


def _members(connection: Connection, whose: Whose, trait: Trait, until: date) -> Mapping[str, set[int]]:
    """The customer's people as of that Sunday, by the word of each; an empty one where nobody has said any.

    They are those who used the product in the weeks before, and those on a list.
    """
    seen = _seen(whose, until, weeks=WEEKS_SEEN).with_only_columns(usage_weeks.c.person).distinct()
    of_the_list = _words(connection, LISTED, until, usage_traits.c.group_id.in_(whose.groups))
    people = {*connection.scalars(seen), *(person for person, word in of_the_list.items() if word)}
    theirs = usage_traits.c.group_id.in_((*whose.groups, UNGROUPED))
    on_a_list = select(usage_traits.c.person).where(
        usage_traits.c.group_id.in_(whose.groups), usage_traits.c.trait == LISTED
    )
    candidates = or_(usage_traits.c.person.in_(seen), usage_traits.c.person.in_(on_a_list))
    words = _words(connection, trait, until, and_(theirs, candidates))
    members: dict[str, set[int]] = {}
    for person in people:
        members.setdefault(words.get(person, ""), set()).add(person)
    return members


def _words(connection: Connection, trait: Said, until: date, wanted: ColumnElement[bool]) -> Mapping[int, str]:
    """The words that held on that Sunday, by person. What was said first holds for the time before it, too."""
    row, sunday = usage_traits.c, _number(until)
    said = select(row.person, row.word, row.day).where(row.trait == trait, wanted)
    words: dict[int, str] = {}
    for person, word, day in connection.execute(said.order_by(row.day, row.at, row.group_id)):
        if day <= sunday:
            words[person] = word
        else:
            words.setdefault(person, word)
    return words


def _began(connection: Connection, whose: Whose, until: date) -> Mapping[int, int | None]:
    """How many days after the close each of their users was first seen; None where use counts without one."""
    row, since = usage_people.c, whose.since
    first = select(row.person, func.min(row.first_day)).where(row.group_id.in_(whose.groups), row.first_day <= until)
    if since is not None:
        first = first.where(row.last_day >= since)
    rows = connection.execute(first.group_by(row.person))
    return {person: max((day - since).days, 0) if since is not None else None for person, day in rows}


def _seen(whose: Whose, until: date, *, weeks: int) -> Select[int, int, int]:
    """What their users did in so many weeks up to that Sunday, and since the close."""
    week = usage_weeks.c
    last = _number(until) + 1 - OF_A_WEEK
    within = week.week.between(last - (weeks - 1) * OF_A_WEEK, last)
    theirs = select(week.person, week.week, week.features).where(week.group_id.in_(whose.groups), within)
    if whose.since is None:
        return theirs
    close = _number(whose.since)
    monday = monday_of(close)
    days_since = (1 << OF_A_WEEK) - (1 << (close - monday))
    return theirs.where(or_(week.week > monday, and_(week.week == monday, week.days.op("&")(days_since) != 0)))


def _history(connection: Connection, people: Collection[int]) -> dict[Key, list[tuple[int, str]]]:
    """What was said of those people: when, and which word."""
    asked, history = sorted(people), dict[Key, list[tuple[int, str]]]()
    row = usage_traits.c
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[start : start + ASKED_AT_ONCE]
        for one in connection.execute(select(usage_traits).where(row.person.in_(some))):
            history.setdefault((one.person, one.trait, one.group_id), []).append((one.at, one.word))
    return history


def _in_force(known: Sequence[tuple[int, str]], at: int) -> str | None:
    """The word that was said last by then; None where nothing was."""
    before = sorted((one for one in known if one[0] <= at), key=lambda one: one[0])
    return before[-1][1] if before else None


def _number(day: date) -> int:
    return (day - EPOCH.date()).days
