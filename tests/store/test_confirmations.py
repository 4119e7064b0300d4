"""Does the store know which of its youngest rows Temporal may not know, and can it take one back without a trace?"""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select

from activities.ports import Confirmations
from domain.record import JournalRow, Receipt, Task, Unconfirmed, Writing
from store import reads
from store.confirmations import LONGEST_REST, SHORTEST_REST, SqlConfirmations
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.tables import journal
from tests.support import databases
from tests.support.databases import NOON, dossier, happened, issue, notice, standing

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
REACHED = "fact/milestone_reached/met/0123456789ab"
AFTER = timedelta(seconds=5)
SOON = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAYS = timedelta(days=3)


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    """A ledger in which one onboarding is admitted."""
    ledger = SqlLedger(engine, clock=lambda: NOON)
    ledger.admit(dossier(), run="run-1")
    return ledger


@pytest.fixture
def confirmations(engine: Engine) -> SqlConfirmations:
    return SqlConfirmations(engine, after=AFTER, clock=lambda: NOON + AFTER)


def news(news_id: str = "n-1", *, task: int = 10, update: str = "reach_milestone") -> Unconfirmed:
    return Unconfirmed(update=update, body={"milestone": "met"}, news_id=news_id, run="run-1", task=task)


def task(number: int, *seen: str, run: str = "run-1") -> Task:
    return Task(run=run, task=number, seen=seen)


def reached(ledger: SqlLedger, *, number: int = 10) -> None:
    """A turn that writes of a milestone, in that workflow task."""
    row = happened(REACHED, kind="milestone_reached", about="met")
    told = notice(f"{REACHED}/milestone_reached/project_lead", kind="milestone_reached")
    ledger.write(
        Writing(
            onboarding=ONE,
            journal=(row,),
            notices=(told,),
            unconfirmed={REACHED: news(task=number)},
            task=task(number, "n-1"),
        )
    )


def later_turn(ledger: SqlLedger, task: Task) -> None:
    ledger.write(Writing(onboarding=ONE, standing=standing(), task=task))


def waiting(confirmations: Confirmations) -> int:
    return len(confirmations.ready(now=NOON + AFTER, most=10))


def kinds(engine: Engine) -> list[str]:
    return [row.kind for row in reads.journal(engine, ONE)]


def test_a_row_waits_for_its_confirmation_and_not_before_its_time(
    ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """Its caller may repeat the news first, or a later turn confirm it."""
    reached(ledger)

    [seq] = confirmations.ready(now=NOON + AFTER, most=10)
    row = confirmations.take(seq)
    assert [] == confirmations.ready(now=NOON + AFTER - SOON, most=10)
    assert NOON + AFTER == confirmations.next_ready(after=NOON)
    assert row is not None
    assert (ONE, "milestone_reached", news()) == (row.onboarding, row.kind, row.news)


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        (task(11, "n-1"), 0),
        (task(3, "n-1", run="run-2"), 0),
        (task(10, "n-1"), 1),  # the task that wrote of it: it may be thrown away yet
        (task(11, "n-2"), 1),  # a later task whose state does not know it
    ],
)
def test_only_a_later_task_that_knows_the_news_confirms_it(
    ledger: SqlLedger, confirmations: SqlConfirmations, shown: Task, left: int
) -> None:
    reached(ledger)

    later_turn(ledger, shown)

    assert left == waiting(confirmations)


