"""Do all ledgers behave alike? The one in memory that most tests use, and SQL on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.ports import Ledger
from domain.agenda.state import PlaybookAhead
from domain.deal import Stakeholder
from domain.news import Ending, short
from domain.playbook import content_hash
from domain.record import AttendanceRow, MeetingRow, Past, Task, Writing
from domain.rules.changing import ORDERED
from domain.trouble import AlreadyOnboarded, UnknownOnboarding
from store.ledger import SqlLedger
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, OWNER, deal, dossier, happened, issue, milestone, notice, standing
from tests.support.fakes import MemoryLedger

ONE, TWO = "onboarding-file-1", "onboarding-file-2"


@pytest.fixture(params=["memory", *databases.KINDS])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in which nothing is written."""
    if request.param == "memory":
        yield MemoryLedger()
        return
    with databases.store_of(request.param, tmp_path) as engine:
        yield SqlLedger(engine)


@pytest.fixture
def ledger(empty: Ledger) -> Ledger:
    """A ledger in which one onboarding is admitted."""
    empty.admit(dossier(), run="run-1")
    return empty


def stakeholder(**more: Any) -> Stakeholder:
    return Stakeholder(**{"id": LEAD.id, "name": LEAD.name, "email": LEAD.email, "role": "project_lead", **more})


def past(ledger: Ledger) -> Past:
    course = ledger.past(ONE)
    assert course is not None
    return course


def test_a_dossier_comes_back_as_it_was(ledger: Ledger) -> None:
    """Deal, playbook, calendar and people come back, people in the order of their ids."""
    assert dossier() == ledger.dossier(ONE)


def test_people_come_in_the_order_of_their_ids(empty: Ledger) -> None:
    """The order in which they were given does not matter."""
    empty.admit(dossier(people=(LEAD, OWNER)), run="run-1")

    assert (OWNER, LEAD) == empty.dossier(ONE).people


def test_an_onboarding_that_nobody_admitted_is_unknown(ledger: Ledger) -> None:
    """Asking for it and writing about it are refused, and it has no past."""
    with pytest.raises(UnknownOnboarding):
        ledger.dossier(TWO)
    with pytest.raises(UnknownOnboarding):
        ledger.basis(TWO, ["a"])
    with pytest.raises(UnknownOnboarding):
        ledger.write(Writing(onboarding=TWO, journal=(happened(),)))
    assert ledger.past(TWO) is None
    assert [] == list(ledger.registers(TWO))


def test_why_a_change_of_the_playbook_was_decided_is_found_by_its_order(ledger: Ledger) -> None:
    """Each order has its own reason; a change that nobody ordered here has none."""
    ordered = [
        happened(f"fact/playbook_change_ordered/{to}/{cause}", kind=ORDERED, about=to, data={"reason": cause})
        for to, cause in (("a" * 64, "first"), ("b" * 64, "other"), ("a" * 64, "second"))
    ]
    ledger.write(Writing(onboarding=ONE, journal=tuple(ordered), standing=standing()))
    changes = [PlaybookAhead(to=row.about, key=short(row.key)) for row in ordered]

    assert ["first", "other", "second"] == [ledger.change_reason(ONE, change) for change in changes]
    assert "" == ledger.change_reason(ONE, PlaybookAhead(to="a" * 64, key="0" * 12))
    assert "" == ledger.change_reason(TWO, changes[0])


def test_the_same_run_admits_again_without_effect(ledger: Ledger) -> None:
    """What the second call brings does not count."""
    ledger.admit(dossier(deal(account="Another name")), run="run-1")

    assert "Aozora" == ledger.dossier(ONE).deal.account.name


def test_another_run_of_the_same_deal_is_told_so(ledger: Ledger) -> None:
    """The deal may come under its own name or another one, or another deal under this name."""
    elsewhere = dossier().model_copy(update={"onboarding": "mine"})
    another_deal = dossier(deal("2")).model_copy(update={"onboarding": ONE})
    for given, run in ((dossier(), "run-2"), (elsewhere, "run-2"), (another_deal, "run-1")):
        with pytest.raises(AlreadyOnboarded):
            ledger.admit(given, run=run)


