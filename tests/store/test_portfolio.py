"""Does the portfolio show who needs somebody first, page by page, by any filter, on SQLite and PostgreSQL alike?"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, event, update

from domain.record import Writing
from store import portfolio
from store.census import SqlCensus
from store.desk_views import MOST_VIEWS, TooManyViews, drop_view, keep_view, views_of
from store.engine import write_transaction
from store.ledger import SqlLedger
from store.portfolio import Filter, Unreadable
from store.search_texts import fill_search_texts
from store.tables import onboardings, search_texts
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, OWNER, standing
from tests.support.desk_data import drawn, work

database = databases.database
engine = databases.engine

DAY = timedelta(days=1)


EVERYTHING = Filter()


def found(engine: Engine, wanted: Filter = EVERYTHING) -> list[str]:
    page = portfolio.page(engine, wanted, now=NOON, limit=50)
    return [line.onboarding.removeprefix("onboarding-file-") for line in page.lines]


def test_who_needs_somebody_most_comes_first_and_of_these_what_is_due_longest(engine: Engine) -> None:
    drawn(engine, "1", work(due=NOON + DAY))
    drawn(engine, "2", work(due=NOON - DAY), need="behind")
    drawn(engine, "3", work(due=NOON - 2 * DAY), need="behind")
    drawn(engine, "4", need="stuck")
    drawn(engine, "5", ending="churned", ended_at=NOON, need="ended")

    assert ["4", "3", "2", "1"] == found(engine)
    assert ["5"] == found(engine, Filter(ended=True))


def test_pages_follow_each_other_without_a_gap(engine: Engine) -> None:
    """Also where several are due at the same moment."""
    for number in "12345":
        drawn(engine, number, work())

    first = portfolio.page(engine, Filter(), now=NOON, limit=2)
    second = portfolio.page(engine, Filter(), now=NOON, limit=2, after=first.after)
    last = portfolio.page(engine, Filter(), now=NOON, limit=2, after=second.after)

    everyone = [line.onboarding[-1] for page in (first, second, last) for line in page.lines]
    assert list("12345") == everyone
    assert "" == last.after


@pytest.mark.parametrize("after", ["x", "bnVsbA", "WzEsMl0", "W1tdLCJ4IiwieSJd", "é"])
def test_a_cursor_that_is_none_is_said_to_be(engine: Engine, after: str) -> None:
    with pytest.raises(Unreadable):
        portfolio.page(engine, Filter(), now=NOON, limit=2, after=after)


def test_a_row_says_what_waits_for_whom(engine: Engine) -> None:
    drawn(engine, "1", work("uat", person=LEAD.id, side="customer"), shown={"slip": 4, "ends_by": NOON + 90 * DAY})

    line = portfolio.page(engine, Filter(), now=NOON, limit=2).lines[0]

    assert line.first is not None
    assert ("uat", "Lee Lead", 4, NOON + 90 * DAY) == (line.first.key, line.name, line.slip, line.ends_by)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(need=("stuck",)), ["2"]),
        (Filter(owner="jonas"), ["2"]),
        (Filter(owner="nobody"), []),
        (Filter(playbook="small"), ["2", "1"]),
        (Filter(stage="begin"), ["2", "1"]),
        (Filter(stage="later"), []),
        (Filter(go_live_within=30), ["1"]),
        (Filter(go_live_within=3), []),
    ],
)
def test_filters_leave_the_others_out(engine: Engine, wanted: Filter, numbers: list[str]) -> None:
    drawn(engine, "1", go_live_due=NOON + 20 * DAY)
    drawn(engine, "2", owner="jonas", need="stuck")

    assert numbers == found(engine, wanted)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("精工", ["2"]),
        ("アオゾラ", ["2"]),
        ("ｱｵｿﾞﾗ", ["2"]),
        ("lindenau", ["1"]),
        ("nden", ["1"]),
        ("li mö", ["1"]),
        ("Lee", ["1", "2"]),
        ("lee@customer", ["1", "2"]),
        ("100%", []),
        ("_", []),
        ("nothing like it", []),
    ],
)
def test_a_customer_is_found_by_its_name_its_people_and_its_deal(engine: Engine, text: str, numbers: list[str]) -> None:
    drawn(engine, "1", account="Lindenau Möbelwerke GmbH")
    drawn(engine, "2", account="株式会社アオゾラ精工")

    assert numbers == found(engine, Filter(text=text))


def test_a_deal_is_found_by_its_number_also_once_it_has_ended(engine: Engine) -> None:
    drawn(engine, "0065g00000XyZ", need="ended", ending="churned", ended_at=NOON)

    assert ["0065g00000XyZ"] == found(engine, Filter(text="65g000"))


def test_customers_of_before_are_found_once_their_texts_are_filled_in(engine: Engine) -> None:
    drawn(engine, "1", account="Lindenau")
    with write_transaction(engine) as connection:
        connection.execute(delete(search_texts))

    before = found(engine, Filter(text="lindenau"))
    filled = fill_search_texts(engine, most=10)

    assert ([], 1, ["1"]) == (before, filled, found(engine, Filter(text="lindenau")))
    assert 0 == fill_search_texts(engine, most=10)


def test_counts_are_those_of_each_need(engine: Engine) -> None:
    drawn(engine, "1", need="stuck", go_live_due=NOON + DAY)
    drawn(engine, "2", need="behind", owner="jonas")
    drawn(engine, "3", need="ended", ending="churned", ended_at=NOON)

    every = portfolio.counts(engine, Filter(), now=NOON)
    jonas = portfolio.counts(engine, Filter(owner="jonas"), now=NOON)

    assert (2, 1, 1, 0, 1) == tuple(every[one] for one in ("open", "stuck", "behind", "on_track", "go_live"))
    assert (1, 0, 1) == tuple(jonas[one] for one in ("open", "stuck", "behind"))
    assert ["jonas", OWNER.id] == sorted(portfolio.owners(engine))
    assert ["small"] == portfolio.playbooks(engine)


def test_a_page_asks_no_question_for_each_row(engine: Engine) -> None:
    asked: list[str] = []
    for number in range(12):
        drawn(engine, f"{number}", work(person=LEAD.id, side="customer"))
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    portfolio.page(engine, Filter(), now=NOON, limit=12)

    assert len(asked) <= 3


def test_what_an_older_version_wrote_is_known_to_be_undrawn(engine: Engine) -> None:
    """Until its next turn, or a repair, the desk shows of it what it had."""
    drawn(engine, "1", work())
    census = SqlCensus(engine)
    current = census.undrawn_since("onboarding-file-1")
    SqlLedger(engine).write(Writing(onboarding="onboarding-file-1", standing=standing(as_of=NOON + HOUR)))

    assert (None, NOON + HOUR) == (current, census.undrawn_since("onboarding-file-1"))


def test_what_was_agreed_is_looked_up_after_an_older_workers_turn(engine: Engine) -> None:
    """In between people may have agreed to another plan; else the read model knows it."""
    drawn(engine, "1", shown={"agreed_go_live": NOON.date()})
    ledger = SqlLedger(engine)
    kept = ledger.basis("onboarding-file-1", []).dossier.agreed_go_live
    with write_transaction(engine) as connection:
        connection.execute(update(onboardings).values(as_of=NOON + HOUR))

    assert (NOON.date(), None) == (kept, ledger.basis("onboarding-file-1", []).dossier.agreed_go_live)


def test_views_are_kept_by_name_and_shared_by_choice(engine: Engine) -> None:
    keep_view(engine, "mika", name="Late ones", query="need=behind", shared=False, now=NOON)
    keep_view(engine, "mika", name="Late ones", query="need=stuck", shared=True, now=NOON)
    keep_view(engine, "jonas", name="Hidden", query="", shared=False, now=NOON)

    seen = views_of(engine, "jonas")

    assert [("Hidden", ""), ("Late ones", "need=stuck")] == [(one.name, one.query) for one in seen]
    assert ["Late ones"] == [one.name for one in views_of(engine, "mika")]
    assert not drop_view(engine, "jonas", seen[1].id)
    assert drop_view(engine, "mika", seen[1].id)
    assert ["Hidden"] == [one.name for one in views_of(engine, "jonas")]


def test_nobody_keeps_views_without_end(engine: Engine) -> None:
    for number in range(MOST_VIEWS):
        keep_view(engine, "mika", name=f"{number}", query="", shared=False, now=NOON)

    with pytest.raises(TooManyViews):
        keep_view(engine, "mika", name="one more", query="", shared=False, now=NOON)

    assert MOST_VIEWS == len(views_of(engine, "mika"))
