"""Do lists and pages show what there is: all of it, once, and the one that was meant?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, update
from structlog.testing import capture_logs

from domain.record import StageRow, Writing
from domain.trouble import UnknownOnboarding
from store import reads
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.tables import deals
from tests.support import databases
from tests.support.databases import NOON, deal, dossier, happened, issue, milestone, notice, standing

database = databases.database
engine = databases.engine


def admit(engine: Engine, number: str, *, account: str = "Aozora", source: str = "file", **more: Any) -> str:
    """Admit an onboarding with that standing."""
    ledger = SqlLedger(engine)
    of = dossier(deal(number, account=account, source=source))
    ledger.admit(of, run="run-1")
    ledger.write(Writing(onboarding=of.onboarding, standing=standing(**more)))
    return of.onboarding


def stage(key: str, status: Any) -> StageRow:
    return StageRow(key=key, title=key, status=status, opens_on="2026-09-01", closes_on="2026-09-09")


def ids(page: reads.PortfolioPage) -> list[str]:
    return [line.onboarding for line in page.lines]


def test_a_line_says_since_when_something_is_overdue(engine: Engine) -> None:
    """As of its last turn: optional and settled milestones, and those of what has ended, are late for nobody."""
    day = timedelta(days=1)
    due = {"a": NOON - 2 * day, "b": NOON - 5 * day, "c": NOON - 9 * day, "d": NOON - 9 * day}
    rows = [
        milestone("a", due=due["a"]),
        milestone("b", due=due["b"]),
        milestone("c", due=due["c"], optional=True),
        milestone("d", due=due["d"], status="reached"),
    ]
    endings: dict[str, dict[str, Any]] = {"1": {}, "2": {"ending": "churned", "ended_at": NOON}}
    for number, more in endings.items():
        of = dossier(deal(number))
        SqlLedger(engine).admit(of, run="run-1")
        SqlLedger(engine).write(Writing(onboarding=of.onboarding, standing=standing(*rows, **more)))

    assert [due["b"], None] == [line.late_since for line in reads.portfolio(engine).lines]


def test_the_last_news_is_what_people_and_systems_told(engine: Engine) -> None:
    """What came by itself, and what another onboarding was told, is not among it."""
    one, two = admit(engine, "1"), admit(engine, "2")
    rows = [happened("by itself"), *(happened(f"told {number}", via="cli") for number in range(3))]
    for onboarding in (one, two):
        SqlLedger(engine).write(Writing(onboarding=onboarding, journal=tuple(rows)))

    assert ["told 2", "told 1"] == [entry.key for entry in reads.news(engine, one, limit=2)]
    assert 3 == len(reads.news(engine, one, limit=9))


def test_the_list_can_be_narrowed(engine: Engine) -> None:
    """The list is filtered by status, open stage, owner, lateness, and whether it is open; also by several at once."""
    begun: dict[str, Any] = {"stages": (stage("begin", "open"), stage("end", "ahead"))}
    ending: dict[str, Any] = {"stages": (stage("begin", "closed"), stage("end", "open"))}
    one = admit(engine, "1", status="behind", late=("met",), **begun)
    two = admit(engine, "2", owner="noa", **ending)
    three = admit(engine, "3", status="churned", ending="churned", ended_at=NOON, **begun)

    assert [one, two, three] == ids(reads.portfolio(engine))
    assert [one] == ids(reads.portfolio(engine, status="behind"))
    assert [two] == ids(reads.portfolio(engine, stage="end"))
    assert [two] == ids(reads.portfolio(engine, owner="noa"))
    assert [one] == ids(reads.portfolio(engine, late_only=True))
    assert [one, two] == ids(reads.portfolio(engine, open_only=True))
    assert [] == ids(reads.portfolio(engine, owner="noa", late_only=True))
    assert (one, two) == reads.open_onboardings(engine)


def test_pages_are_complete_though_lines_change_between_them(engine: Engine) -> None:
    """A status that changes while somebody reads moves no line to another page."""
    expected = [admit(engine, str(number)) for number in range(5)]

    first = reads.portfolio(engine, limit=2)
    SqlLedger(engine).write(Writing(onboarding=expected[0], standing=standing(status="paused")))
    SqlLedger(engine).write(Writing(onboarding=expected[4], standing=standing(status="behind")))
    second = reads.portfolio(engine, limit=2, after=first.after)
    third = reads.portfolio(engine, limit=2, after=second.after)

    assert expected == ids(first) + ids(second) + ids(third)
    assert third.after is None


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A store with 23 onboardings of all sorts."""
    folder: Path = tmp_path_factory.mktemp("crowd")
    url = f"sqlite:///{folder / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    for number in range(23):
        late = ("met",) if number % 3 else ()
        admit(
            engine, str(number), late=late, owner=("mika", "noa")[number % 2], source=("file", "crm")[number % 5 == 0]
        )
    yield engine
    engine.dispose()