def test_a_run_that_goes_on_for_a_lost_one_is_the_one_that_counts(ledger: Ledger) -> None:
    """The lost run counts as another one afterwards."""
    ledger.readmit(ONE, run="run-2")

    ledger.admit(dossier(), run="run-2")
    with pytest.raises(AlreadyOnboarded):
        ledger.admit(dossier(), run="run-1")


def test_people_are_read_fresh(ledger: Ledger) -> None:
    """New people are added and known ones updated, whatever is cached about the rest."""
    ledger.dossier(ONE)
    moved = LEAD.model_copy(update={"email": "lee@elsewhere.test"})
    new = LEAD.model_copy(update={"id": "champion"})

    ledger.write(Writing(onboarding=ONE, people=(moved, new)))

    assert (new, OWNER, moved) == ledger.dossier(ONE).people


def test_what_stands_under_a_key_is_never_rewritten(ledger: Ledger) -> None:
    """What is new in the second writing is written behind it."""
    ledger.write(Writing(onboarding=ONE, journal=(happened(note="first"),), standing=standing()))

    ledger.write(Writing(onboarding=ONE, journal=(happened(note="second"), happened("later"))))

    assert [("opened", "first"), ("later", None)] == [(row.key, row.note) for row in past(ledger).rows]


def test_what_was_done_before_stands_in_the_journal(ledger: Ledger) -> None:
    """The keys of this onboarding alone are found, with their moments."""
    ledger.admit(dossier(deal("2")), run="run-2")
    ledger.write(Writing(onboarding=ONE, journal=(happened("a", at=NOON + HOUR), happened("b"))))

    assert {"a": NOON + HOUR} == dict(ledger.basis(ONE, ["a", "c"]).done_before)
    assert {} == dict(ledger.basis(ONE, []).done_before)
    assert {} == dict(ledger.basis(TWO, ["a"]).done_before)


def test_there_is_no_past_before_the_first_standing(ledger: Ledger) -> None:
    """A journal alone does not tell how an onboarding stands."""
    ledger.write(Writing(onboarding=ONE, journal=(happened(),)))

    assert ledger.past(ONE) is None


def test_a_past_tells_how_it_stood(ledger: Ledger) -> None:
    """The past has milestones and stages in their order, and the open issues."""
    stood = standing(milestone("z"), milestone("a"), status="paused")
    solved = issue("b", status="resolved", at=NOON + HOUR)
    ledger.write(Writing(onboarding=ONE, journal=(happened(),), standing=stood, registers=(issue("a"), solved)))

    course = past(ledger)

    assert (stood.milestones, stood.stages, NOON, OWNER.id) == (
        course.milestones,
        course.stages,
        course.as_of,
        course.owner,
    )
    assert (True, None, ("a",), ["opened"]) == (
        course.paused,
        course.ending,
        course.open_issues,
        [row.key for row in course.rows],
    )


def test_an_attempt_that_was_overtaken_does_not_turn_the_picture_back(ledger: Ledger) -> None:
    """Standing, registers and people stay; its rows of the journal are added all the same."""
    late_one = Writing(
        onboarding=ONE,
        journal=(happened("late"),),
        standing=standing(milestone(status="open")),
        registers=(issue(),),
        people=(LEAD.model_copy(update={"name": "As it was"}),),
    )
    reached = standing(milestone(status="reached", at=NOON + HOUR), as_of=NOON + HOUR)
    ledger.write(Writing(onboarding=ONE, standing=reached, registers=(issue(status="resolved"),)))

    ledger.write(late_one)

    course = past(ledger)
    assert ("reached", NOON + HOUR, ()) == (course.milestones[0].status, course.as_of, course.open_issues)
    assert ["late"] == [row.key for row in course.rows]
    assert (OWNER, LEAD) == ledger.dossier(ONE).people


