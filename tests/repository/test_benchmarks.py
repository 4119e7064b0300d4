"""Do the benchmarks still measure what they say? Both sides live through the same; chaos would find a difference."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from benchmarks import crowd, history
from benchmarks.agreement import Account, disagreements
from benchmarks.course import Course
from benchmarks.floor import Floor, floor_worker
from benchmarks.many import Lived, Sample, copies, fill, widened
from benchmarks.story import full_course
from domain.record import Writing
from domain.rules.record_keeping import register_rows
from store import reads
from store.ledger import SqlLedger
from store.tables import people
from tests.support import databases
from tests.support.databases import NOON, OWNER, dossier, happened, milestone, notice, standing
from tests.support.onboardings import QUEUE, STORIES_BEGIN, time_skipping_server
from tests.support.simulation import high_touch


@pytest.fixture(scope="module")
def course() -> Course:
    return full_course()


def test_the_course_is_a_complete_onboarding_with_everything_on(course: Course) -> None:
    """Reminders, the ladder, sign-offs, a rejection, a pause, a crisis in hypercare, the hand-off."""
    told = {key.split("/")[-2] for step in course.steps for key in step.notices}

    assert told >= {"introduction", "reminder", "escalation", "overdue_summary", "sign_off_request", "status_report"}
    assert told >= {"sign_off_rejected", "paused", "resumed", "replanned", "went_live", "hypercare_prolonged"}
    assert told >= {"issue_raised", "service_level_missed", "scope_change_decided", "meeting", "hand_off"}
    assert 90 < course.length.days < 130


def test_the_floor_never_wakes_in_vain(course: Course) -> None:
    """Its alarm clock is set for the moment at which it tells somebody, and for no other."""
    for step, following in zip(course.steps, course.steps[1:], strict=False):
        if following.news is None:
            assert following.after == step.wake
        else:
            assert step.wake is None or step.wake > following.after


async def test_the_product_tells_what_the_course_says_and_the_floor_tells_the_same(course: Course) -> None:
    """What the product told is compared inside; the floor has an activity for each telling."""
    product = await history.of_the_product(course)
    floor = await history.of_the_floor(course)

    tellings = sum(len(step.tellings) for step in course.steps)
    news = sum(1 for _ in course.news)
    assert tellings == floor.kinds["activity_task_completed"]
    assert news == floor.kinds["workflow_execution_update_accepted"]
    assert news == product.kinds["workflow_execution_update_accepted"]
    assert floor.runs == 1
    assert product.runs > 1


async def test_the_floor_tells_nothing_before_its_time(course: Course) -> None:
    """The first steps, on a server whose clock stands still until somebody moves it."""
    until = next(number for number, step in enumerate(course.steps) if step.news is not None)
    short = course.model_copy(update={"steps": course.steps[:until]})
    env = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=time_skipping_server()
    )
    async with env, floor_worker(env.client, short, task_queue=QUEUE):
        await env.sleep(STORIES_BEGIN - await env.get_current_time())
        began = await env.get_current_time()
        handle = await env.client.start_workflow(Floor.run, id="floor", task_queue=QUEUE)

        await handle.result()

        assert await env.get_current_time() - began >= short.length


ONE = "onboarding-file-1"
REACHED = "fact/milestone_reached/met/0123456789ab"
RAISED = "fact/issue_raised/T-1/0123456789ab"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    """One onboarding with a milestone that was reached and an open issue; somebody is to be told of the first."""
    rows = (
        happened(REACHED, kind="milestone_reached", about="met"),
        happened(RAISED, kind="issue_raised", about="T-1", data={"title": "Slow", "severity": "normal"}),
    )
    [raised] = register_rows(rows[1])
    with databases.store_of("sqlite", tmp_path) as engine:
        ledger = SqlLedger(engine)
        ledger.admit(dossier(), run="run-1")
        ledger.write(
            Writing(
                onboarding=ONE,
                journal=rows,
                notices=(notice(f"{REACHED}/milestone_reached/lead", kind="milestone_reached", about="met"),),
                registers=(raised,),
                standing=standing(milestone(status="reached", at=NOON), open_stages=(), stages=()),
            )
        )
        yield engine


def said_by(engine: Engine) -> list[str]:
    """What chaos would say of it, where the workflow knows the milestone and the issue."""
    met = {"key": "met", "status": "reached", "at": NOON.isoformat()}
    progress = {"open_issues": ["T-1"], "ending": None, "owner": OWNER.id, "status": "on_track"}
    account = Account(plan={"milestones": [met], "stages": []}, progress=progress)
    return list(disagreements(reads.one(engine, ONE), reads.journal(engine, ONE), reads.notices(engine, ONE), account))


def test_chaos_finds_nothing_where_all_parts_say_the_same(store: Engine) -> None:
    assert [] == said_by(store)


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ("DELETE FROM journal WHERE kind = 'milestone_reached'", "met is reached; reached in the read model, open in"),
        ("UPDATE milestones SET status = 'open'", "met is reached; open in the read model"),
        ("DELETE FROM journal WHERE kind = 'issue_raised'", "issue T-1: open to the workflow True"),
        ("DELETE FROM registers", "issue T-1: open to the workflow True"),
        ("UPDATE registers SET title = 'Fast'", "issue T-1: ('open', 'Slow'"),
        ("UPDATE onboardings SET ending = 'churned'", "ending: None to the workflow, churned"),
        ("UPDATE notices SET key = 'fact/ended/0123456789ab/ended/lead'", "is about no row of the journal"),
        ("UPDATE notices SET state = 'withdrawn', reason = 'it never happened'", "and its row is in the journal"),
    ],
)
def test_chaos_finds_what_one_part_says_otherwise(store: Engine, broken: str, found: str) -> None:
    with store.begin() as connection:
        connection.execute(text(broken))

    assert any(found in line for line in said_by(store))


def test_a_crowd_tells_everything_and_never_has_more_issues_open_than_may_be() -> None:
    shares = crowd.crowd_on(ONE, callers=100, updates=530)

    assert [6] * 30 + [5] * 70 == [len(share) for share in shares]
    assert 530 == len({(update.kind, update.issue) for share in shares for update in share})
    raised = sum(update.kind == "raise_issue" for share in shares for update in share)
    assert 300 == raised
    assert ["raise_issue", "resolve_issue", "raise_issue"] == [update.kind for update in shares[0][:3]]


def test_a_crowd_on_many_tells_each_of_them_as_much() -> None:
    ids = [f"onboarding-{number}" for number in range(50)]

    told = Counter(update.onboarding for share in crowd.across(ids) for update in share)

    assert dict.fromkeys(ids, crowd.EACH) == told


def test_a_crowds_updates_are_counted_where_the_journal_lacks_or_repeats_them(store: Engine) -> None:
    """T-1 is there, T-2 was never written."""
    shares = [[crowd.Update(ONE, "raise_issue", "T-1"), crowd.Update(ONE, "raise_issue", "T-2")]]

    assert (1, 0) == crowd.found(store, shares)

    again = happened(f"{RAISED}/again", kind="issue_raised", about="T-1", data={"title": "Slow", "severity": "normal"})
    SqlLedger(store).write(Writing(onboarding=ONE, journal=(again,), standing=standing(milestone())))

    assert (1, 1) == crowd.found(store, shares)


@pytest.mark.parametrize("kind", databases.KINDS)
def test_a_copied_onboarding_shows_what_the_lived_one_shows(kind: str, tmp_path: Path) -> None:
    """What is measured among 100,000 is measured on pages that are as long as real ones, each of other people."""
    with databases.store_of(kind, tmp_path) as engine:
        lived = Lived(engine, widened(high_touch(), to=40), "young")
        lived.tell("raise_issue", issue="T-1", title="A report is slow", severity="normal")

        fill(engine, [Sample(lived.id, 100)], count=3)

        ids = copies(engine)[lived.id]
        original, copied = reads.one(engine, lived.id), reads.one(engine, ids[-1])
        with engine.connect() as connection:
            addresses = connection.scalars(select(people.c.email)).all()
        assert 3 == len(ids)
        assert 40 == len(copied.milestones)
        shown = {"stages", "milestones", "registers", "plan", "waiting_for"}
        assert original.model_dump(include=shown) == copied.model_dump(include=shown)
        assert len(set(addresses)) == len(addresses)