def test_news_that_comes_again_is_confirmed_by_a_task_after_its_last_try(
    ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """The first try was thrown away, so what came after it shows nothing."""
    reached(ledger, number=10)
    reached(ledger, number=12)

    later_turn(ledger, task(12, "n-1"))
    assert 1 == waiting(confirmations)

    later_turn(ledger, task(13, "n-1"))
    assert 0 == waiting(confirmations)


def test_what_is_taken_back_leaves_a_row_that_says_so_and_no_message(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    reached(ledger)
    [seq] = confirmations.ready(now=NOON + AFTER, most=10)

    confirmations.take_back(seq, news(), reason="already reached")
    confirmations.take_back(seq, news(), reason="already reached")

    [told] = [row for row in reads.journal(engine, ONE) if row.kind == "taken_back"]
    assert "milestone_reached" not in kinds(engine)
    assert {"key": REACHED, "kind": "milestone_reached", "reason": "already reached"} == told.data
    assert ["withdrawn"] == [one.state for one in reads.notices(engine)]
    assert confirmations.take(seq) is None


AGAIN = "fact/milestone_reached/met/ba9876543210"


def reached_again(ledger: SqlLedger, *, also: tuple[JournalRow, ...] = (), task: Task) -> None:
    """A turn that writes of the same milestone, told under another id."""
    row = happened(AGAIN, kind="milestone_reached", about="met")
    told = notice(f"{AGAIN}/milestone_reached/project_lead", kind="milestone_reached")
    unconfirmed = {AGAIN: news("n-2", task=task.task)}
    ledger.write(Writing(onboarding=ONE, journal=(*also, row), notices=(told,), unconfirmed=unconfirmed, task=task))


def reopened(number: int = 1) -> JournalRow:
    return happened(f"fact/milestone_reopened/met/{number}", kind="milestone_reopened", about="met")


@pytest.mark.parametrize("seen", [("n-2",), ("n-2", "n-1")])
def test_who_told_it_under_another_id_stands_for_the_first(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations, seen: tuple[str, ...]
) -> None:
    """As somebody at a command line does. Its own id may come after all, and says nothing new by then."""
    reached(ledger)
    receipt = Receipt(message_id="<1@vendor.test>", place="mail/1.eml", at=NOON)
    SqlOutbox(engine, mail_domain="vendor.test").sent(reads.notices(engine)[0].id, receipt)

    reached_again(ledger, task=task(11, *seen))

    assert [AGAIN] == [row.key for row in reads.journal(engine, ONE) if row.kind != "notice_sent"]
    [told] = reads.notices(engine)
    assert (f"{AGAIN}/milestone_reached/project_lead", "sent") == (told.key, told.state), "nobody hears of it again"
    assert 1 == waiting(confirmations)
    later_turn(ledger, task(12, *seen))
    assert 0 == waiting(confirmations)


def test_who_wrote_too_late_is_the_twin_of_who_was_first(ledger: SqlLedger, confirmations: SqlConfirmations) -> None:
    """The worker hung; meanwhile somebody else told the same, and the first caller came again, too."""
    reached_again(ledger, task=task(10, "n-2"))
    later_turn(ledger, task(11, "n-2"))
    row = happened(REACHED, kind="milestone_reached", about="met")
    before = standing(as_of=NOON - SOON)
    unconfirmed = {REACHED: news(task=11)}
    ledger.write(
        Writing(onboarding=ONE, journal=(row,), standing=before, unconfirmed=unconfirmed, task=task(11, "n-1"))
    )

    [seq] = confirmations.ready(now=NOON + AFTER, most=10)

    assert confirmations.has_a_twin(seq)


def test_what_was_undone_in_between_happened_twice(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """A milestone that was reopened is reached again: neither row is the other's twin."""
    reached(ledger)

    reached_again(ledger, also=(reopened(),), task=task(10, "n-1"))

    [seq] = confirmations.ready(now=NOON + AFTER, most=10)
    assert not confirmations.has_a_twin(seq)
    assert 2 == kinds(engine).count("milestone_reached")


def test_an_issue_with_a_number_of_ours_is_no_twin_of_another_that_got_it(
    ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """It is told again and gets a new number; taken back as a twin, it would be lost."""
    for name in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        key = f"fact/issue_raised/issue-7/{name}"
        row = happened(key, kind="issue_raised", about="issue-7", data={"title": name, "severity": "normal"})
        raised = news(name, update="raise_issue")
        ledger.write(Writing(onboarding=ONE, journal=(row,), unconfirmed={key: raised}, task=task(10, name)))

    [seq] = confirmations.ready(now=NOON + AFTER, most=10)

    assert not confirmations.has_a_twin(seq)


@pytest.mark.parametrize("again", [10, 12], ids=["by the same task", "by a later task"])
def test_news_that_comes_at_another_moment_when_it_is_tried_again_stands_with_that(
    again: int, engine: Engine, ledger: SqlLedger
) -> None:
    """The onboarding counts from its last try; journal, register and read model must not say otherwise."""
    key = "fact/issue_raised/T-1/0123456789ab"
    for number, at in ((10, NOON), (again, NOON + AFTER)):
        row = happened(key, kind="issue_raised", about="T-1", data={"title": "Slow", "severity": "low"}, at=at)
        ledger.write(
            Writing(
                onboarding=ONE,
                journal=(row,),
                registers=(issue("T-1", at=at),),
                unconfirmed={key: news(update="raise_issue", task=number)},
                task=task(number, "n-1"),
            )
        )

    [row] = reads.journal(engine, ONE)
    assert [NOON + AFTER] * 2 == [row.at, *(one.at for one in ledger.registers(ONE))]


def test_a_row_that_was_confirmed_too_early_stands_with_the_moment_of_the_last_try(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """A worker whose task a restarted server no longer knows may say that it knows the news: it is taken once more.

    Then journal and register said different moments.
    """

    def resolved(at: datetime, *, number: int) -> Writing:
        row = happened("fact/issue_resolved/t-1/x", kind="issue_resolved", about="t-1", at=at)
        told = news(task=number, update="resolve_issue")
        entry = issue("t-1", status="resolved", at=at)
        return Writing(
            onboarding=ONE, journal=(row,), registers=(entry,), unconfirmed={row.key: told}, task=task(number, "n-1")
        )

    ledger.write(resolved(NOON, number=10))
    [seq] = confirmations.ready(now=NOON + AFTER, most=10)
    confirmations.confirm(seq)
    ledger.write(resolved(NOON, number=10))
    settled = waiting(confirmations)
    ledger.write(resolved(NOON + SOON, number=10))

    [row] = [row for row in reads.journal(engine, ONE) if row.kind == "issue_resolved"]
    [entry] = ledger.registers(ONE)
    assert row.at == entry.at == NOON + SOON
    assert (0, 1) == (settled, waiting(confirmations))


def test_an_onboarding_that_does_not_answer_rests_as_long_again(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """A hundred that Temporal has lost would keep all others from being confirmed."""
    reached(ledger)
    [seq] = confirmations.ready(now=NOON + AFTER, most=10)
    rests_until = []

    for waited in (AFTER, MINUTE, DAYS):
        now = NOON + waited
        SqlConfirmations(engine, after=AFTER, clock=partial(max, now, NOON)).postpone(seq)
        again = confirmations.next_ready(after=now)
        assert again is not None
        assert [] == confirmations.ready(now=again - SOON, most=10)
        assert [seq] == confirmations.ready(now=again, most=10)
        rests_until.append(again - now)

    assert [SHORTEST_REST, MINUTE, LONGEST_REST] == rests_until


def test_two_wins_are_no_twins(ledger: SqlLedger, confirmations: SqlConfirmations) -> None:
    """They are about nothing that has a name, and each of them is true."""
    for number, told in enumerate(("aaaaaaaaaaaa", "bbbbbbbbbbbb")):
        key = f"fact/win_recorded/{told}"
        data = {"title": "Quicker", "slot": 30, "baseline": None, "result": None}
        row = happened(key, kind="win_recorded", data=data)
        won = news(f"n-{number}", update="record_win")
        ledger.write(Writing(onboarding=ONE, journal=(row,), unconfirmed={key: won}, task=task(10, "n")))

    [seq] = confirmations.ready(now=NOON + AFTER, most=10)

    assert not confirmations.has_a_twin(seq)


def test_of_each_onboarding_the_oldest_news_is_told_first(ledger: SqlLedger, confirmations: SqlConfirmations) -> None:
    """What follows from it would be refused before it."""
    reached(ledger)
    key = "fact/milestone_reached/later/ba9876543210"
    row = happened(key, kind="milestone_reached", about="later")
    ledger.write(Writing(onboarding=ONE, journal=(row,), unconfirmed={key: news("n-2")}, task=task(10, "n-1", "n-2")))

    [first] = confirmations.ready(now=NOON + AFTER, most=10)
    confirmations.confirm(first)
    [second] = confirmations.ready(now=NOON + AFTER, most=10)

    assert first < second


def test_what_came_once_more_meanwhile_is_not_taken_back(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """The caller's own repetition was taken, right after ours had been refused."""
    reached(ledger, number=10)
    [seq] = confirmations.ready(now=NOON + AFTER, most=10)
    reached(ledger, number=12)

    confirmations.take_back(seq, news(task=10), reason="not yet")

    assert ["milestone_reached"] == kinds(engine)


def test_a_run_that_is_brought_back_begins_with_the_whole_journal(
    ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """It was lived through again from these rows, and remembers the id of none."""
    reached(ledger)

    ledger.readmit(ONE, run="run-2")

    assert 0 == waiting(confirmations)


def test_an_ending_that_is_taken_back_lets_messages_wait_again(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """They were withdrawn for good with the ending that never was."""
    ended = "fact/ended/0123456789ab"
    ledger.write(Writing(onboarding=ONE, notices=(notice(),), standing=standing()))
    ledger.write(
        Writing(
            onboarding=ONE,
            journal=(happened(ended, kind="ended", data={"ending": "churned"}),),
            standing=standing(status="churned", ending="churned", ended_at=NOON),
            unconfirmed={ended: news(update="end_onboarding")},
            task=task(10, "n-1"),
        )
    )
    [seq] = confirmations.ready(now=NOON + AFTER, most=10)
    assert ["withdrawn"] == [one.state for one in reads.notices(engine)]

    confirmations.take_back(seq, news(update="end_onboarding"), reason="it was resumed")

    assert ["waiting"] == [one.state for one in reads.notices(engine)]


def test_an_ending_that_was_told_twice_and_holds_lets_nothing_go(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """The first try was lost and its caller came again: the onboarding has ended all the same."""
    first, second = "fact/ended/0123456789ab", "fact/ended/ba9876543210"
    ledger.write(Writing(onboarding=ONE, notices=(notice(),), standing=standing()))
    for key in (first, second):
        ledger.write(
            Writing(
                onboarding=ONE,
                journal=(happened(key, kind="ended", data={"ending": "churned"}),),
                standing=standing(status="churned", ending="churned", ended_at=NOON),
                unconfirmed={key: news(key, update="end_onboarding")},
                task=task(10),
            )
        )
    [seq] = confirmations.ready(now=NOON + AFTER, most=10)

    confirmations.take_back(seq, news(first, update="end_onboarding"), reason="this onboarding has ended (churned)")

    assert ["withdrawn"] == [one.state for one in reads.notices(engine)]


def test_an_issue_that_got_another_number_is_in_the_register_once(engine: Engine, ledger: SqlLedger) -> None:
    """The first try called it issue-7; meanwhile that number was given to another one that somebody raised."""
    first, second, other = (
        f"fact/issue_raised/{name}" for name in ("issue-7/aaaaaaaaaaaa", "issue-8/aaaaaaaaaaaa", "issue-7/bbbbbbbbbbbb")
    )
    for key, told, number in ((first, "n-1", 10), (other, "n-2", 11), (second, "n-1", 11)):
        about = key.split("/")[2]
        title = "Login fails" if told == "n-1" else "No sound"
        row = happened(key, kind="issue_raised", about=about, data={"severity": "normal", "title": title})
        raised = news(told, task=number, update="raise_issue")
        ledger.write(
            Writing(
                onboarding=ONE,
                journal=(row,),
                registers=(issue(about, title=title),),
                unconfirmed={key: raised},
                task=task(number, told),
            )
        )

    rows = [(row.about, row.data["title"]) for row in reads.journal(engine, ONE) if row.kind == "issue_raised"]
    assert [("issue-7", "No sound"), ("issue-8", "Login fails")] == sorted(rows)
    assert {"issue-7": "No sound", "issue-8": "Login fails"} == {row.key: row.title for row in ledger.registers(ONE)}


def test_rows_without_news_behind_them_are_never_asked_about(
    engine: Engine, ledger: SqlLedger, confirmations: SqlConfirmations
) -> None:
    """What came by itself comes again by itself: timers and signals are in Temporal's history before anything is."""
    ledger.write(Writing(onboarding=ONE, journal=(happened(),), task=task(10)))

    assert 0 == waiting(confirmations)
    with engine.connect() as connection:
        assert [None] == list(connection.scalars(select(journal.c.unconfirmed)))