def test_what_only_an_overtaken_attempt_tells_is_not_lost(ledger: Ledger) -> None:
    """Two tries of a task run beside each other on a busy machine, and the one with the later moment writes first."""
    ledger.write(Writing(onboarding=ONE, standing=standing(as_of=NOON + HOUR), registers=(issue("a"),)))
    new = LEAD.model_copy(update={"id": "new"})

    ledger.write(
        Writing(
            onboarding=ONE,
            standing=standing(),
            registers=(issue("b"), issue("a", status="resolved", data={"severity": "low"})),
            people=(new,),
        )
    )

    rows = {row.key: (row.status, row.data.get("severity")) for row in ledger.registers(ONE)}
    assert {"a": ("open", "low"), "b": ("open", None)} == rows
    assert new in ledger.dossier(ONE).people


def test_a_task_that_was_thrown_away_writes_nothing_once_a_later_one_has_written(ledger: Ledger) -> None:
    """It hung in the database until Temporal had given it up; whatever it says, and however late its moment is."""
    ledger.write(Writing(onboarding=ONE, standing=standing(status="paused"), task=Task(run="run-1", task=12)))
    new = LEAD.model_copy(update={"id": "new"})

    ledger.write(
        Writing(
            onboarding=ONE,
            journal=(happened("late"),),
            standing=standing(status="stuck", as_of=NOON + HOUR),
            registers=(issue(),),
            people=(new,),
            task=Task(run="run-1", task=10),
        )
    )

    course = past(ledger)
    assert (NOON, ()) == (course.as_of, course.rows)
    assert ((), (OWNER, LEAD)) == (tuple(ledger.registers(ONE)), ledger.dossier(ONE).people)


def test_a_later_task_of_the_run_is_written_whatever_its_moment(ledger: Ledger) -> None:
    """The clocks of two servers may differ; how long its history was when a task began does not."""
    ledger.write(Writing(onboarding=ONE, standing=standing(as_of=NOON + HOUR), task=Task(run="run-1", task=10)))

    ledger.write(Writing(onboarding=ONE, standing=standing(), registers=(issue(),), task=Task(run="run-1", task=12)))

    assert (NOON, ("issue-1",)) == (past(ledger).as_of, past(ledger).open_issues)


@pytest.mark.parametrize("task", [Task(run="run-1", task=12), Task(run="run-0", task=40), None])
def test_where_the_tasks_do_not_tell_the_later_moment_counts(ledger: Ledger, task: Task | None) -> None:
    """Two tries of one task, another run, or a worker of a version that names none."""
    ledger.write(Writing(onboarding=ONE, standing=standing(as_of=NOON + HOUR), task=Task(run="run-1", task=12)))

    ledger.write(Writing(onboarding=ONE, journal=(happened("late"),), standing=standing(), task=task))

    assert (NOON + HOUR, ["late"]) == (past(ledger).as_of, [row.key for row in past(ledger).rows])


def test_a_picture_of_the_same_moment_replaces_the_one_before(ledger: Ledger) -> None:
    """Several occasions may fall on one moment of business time."""
    ledger.write(Writing(onboarding=ONE, standing=standing(status="on_track")))
    ledger.write(Writing(onboarding=ONE, standing=standing(status="paused")))

    assert past(ledger).paused


def test_half_of_a_writing_is_never_kept(ledger: Ledger) -> None:
    """An unknown onboarding is noticed before anything of the writing is stored."""
    with pytest.raises(UnknownOnboarding):
        ledger.write(Writing(onboarding=TWO, standing=standing(), notices=(notice(of=TWO),)))

    ledger.admit(dossier(deal("2")), run="run-2")
    assert ledger.past(TWO) is None