@settings(deadline=None)
@given(limit=st.integers(1, 30), owner=st.sampled_from([None, "mika", "noa", "nobody"]), late_only=st.booleans())
def test_every_page_size_shows_every_line_once(crowd: Engine, limit: int, owner: str | None, late_only: bool) -> None:
    """No line is shown twice and none is left out, whatever the filter."""
    expected = ids(reads.portfolio(crowd, owner=owner, late_only=late_only, limit=1000))
    shown: list[str] = []
    pages: list[int] = []
    after: str | None = None

    while not pages or after is not None:
        page = reads.portfolio(crowd, owner=owner, late_only=late_only, limit=limit, after=after)
        shown += ids(page)
        pages.append(len(page.lines))
        after = page.after

    assert expected == shown
    assert all(size == limit for size in pages[:-1])


def test_an_unknown_onboarding_is_said_to_be_unknown(engine: Engine) -> None:
    """An unknown onboarding is not shown as an empty one."""
    with pytest.raises(UnknownOnboarding, match="onboarding-file-9"):
        reads.one(engine, "onboarding-file-9")


def test_the_journal_is_read_in_the_order_of_writing(engine: Engine) -> None:
    """Either the whole journal is read, or the entries about one thing."""
    one = admit(engine, "1")
    ledger = SqlLedger(engine)
    ledger.write(Writing(onboarding=one, journal=(happened("b", about="met"), happened("a"))))
    ledger.write(Writing(onboarding=one, journal=(happened("c", about="met"),)))

    assert ["b", "a", "c"] == [entry.key for entry in reads.journal(engine, one)]
    assert ["b", "c"] == [entry.key for entry in reads.journal(engine, one, about="met")]


def test_notices_are_read_by_onboarding_and_state(engine: Engine) -> None:
    """Notices come with the receiver's name; when there are too many, the newest come."""
    one, two = admit(engine, "1"), admit(engine, "2")
    ledger = SqlLedger(engine)
    ledger.write(Writing(onboarding=one, notices=(notice("a"), notice("b"))))
    ledger.write(Writing(onboarding=two, notices=(notice("c", of=two, to="stranger"),)))

    assert ["a", "b", "c"] == [line.key for line in reads.notices(engine)]
    assert [("a", "Lee Lead"), ("b", "Lee Lead")] == [(line.key, line.name) for line in reads.notices(engine, one)]
    assert [None] == [line.name for line in reads.notices(engine, two)]
    assert () == reads.notices(engine, state="sent")
    assert ["b", "c"] == [line.key for line in reads.notices(engine, limit=2)]


def test_one_onboarding_is_shown_with_all_its_parts(engine: Engine) -> None:
    """The rows of each register are in the order of time."""
    one = admit(engine, "1")
    SqlLedger(engine).write(Writing(onboarding=one, registers=(issue("z"), issue("a", at=NOON + databases.HOUR))))

    full = reads.one(engine, one)

    assert ("Aozora", ["met"], ["begin"]) == (
        full.account,
        [row.key for row in full.milestones],
        [row.key for row in full.stages],
    )
    assert ["z", "a"] == [row.key for row in full.registers]
    assert (None, 0) == (full.plan, full.revision)


def test_the_others_of_a_customer_are_found(engine: Engine) -> None:
    """The spelling of the customer's name does not matter; other customers' onboardings are left out."""
    first = admit(engine, "1", account="Lindenau Möbel")
    second = admit(engine, "2", account="LINDENAU MÖBEL", source="hubspot")
    admit(engine, "3", account="Lindenau")

    assert [second] == [line.onboarding for line in reads.also_of_account(engine, first)]
    assert [first] == [line.onboarding for line in reads.also_of_account(engine, second)]
    assert () == reads.also_of_account(engine, "onboarding-file-nobody")


