"""Is an onboarding stored once, whole, and never twice?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from activities.ports import Ledger
from domain.calendar import WorkCalendar
from domain.deal import Note
from domain.plan import Plan, PlannedMilestone, PlannedStage, Reason
from domain.record import Writing
from domain.trouble import AlreadyOnboarded, UnknownOnboarding
from store import my_day, portfolio, reads
from store.engine import write_transaction
from store.ledger import SqlLedger
from store.tables import milestones, onboardings, playbooks
from tests.support import databases
from tests.support.databases import (
    HOUR,
    LEAD,
    NOON,
    OWNER,
    deal,
    dossier,
    happened,
    issue,
    milestone,
    notice,
    playbook,
    standing,
)
from tests.support.desk_data import attention, work

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    """A ledger in which one onboarding is admitted."""
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    return ledger


def plan(**more: Any) -> Plan:
    reason = Reason(kind="closed", on=NOON.date(), detail={"why": "a feast"})
    given: dict[str, Any] = {"on": NOON.date(), "due": NOON, **more}
    return Plan(
        milestones=(PlannedMilestone(key="met", stage="begin", reasons=(reason,), **given),),
        stages=(PlannedStage(key="begin", opens_on=NOON.date(), closes_on=NOON.date()),),
        hand_off_from=NOON,
        hand_off_by=NOON + HOUR,
    )


def test_the_ledger_fits_its_port(engine: Engine) -> None:
    """The type checker proves it here and in worker.py."""
    fitting: Ledger = SqlLedger(engine)

    assert fitting.load_by_owner() == {}


def test_a_dossier_comes_back_as_it_was(ledger: SqlLedger) -> None:
    """Deal, playbook, calendar and people come back validated, people in the order of their ids."""
    assert dossier() == ledger.dossier(ONE)


def test_the_same_run_admits_again_without_effect(ledger: SqlLedger) -> None:
    """An activity may be tried again; what it brings the second time does not count."""
    ledger.admit(dossier(deal(account="Another name")), run="run-1")

    assert "Aozora" == ledger.dossier(ONE).deal.account.name


def test_another_run_of_the_same_deal_is_told_so(ledger: SqlLedger) -> None:
    """Temporal may have forgotten the first run; the store has not."""
    with pytest.raises(AlreadyOnboarded):
        ledger.admit(dossier(), run="run-2")


def test_a_deal_is_onboarded_once_under_whatever_name(ledger: SqlLedger) -> None:
    """A foreign client may choose a workflow id of its own."""
    other = dossier().model_copy(update={"onboarding": "mine"})

    with pytest.raises(AlreadyOnboarded):
        ledger.admit(other, run="run-2")

    assert (ONE,) == reads.open_onboardings(ledger._engine)


def test_an_onboarding_has_one_deal(ledger: SqlLedger) -> None:
    """The same name for another deal is refused."""
    other = dossier(deal("2")).model_copy(update={"onboarding": ONE})

    with pytest.raises(AlreadyOnboarded):
        ledger.admit(other, run="run-1")


def test_of_two_runs_at_once_one_is_admitted(engine: Engine) -> None:
    """The other run is refused on every try."""
    ledger = SqlLedger(engine)

    def admit(run: int) -> bool:
        try:
            ledger.admit(dossier(), run=f"run-{run}")
        except AlreadyOnboarded:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        admitted = list(threads.map(admit, range(8)))

    assert 1 == admitted.count(True)


def test_a_deal_that_a_door_put_there_is_taken_up(engine: Engine) -> None:
    """The deal has no run until the onboarding itself comes for it."""
    ledger = SqlLedger(engine)
    ledger.keep_deal(ONE, deal())

    stored = ledger.kept_deal(ONE)
    assert stored is not None
    ledger.admit(dossier(stored), run="run-1")

    assert deal() == ledger.dossier(ONE).deal


def test_a_deal_that_only_lies_there_is_no_onboarding(engine: Engine) -> None:
    """Such a deal is not in the list, and asking for its dossier is refused."""
    ledger = SqlLedger(engine)
    ledger.keep_deal(ONE, deal())

    with pytest.raises(UnknownOnboarding):
        ledger.dossier(ONE)

    assert () == reads.portfolio(engine).lines


def test_the_last_deal_that_was_put_there_counts(engine: Engine) -> None:
    """Somebody may have corrected the deal in the CRM before the start."""
    ledger = SqlLedger(engine)
    ledger.keep_deal(ONE, deal(account="Aozroa"))
    ledger.keep_deal(ONE, deal(account="Aozora"))

    assert deal(account="Aozora") == ledger.kept_deal(ONE)


def test_a_deal_delivered_again_does_not_change_a_running_onboarding(ledger: SqlLedger) -> None:
    """Webhooks come late and twice."""
    ledger.keep_deal(ONE, deal(account="Another name"))

    assert deal() == ledger.kept_deal(ONE)


def test_there_is_no_deal_where_nobody_put_one(engine: Engine) -> None:
    """The answer is None and no error: a Temporal client may bring the deal along."""
    assert SqlLedger(engine).kept_deal(ONE) is None


def test_an_onboarding_keeps_the_playbook_it_began_with(ledger: SqlLedger) -> None:
    """Playbooks are stored by content: two versions under one key stand side by side, each once."""
    changed = dossier(deal("2")).model_copy(update={"playbook": playbook("A changed plan")})
    same = dossier(deal("3"))
    ledger.admit(changed, run="run-2")
    ledger.admit(same, run="run-3")

    titles = [ledger.dossier(f"onboarding-file-{number}").playbook.title for number in (1, 2, 3)]
    with ledger._engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(playbooks))

    assert ["A small plan", "A changed plan", "A small plan"] == titles
    assert 2 == count


def test_people_are_read_fresh(ledger: SqlLedger) -> None:
    """A new address reaches the next message, whatever is cached about the rest."""
    ledger.dossier(ONE)
    moved = LEAD.model_copy(update={"email": "lee@elsewhere.test"})
    new = LEAD.model_copy(update={"id": "champion"})

    ledger.write(Writing(onboarding=ONE, people=(moved, new)))

    assert (new, OWNER, moved) == ledger.dossier(ONE).people


def test_an_admitted_onboarding_is_listed_before_its_first_writing(ledger: SqlLedger) -> None:
    """An onboarding that gets stuck at the very beginning is seen."""
    [line] = reads.portfolio(ledger._engine).lines

    assert ("Aozora", "opening", None) == (line.account, line.status, line.as_of)


def test_a_writing_is_found_again_whole(ledger: SqlLedger) -> None:
    """Every part of the writing is read back as it was given."""
    shown = attention(work(), slip=2, ends_by=NOON + HOUR, agreed_go_live=NOON.date())
    stood = standing(milestone(reasons=({"kind": "counted", "on": "2026-09-06"},)), late=("met",), attention=shown)
    writing = Writing(
        onboarding=ONE,
        journal=(happened(by="mika", note="at last", data={"day": 1}),),
        notices=(notice(facts={"days": [1, 2]}),),
        standing=stood,
        registers=(issue(data={"severity": "high"}),),
        plan=plan(),
    )

    ledger.write(writing)

    full = reads.one(ledger._engine, ONE)
    given = {name: getattr(stood, name) for name in type(stood).model_fields if name != "attention"}
    assert given == {name: getattr(full, name) for name in given}
    assert (writing.registers, writing.plan, 1) == (full.registers, full.plan, full.revision)
    [line] = portfolio.page(ledger._engine, portfolio.Filter(), now=NOON, limit=1).lines
    at_the_desk = shown.model_dump(exclude={"work", "ahead"})
    assert at_the_desk == line.model_dump(include=set(at_the_desk))
    assert 1 == len(my_day.day_of(ledger._engine, OWNER.id, now=NOON, since=NOON, until=NOON + 2 * HOUR).due)
    [entry] = reads.journal(ledger._engine, ONE)
    assert writing.journal[0].model_dump() == entry.model_dump(exclude={"seq", "recorded_at"})
    [waiting] = reads.notices(ledger._engine)
    assert ({"days": [1, 2]}, "waiting", LEAD.name) == (waiting.facts, waiting.state, waiting.name)


def test_a_writing_again_has_no_effect(ledger: SqlLedger) -> None:
    """A local activity that timed out after its commit is tried again."""
    writing = Writing(
        onboarding=ONE,
        journal=(happened("a"), happened("b")),
        notices=(notice("a"), notice("b")),
        standing=standing(),
        registers=(issue(),),
        people=(OWNER,),
        plan=plan(),
    )
    ledger.write(writing)
    before = _all_of_it(ledger)

    ledger.write(writing)

    assert before == _all_of_it(ledger)


def test_what_stands_under_a_key_is_never_rewritten(ledger: SqlLedger) -> None:
    """Journal and outbox keep the first row; what is new in the second writing is written."""
    ledger.write(Writing(onboarding=ONE, journal=(happened(note="first"),), notices=(notice(facts={"n": 1}),)))
    again = (happened(note="second"), happened("later"))

    ledger.write(Writing(onboarding=ONE, journal=again, notices=(notice(facts={"n": 2}),)))

    entries = reads.journal(ledger._engine, ONE)
    assert [("opened", "first"), ("later", None)] == [(entry.key, entry.note) for entry in entries]
    assert [{"n": 1}] == [row.facts for row in reads.notices(ledger._engine)]


def test_two_onboardings_may_use_the_same_keys(ledger: SqlLedger) -> None:
    """Keys are unique within an onboarding only."""
    ledger.admit(dossier(deal("2")), run="run-2")

    for onboarding in (ONE, "onboarding-file-2"):
        ledger.write(Writing(onboarding=onboarding, journal=(happened(),), notices=(notice(of=onboarding),)))

    assert 2 == len(reads.notices(ledger._engine))
    assert 1 == len(reads.journal(ledger._engine, "onboarding-file-2"))


def test_half_of_a_writing_is_never_seen(ledger: SqlLedger) -> None:
    """A writing fails at its very last row: none of it is there, and the next try writes all of it."""
    broken = notice("broken").model_copy(update={"not_before": NOON.replace(tzinfo=None)})
    good = Writing(onboarding=ONE, journal=(happened(),), standing=standing(), registers=(issue(),), plan=plan())
    before = _all_of_it(ledger)

    with pytest.raises(Exception, match="naive"):
        ledger.write(good.model_copy(update={"notices": (notice(), broken)}))

    assert before == _all_of_it(ledger)
    ledger.write(good)
    assert before != _all_of_it(ledger)


def test_an_attempt_that_was_overtaken_does_not_turn_the_picture_back(ledger: SqlLedger) -> None:
    """A try that was given up arrives after the next occasion, and finds its rows already there."""
    first = Writing(
        onboarding=ONE, journal=(happened("a"),), standing=standing(milestone(status="open")), registers=(issue(),)
    )
    reached = standing(milestone(status="reached", at=NOON + HOUR), as_of=NOON + HOUR)
    ledger.write(first)
    ledger.write(Writing(onboarding=ONE, standing=reached, registers=(issue(status="resolved"),)))

    ledger.write(first)

    full = reads.one(ledger._engine, ONE)
    assert "reached" == full.milestones[0].status
    assert "resolved" == full.registers[0].status


def test_a_picture_of_the_same_moment_replaces_the_one_before(ledger: SqlLedger) -> None:
    """Several occasions may fall on one moment of business time."""
    ledger.write(Writing(onboarding=ONE, standing=standing(status="on_track")))
    ledger.write(Writing(onboarding=ONE, standing=standing(status="paused")))

    assert "paused" == reads.one(ledger._engine, ONE).status


def test_a_picture_that_is_as_it_was_is_not_read_again(ledger: SqlLedger) -> None:
    """Most news changes a row or none: the plan and thirty milestones need not be read for it."""
    asked: list[str] = []
    ledger.write(Writing(onboarding=ONE, standing=standing(), plan=plan()))
    event.listen(ledger._engine, "before_cursor_execute", lambda _c, _cursor, sql, *_: asked.append(sql))

    ledger.write(Writing(onboarding=ONE, standing=standing(as_of=NOON + HOUR), plan=plan()))

    assert NOON + HOUR == reads.one(ledger._engine, ONE).as_of
    writing = asked[: next(n for n, sql in enumerate(asked) if sql.startswith("UPDATE")) + 1]
    assert [] == [sql for sql in writing if "milestones" in sql or "stages " in sql or "plans" in sql]


def test_what_a_worker_of_the_version_before_has_drawn_is_noticed(ledger: SqlLedger) -> None:
    """That worker leaves our seals beside its own state: ours is written again although it is the same as before."""
    ours = standing(milestone(status="open"))
    ledger.write(Writing(onboarding=ONE, standing=ours, plan=plan()))
    with write_transaction(ledger._engine) as connection:
        connection.execute(milestones.update().values(status="reached", at=NOON))
        connection.execute(onboardings.update().values(as_of=NOON + HOUR))

    ledger.write(Writing(onboarding=ONE, standing=ours.model_copy(update={"as_of": NOON + 2 * HOUR}), plan=plan()))

    full = reads.one(ledger._engine, ONE)
    assert ("open", None, 1) == (full.milestones[0].status, full.milestones[0].at, full.revision)


def test_of_milestones_those_are_written_that_changed(ledger: SqlLedger) -> None:
    """None is read for it: each has a seal."""
    there = [milestone(key) for key in "abc"]
    ledger.write(Writing(onboarding=ONE, standing=standing(*there)))
    with write_transaction(ledger._engine) as connection:
        connection.execute(milestones.update().values(title="Untouched"))

    there[1] = milestone("b", title="New")
    ledger.write(Writing(onboarding=ONE, standing=standing(*there)))

    assert ["Untouched", "New", "Untouched"] == [row.title for row in reads.one(ledger._engine, ONE).milestones]


def test_seals_of_rows_count_only_beside_that_of_their_part(ledger: SqlLedger) -> None:
    """A worker of the version before knows the latter alone, and leaves the others beside rows that it has written."""
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone("a"), milestone("b"))))
    with write_transaction(ledger._engine) as connection:
        connection.execute(milestones.update().values(title="Theirs"))
        seals = connection.execute(select(onboardings.c.seals)).scalar_one()
        connection.execute(onboardings.update().values(seals={**seals, "milestones": "theirs"}))

    ledger.write(Writing(onboarding=ONE, standing=standing(milestone("a", title="Ours"), milestone("b"))))

    titles = [row.title for row in reads.one(ledger._engine, ONE).milestones]
    assert ["Ours", milestone("b").title] == titles


def test_milestones_keep_the_order_of_the_picture(ledger: SqlLedger) -> None:
    """The order may change, and milestones that are gone are deleted."""
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone("z"), milestone("a"), milestone("m"))))

    ledger.write(Writing(onboarding=ONE, standing=standing(milestone("m"), milestone("z", title="New"))))

    full = reads.one(ledger._engine, ONE)
    assert [("m", "m"), ("z", "New")] == [(row.key, row.title) for row in full.milestones]


def test_a_plan_is_a_new_revision_only_when_it_changed(ledger: SqlLedger) -> None:
    """Back to an earlier plan is a change too."""
    revisions = []
    for drafted in (plan(), plan(), plan(due=NOON + HOUR), plan()):
        ledger.write(Writing(onboarding=ONE, plan=drafted))
        revisions.append(reads.one(ledger._engine, ONE).revision)

    assert [1, 1, 2, 3] == revisions
    assert plan() == reads.one(ledger._engine, ONE).plan


def test_an_ending_withdraws_what_still_waits(ledger: SqlLedger) -> None:
    """Nobody gets a welcome with the goodbye; the message that the onboarding has ended still goes."""
    reminders = (notice("a", while_open="met"), notice("b"))
    ended = standing(status="churned", ending="churned", ended_at=NOON, next_key=None, next_due=None)
    ledger.write(Writing(onboarding=ONE, notices=reminders))

    ledger.write(Writing(onboarding=ONE, standing=ended, notices=(notice("c", kind="ended"),)))

    states = {row.key: (row.state, row.reason) for row in reads.notices(ledger._engine)}
    gone = ("withdrawn", "the onboarding has ended")
    assert {"a": gone, "b": gone, "c": ("waiting", None)} == states


def test_news_of_an_issue_is_laid_over_what_is_known_of_it(ledger: SqlLedger) -> None:
    """Whoever resolves it neither repeats its title nor how severe it was."""
    raised = issue(data={"severity": "high", "since": 1})
    resolved = issue(title="", status="resolved", at=NOON + HOUR, data={"severity": None, "by": "mika"})

    ledger.write(Writing(onboarding=ONE, registers=(raised,)))
    ledger.write(Writing(onboarding=ONE, registers=(resolved,)))

    expected = issue(status="resolved", at=NOON + HOUR, data={"severity": "high", "since": 1, "by": "mika"})
    assert [expected] == ledger.registers(ONE)
    assert [] == ledger.registers("onboarding-file-2")


def test_one_writing_may_tell_the_whole_story_of_an_issue(ledger: SqlLedger) -> None:
    """The issue was raised and resolved before anybody could write it down."""
    story = (issue(data={"severity": "high"}), issue(title="", status="resolved", data={"by": "mika"}), issue("b"))

    ledger.write(Writing(onboarding=ONE, registers=story))

    expected = issue(status="resolved", data={"severity": "high", "by": "mika"})
    assert [issue("b"), expected] == ledger.registers(ONE)


def test_nothing_is_written_about_an_onboarding_that_nobody_admitted(ledger: SqlLedger) -> None:
    """A retry does not help, and the caller learns it."""
    with pytest.raises(UnknownOnboarding):
        ledger.write(Writing(onboarding="onboarding-file-7", journal=(happened(),)))


def test_what_was_done_before_stands_in_the_journal(ledger: SqlLedger) -> None:
    """The keys of this onboarding alone are found."""
    ledger.admit(dossier(deal("2")), run="run-2")
    ledger.write(Writing(onboarding=ONE, journal=(happened("a"), happened("b"))))

    assert {"a": happened("a").at} == ledger.basis(ONE, ["a", "c"]).done_before
    assert {} == ledger.basis("onboarding-file-2", ["a"]).done_before
    assert {} == ledger.basis(ONE, []).done_before


def test_the_load_counts_open_onboardings_by_owner(ledger: SqlLedger) -> None:
    """Onboardings that ended, and those without an owner yet, are not counted."""
    standings: dict[str, dict[str, Any]] = {"2": {}, "3": {"owner": "noa"}, "4": {"ending": "churned"}}
    for number, more in standings.items():
        ledger.admit(dossier(deal(number)), run=f"run-{number}")
        ledger.write(Writing(onboarding=f"onboarding-file-{number}", standing=standing(**more)))

    assert {"mika": 1, "noa": 1} == ledger.load_by_owner()


def test_threads_that_write_the_same_occasion_write_it_once(ledger: SqlLedger) -> None:
    """A local activity and the one that takes over from it may run side by side."""
    writing = Writing(
        onboarding=ONE, journal=(happened("a"), happened("b")), notices=(notice(),), standing=standing(), plan=plan()
    )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ledger.write, [writing] * 24))

    assert ["a", "b"] == [entry.key for entry in reads.journal(ledger._engine, ONE)]
    assert 1 == len(reads.notices(ledger._engine))
    assert 1 == reads.one(ledger._engine, ONE).revision


def test_threads_that_write_different_occasions_lose_none(ledger: SqlLedger) -> None:
    """The occasions are of one onboarding and of many, all at once."""
    numbers = [str(number) for number in range(2, 6)]
    for number in numbers:
        ledger.admit(dossier(deal(number)), run="run-1")
    writings = [
        Writing(
            onboarding=f"onboarding-file-{number}",
            journal=(happened(f"k{turn}"),),
            notices=(notice(f"k{turn}", of=f"onboarding-file-{number}"),),
            standing=standing(as_of=NOON + timedelta(minutes=turn)),
        )
        for turn in range(10)
        for number in numbers
    ]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ledger.write, writings))

    assert 40 == len(reads.notices(ledger._engine))
    assert [10] * 4 == [len(reads.journal(ledger._engine, f"onboarding-file-{number}")) for number in numbers]


def test_the_calendar_keeps_its_holidays(ledger: SqlLedger) -> None:
    """Days are keys of a document and must come back as days."""
    expected = WorkCalendar(time_zone="Asia/Tokyo", holidays={NOON.date(): "a feast"})

    assert expected == SqlLedger(ledger._engine).dossier(ONE).calendar


def _all_of_it(ledger: SqlLedger) -> tuple[object, ...]:
    """Everything that can be read about the onboarding."""
    engine = ledger._engine
    return (reads.one(engine, ONE), reads.journal(engine, ONE), reads.notices(engine, ONE), ledger.dossier(ONE))


def test_a_hand_off_record_is_completed_after_the_start(ledger: SqlLedger, engine: Engine) -> None:
    """Gaps are filled once, whoever has the deal cached; other fields stay, and no date moves."""
    worker = SqlLedger(engine)
    assert worker.dossier(ONE).deal.problem is None
    additions = {"problem": "Orders come by fax.", "go_live_by": date(2030, 1, 1), "notes": (Note(text="In a hurry."),)}
    again = dossier().deal.model_copy(update=additions)

    came = ledger.complete_deal(ONE, again)
    later = ledger.complete_deal(ONE, again.model_copy(update={"problem": "Another one."}))

    assert (("problem", "notes"), ()) == (came, later)
    deal = worker.dossier(ONE).deal
    assert ("Orders come by fax.", None) == (deal.problem, deal.go_live_by)
    [row] = [row for row in reads.journal(engine, ONE) if row.kind == "hand_off_completed"]
    assert ["problem", "notes"] == row.data["fields"]
    assert "fax" not in str(row.data)


def test_nothing_is_completed_before_it_began_or_after_it_ended(ledger: SqlLedger) -> None:
    """Before the start the deal itself is replaced; after the end the record is closed."""
    again = dossier().deal.model_copy(update={"problem": "Orders come by fax."})
    ledger.keep_deal("onboarding-file-2", deal("2"))
    assert () == ledger.complete_deal("onboarding-file-2", again)

    ledger.write(Writing(onboarding=ONE, standing=standing(ending="churned", ended_at=NOON)))

    assert () == ledger.complete_deal(ONE, again)