def test_registers_are_told_by_kind_and_time(ledger: Ledger) -> None:
    """Each register is in the order of time, whatever was written first."""
    risk = issue("r").model_copy(update={"kind": "risk"})
    rows = (risk, issue("b", at=NOON + HOUR), issue("c"), issue("a"))
    ledger.write(Writing(onboarding=ONE, registers=rows))

    assert ["a", "c", "b", "r"] == [row.key for row in ledger.registers(ONE)]


def test_news_of_an_issue_is_laid_over_what_is_known_of_it(ledger: Ledger) -> None:
    """The same holds within one writing; what news leaves empty stays."""
    raised = issue(data={"severity": "high", "since": 1})
    resolved = issue(title="", status="resolved", at=NOON + HOUR, data={"severity": None, "by": "mika"})
    expected = issue(status="resolved", at=NOON + HOUR, data={"severity": "high", "since": 1, "by": "mika"})
    ledger.write(Writing(onboarding=ONE, registers=(raised,)))
    ledger.write(Writing(onboarding=ONE, registers=(resolved,)))
    assert [expected] == list(ledger.registers(ONE))

    one_by_one = tuple(row.model_copy(update={"key": "other"}) for row in (raised, resolved))
    ledger.write(Writing(onboarding=ONE, registers=one_by_one))

    assert [expected, expected.model_copy(update={"key": "other"})] == list(ledger.registers(ONE))


def test_what_is_new_and_says_nothing_keeps_its_empty_words(ledger: Ledger) -> None:
    """A None in the first row is stored; a later None changes nothing."""
    ledger.write(Writing(onboarding=ONE, registers=(issue(data={"severity": None}),)))
    ledger.write(Writing(onboarding=ONE, registers=(issue(data={"severity": None, "new": None}),)))

    assert [issue(data={"severity": None, "new": None})] == list(ledger.registers(ONE))


def test_the_load_counts_open_onboardings_by_owner(ledger: Ledger) -> None:
    """Onboardings that ended, and those that nobody owns yet, are not counted."""
    standings: dict[str, dict[str, Any]] = {"2": {}, "3": {"owner": "noa"}, "4": {"ending": "churned"}}
    for number, more in standings.items():
        ledger.admit(dossier(deal(number)), run=f"run-{number}")
        ledger.write(Writing(onboarding=f"onboarding-file-{number}", standing=standing(**more)))

    assert {"mika": 1, "noa": 1} == dict(ledger.load_by_owner())


def test_an_owner_whom_the_deal_names_is_counted_from_the_admission(empty: Ledger) -> None:
    """Many deals may close in one hour: the next is given to somebody else."""
    empty.admit(dossier(deal("1", owner="noa")), run="run-1")

    assert {"noa": 1} == dict(empty.load_by_owner())


def test_a_writing_again_changes_nothing(ledger: Ledger) -> None:
    """A try that was given up after its commit is made again."""
    writing = Writing(
        onboarding=ONE,
        journal=(happened("a"), happened("b")),
        notices=(notice("a"),),
        standing=standing(as_of=NOON + timedelta(minutes=1)),
        registers=(issue(),),
        people=(OWNER,),
    )
    ledger.write(writing)
    before = (past(ledger), ledger.registers(ONE), ledger.dossier(ONE))

    ledger.write(writing)

    assert before == (past(ledger), ledger.registers(ONE), ledger.dossier(ONE))


def test_the_deals_of_an_account_are_known_the_newest_first(ledger: Ledger) -> None:
    """Deals come with their owners, without the deal itself and another company's of the same name."""
    other_company = deal("4").model_copy(update={"stakeholders": (stakeholder(email="j@elsewhere.example"),)})
    later = deal("2", source="hubspot").model_copy(update={"closed_at": NOON + HOUR})
    for number, of in enumerate((later, deal("3", account="Another"), other_company)):
        ledger.admit(dossier(of), run=f"run-of-{number}")
    ledger.write(Writing(onboarding=ONE, standing=standing()))

    others = ledger.of_account(deal("5", account="AOZORA"))

    assert [("onboarding-hubspot-2", ""), (ONE, OWNER.id)] == [(one.onboarding, one.owner) for one in others]
    assert later == others[0].deal
    assert ["onboarding-hubspot-2"] == [one.onboarding for one in ledger.of_account(deal())]