def test_a_stored_deal_that_todays_rules_refuse_is_in_nobodys_way(engine: Engine) -> None:
    """Such a deal is left out; the log names it and its field, not the value."""
    first, second, broken = (admit(engine, id, account="Lindenau") for id in "123")
    sale = dossier(deal("9", account="Lindenau")).deal
    with engine.begin() as connection:
        body = dict(connection.execute(select(deals.c.body)).scalars().all()[0]) | {"closed_at": "SECRET"}
        connection.execute(update(deals).where(deals.c.onboarding == broken).values(body=body))

    with capture_logs() as logs:
        assert {first, second} == {other.onboarding for other in SqlLedger(engine).of_account(sale)}
        assert [second] == [line.onboarding for line in reads.also_of_account(engine, first)]
        assert () == reads.also_of_account(engine, broken)

    assert {("stored_deal_unreadable", broken, ("closed_at",))} == {
        (log["event"], log["onboarding"], tuple(log["fields"])) for log in logs
    }
    assert "SECRET" not in str(logs)


def test_a_deal_whose_onboarding_never_began_lends_nobody(engine: Engine) -> None:
    """The workflow may have refused such a deal."""
    began = admit(engine, "1", account="Lindenau")
    SqlLedger(engine).keep_deal("onboarding-file-2", deal("2", account="Lindenau"))

    assert [began] == [other.onboarding for other in SqlLedger(engine).of_account(deal("9", account="Lindenau"))]


def test_a_namesake_with_a_host_of_public_mail_is_looked_at(engine: Engine) -> None:
    """This holds also for a deal that was stored before the host was known as one of public mail."""
    first = admit(engine, "1", account="Lindenau")
    with engine.begin() as connection:
        connection.execute(update(deals).values(account_domain="gmail.com"))
    domain = {"domain": "example.jp"}
    sale = deal("9", account="Lindenau")
    sale = sale.model_copy(update={"account": sale.account.model_copy(update=domain)})

    assert [first] == [other.onboarding for other in SqlLedger(engine).of_account(sale)]


@pytest.mark.parametrize(
    "typed", ["onboarding-file-42", "file-42", "42", "aozora", "AOZORA Ｓｅｉｋｏ", "精工", "100%", "straße", "STRASSE"]
)
def test_an_onboarding_is_found_by_what_people_type(engine: Engine, typed: str) -> None:
    """People type its id, the deal's id, or part of the name in any case and width."""
    meant = admit(engine, "42", account="Aozora Seiko 株式会社アオゾラ精工 100% Hauptstraße")
    admit(engine, "43", account="Other 1000")

    assert meant == reads.resolve(engine, typed)


def test_what_could_be_several_is_answered_with_the_candidates(engine: Engine) -> None:
    """With the candidates the next try can be exact."""
    for source in ("file", "crm"):
        admit(engine, "42", account="Aozora", source=source)

    for typed in ("42", "aozora"):
        with pytest.raises(reads.UnclearOnboarding, match=r"onboarding-crm-42 \(Aozora\), onboarding-file-42"):
            reads.resolve(engine, typed)


@pytest.mark.parametrize("typed", ["", "   ", "nobody", "onboarding-file-4", "%", "_"])
def test_what_fits_nothing_is_unknown(engine: Engine, typed: str) -> None:
    """An empty text does not mean the only onboarding there is."""
    admit(engine, "42")

    with pytest.raises(UnknownOnboarding):
        reads.resolve(engine, typed)


def test_lists_and_the_sender_find_their_rows_by_index(crowd: Engine) -> None:
    """None of their queries reads or sorts all rows of all years."""
    outbox = SqlOutbox(crowd, mail_domain="vendor.test")
    asked: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        asked.append((call[2], call[3]))

    event.listen(crowd, "before_cursor_execute", note)
    narrowed: list[dict[str, Any]] = [{"status": "x"}, {"owner": "x"}, {"late_only": True}, {"open_only": True}, {}]
    for filters in narrowed:
        reads.portfolio(crowd, after="a", **filters)
    reads.open_onboardings(crowd)
    outbox.ready("mail", now=NOON, most=10)
    outbox.next_ready("mail", after=NOON)
    event.remove(crowd, "before_cursor_execute", note)

    ways = [_way(crowd, *question) for question in asked if question[0].startswith("SELECT")]
    assert 8 == len(ways)
    assert [way for way in ways if "USING" not in way or "TEMP B-TREE" in way] == []


def _way(engine: Engine, statement: str, values: Any) -> str:
    """The query plan of SQLite."""
    with engine.connect() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    return " / ".join(step[3] for step in steps)
