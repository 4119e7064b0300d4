"""Are consents, named colleagues and ratings kept once, with their row of the journal? In both databases."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, select

from domain.colleagues import MOST_PROPOSED, Colleague, Named, UnknownColleague
from domain.measure.goals import GoalGiven, SaidOtherwise
from domain.questions import Told
from domain.record import Writing
from domain.refusal import Refused
from domain.room.consents import with_consents
from domain.room.deeds import Deed
from domain.training import summed_up
from domain.trouble import NotFound, UnknownOnboarding
from store.colleagues import SqlColleagues
from store.consents import SqlConsents
from store.engine import write_transaction
from store.goals import SqlGoals, hold_goals, say_goal
from store.ledger import SqlLedger
from store.tables import journal
from store.training import SqlTraining
from tests.support import databases
from tests.support.databases import LEAD, NOON, OWNER, dossier, standing

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
ANA = Named(name="Ana Ruiz", email="ana@customer.test", role="champion")


@pytest.fixture(autouse=True)
def _admitted(engine: Engine) -> None:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))


def deed(key: str = "k1", *, ours: bool = False) -> Deed:
    return Deed(key, "vendor" if ours else "customer", OWNER.id if ours else LEAD.id, NOON, "room")


def nobody(colleague: Colleague, owner: str) -> Told:
    assert (ONE, OWNER.id) == (colleague.onboarding, owner)
    return Told()


def kinds(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(journal.c.kind).order_by(journal.c.seq)))


def test_a_yes_holds_for_what_was_said_then(engine: Engine) -> None:
    """Said otherwise, a goal waits again; a yes given twice is one."""
    goals, consents = SqlGoals(engine), SqlConsents(engine)
    given = GoalGiven(key="orders", title="Orders", unit="a day", baseline=10, target=20)
    goal = goals.define(ONE, given, by=OWNER.id, origin="cli", at=NOON)
    for _ in range(2):
        assert goal == consents.agree(ONE, "orders", deed(), revision=goal.revision)
    theirs = {"contacts": {LEAD.id}, "deciders": {LEAD.id}}
    agreed = with_consents(goals.of(ONE), consents.of(ONE), **theirs)
    goals.define(ONE, given.model_copy(update={"target": 30.0}), by=LEAD.id, origin="room", at=NOON)
    again = with_consents(goals.of(ONE), consents.of(ONE), **theirs)

    assert (["agreed"], ["waits_for_us"]) == ([one.standing for one in agreed], [one.standing for one in again])
    assert ["goal_agreed"] == kinds(engine)
    with pytest.raises(UnknownOnboarding):
        consents.agree("onboarding-file-9", "orders", deed())
    with pytest.raises(NotFound):
        consents.agree(ONE, "tickets", deed())


def test_nobody_agrees_to_what_is_said_otherwise_at_the_same_time(engine: Engine) -> None:
    """Who agrees has read the goal, and while they wait for the other's transaction it becomes another."""
    consents, began = SqlConsents(engine), Event()
    given = GoalGiven(key="orders", title="Orders", unit="a day", baseline=10, target=20)
    read = SqlGoals(engine).define(ONE, given, by=OWNER.id, origin="cli", at=NOON)

    def agree() -> None:
        began.set()
        consents.agree(ONE, "orders", deed(), revision=read.revision)

    with ThreadPoolExecutor(1) as other:
        with write_transaction(engine) as connection:
            hold_goals(connection, ONE)
            say_goal(connection, ONE, given.model_copy(update={"target": 30.0}), by=OWNER.id, origin="cli", at=NOON)
            agreeing = other.submit(agree)
            began.wait()
            # It waits for this transaction: without that it would have agreed by then.
            assert not wait([agreeing], timeout=0.3).done
        with pytest.raises(SaidOtherwise):
            agreeing.result()

    assert [] == consents.of(ONE)
    assert [] == kinds(engine)


def test_what_two_say_at_once_of_a_goal_is_all_kept(engine: Engine) -> None:
    """Nobody reads that a goal is kept as they said it while another's words of the same revision are."""
    goals = SqlGoals(engine)
    given = GoalGiven(key="orders", title="Orders", unit="a day", baseline=10, target=20)

    def say(target: int) -> int:
        meant = given.model_copy(update={"target": float(target)})
        return goals.define(ONE, meant, by=OWNER.id, origin="cli", at=NOON).revision

    with ThreadPoolExecutor(4) as threads:
        revisions = list(threads.map(say, range(20, 60)))

    assert list(range(1, 41)) == sorted(revisions)
    assert set(range(20, 60)) == {goal.target for goal in goals.said_before(ONE, "orders")}


def test_somebody_is_named_once_and_decided_about_once(engine: Engine) -> None:
    """By the same form, and by the same address while they wait; who takes part is not declined any more."""
    colleagues = SqlColleagues(engine)
    for key, email in (("k1", ANA.email), ("k1", "other@customer.test"), ("k2", "ANA@customer.test")):
        named = colleagues.propose(ONE, ANA.model_copy(update={"email": email}), deed(key), note=None, tell_of=nobody)
    for _ in range(2):
        taken = colleagues.take_in(ONE, 1, deed("in", ours=True), person="champion")

    assert (1, "proposed") == (named.number, named.state)
    assert ("taken_in", "champion", OWNER.id) == (taken.state, taken.person, taken.decided_by)
    assert ["colleague_named", "colleague_taken_in"] == kinds(engine)
    with pytest.raises(Refused):
        colleagues.decline(ONE, 1, deed("no", ours=True), reason=None)
    with pytest.raises(UnknownColleague):
        colleagues.take_in(ONE, 2, deed("in", ours=True), person=None)


def test_who_names_very_many_is_stopped(engine: Engine) -> None:
    """A form that is sent by a program fills no mailbox of ours."""
    colleagues = SqlColleagues(engine)
    for number in range(MOST_PROPOSED):
        somebody = ANA.model_copy(update={"email": f"p{number}@customer.test"})
        colleagues.propose(ONE, somebody, deed(f"k{number}"), note=None, tell_of=nobody)

    with pytest.raises(Refused):
        colleagues.propose(ONE, ANA, deed("one more"), note=None, tell_of=nobody)


def test_the_newest_rating_of_a_person_counts(engine: Engine) -> None:
    """And what it replaces is gone, its words too."""
    training = SqlTraining(engine)
    training.rate(ONE, "first_session", 1, "Too fast", deed("k1"))
    training.rate(ONE, "first_session", 5, "", deed("k2")._replace(at=NOON + timedelta(days=1)))
    training.rate(ONE, "first_session", 2, "Hm", deed("k3")._replace(by="technical_lead"))

    [summed] = summed_up(training.of(ONE))
    assert (2, 3.5, 1) == (summed.ratings, summed.average, summed.unhappy)
    assert ["", "Hm"] == [one.text for one in training.of(ONE)]
    assert 3 == kinds(engine).count("training_rated")