def test_namesakes_hide_nobody(ledger: Ledger) -> None:
    """The customer's deal is found although many other companies of that name are newer."""
    for number in range(3, 12):
        other = deal(str(number)).model_copy(update={"stakeholders": (stakeholder(email="j@elsewhere.example"),)})
        account = other.account.model_copy(update={"domain": f"aozora-{number}.example"})
        ledger.admit(dossier(other.model_copy(update={"account": account})), run=f"run-{number}")

    for domain in (None, "example.jp"):
        account = deal().account.model_copy(update={"domain": domain})
        others = ledger.of_account(deal("2").model_copy(update={"account": account}))
        assert [ONE] == [one.onboarding for one in others]


def test_a_deal_that_should_not_have_been_lends_nobody(ledger: Ledger) -> None:
    """What such a deal said of people may be wrong too; that of a customer who left still counts."""
    endings: tuple[Ending, ...] = ("deal_reversed", "duplicate", "withdrawn", "churned")
    for number, ending in enumerate(endings, start=2):
        ledger.admit(dossier(deal(str(number))), run=f"run-{number}")
        ledger.write(Writing(onboarding=f"onboarding-file-{number}", standing=standing(ending=ending)))

    assert {ONE, "onboarding-file-5"} == {one.onboarding for one in ledger.of_account(deal("9"))}


def test_one_that_goes_by_another_version_is_read_by_that(ledger: Ledger) -> None:
    """A task that is tried again names the version of its own state, and repair that by which it began."""
    ledger.admit(dossier(), run="run-1")
    began_by = dossier().playbook
    other = began_by.model_copy(update={"title": "Another version"})
    hashed = content_hash(other)

    ledger.write(
        Writing(onboarding=ONE, standing=standing().model_copy(update={"playbook_hash": hashed}), playbook=other)
    )

    assert other == ledger.dossier(ONE).playbook == ledger.playbook(hashed)
    assert began_by == ledger.basis(ONE, [], playbook=content_hash(began_by)).dossier.playbook
    assert ledger.playbook("0" * 64) is None
    course = ledger.past(ONE)
    assert course is not None
    assert content_hash(began_by) == course.playbook_hash


def test_meetings_and_the_newest_answers_to_them_come_back(ledger: Ledger) -> None:
    """Of several answers that to the highest version counts, and of those the latest, whichever comes first."""
    one = MeetingRow(
        uid="u1", meeting="kickoff_held", occasion="2027-01-12", title="Kickoff", starts_at=NOON, minutes=30,
        sequence=1, status="agreed", people=(LEAD.id, OWNER.id),
    )  # fmt: skip
    moved = one.model_copy(update={"starts_at": NOON + HOUR, "sequence": 2})
    answers = [
        AttendanceRow(
            meeting=one.meeting, occasion=one.occasion, person=LEAD.id, answer=answer, sequence=sequence, at=at
        )
        for answer, sequence, at in [
            ("accepted", 2, NOON),
            ("declined", 2, NOON + HOUR),
            ("tentative", 1, NOON + 2 * HOUR),
        ]
    ]

    ledger.write(Writing(onboarding=ONE, meetings=(one,), attendance=tuple(answers[:1])))
    ledger.write(Writing(onboarding=ONE, meetings=(moved,), attendance=tuple(answers[1:2])))
    ledger.write(Writing(onboarding=ONE, attendance=tuple(answers[2:])))

    assert [moved] == list(ledger.meetings(ONE))
    assert [answers[1]] == list(ledger.answers(ONE))
