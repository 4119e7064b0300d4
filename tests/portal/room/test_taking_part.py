"""Do goals, colleagues and ratings of the room reach us, once and by those who may? By a client, on a port."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from domain.measure.goals import GoalGiven
from domain.refusal import Refused
from domain.room.deeds import Deed
from domain.room.proposals import MOST_PROPOSED
from starter.doors.colleagues import ColleagueDoor
from starter.doors.contacts import about_contacts
from starter.doors.goals import GoalDoor
from starter.doors.questions import QuestionDoor
from store import reads
from store.consents import SqlConsents
from store.goals import SqlGoals
from store.training import SqlTraining
from tests.portal.room.test_room import LEAD, NASTY, SPONSOR, TECHNICAL, fields, heading
from tests.support.parts import STAFF
from tests.support.room import CLOSED, Onboarding, RoomSite, into, room_on

OWNER = "jonas.weber"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    """On its third day: the kickoff is ahead, and of the sale nobody knows what it should bring."""
    onboarding = site.opened(success_metrics=[], problem=None)
    onboarding.to_day(3)
    return onboarding


@pytest.fixture
async def lead(site: RoomSite, onboarding: Onboarding) -> AsyncIterator[httpx2.AsyncClient]:
    async with into(site, onboarding, LEAD) as browser:
        yield browser


def door_of(site: RoomSite, of: type[Any]) -> Any:
    return of(engine=site.engine, ledger=site.parts.ledger, staff=STAFF)


class RealIds:
    """Gives a new contact an id as the real door does, and tells the onboarding of them."""

    def __init__(self, site: RoomSite) -> None:
        self._site = site

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> object:
        dossier = self._site.parts.ledger.dossier(onboarding)
        return await self._site.door.tell(onboarding, kind, about_contacts(kind, raw, dossier=dossier, team=STAFF()))


def ours(onboarding: Onboarding, key: str) -> Deed:
    return Deed(key, "vendor", OWNER, onboarding.now, "cli")


def journal(site: RoomSite, onboarding: Onboarding, *kinds: str) -> list[str]:
    return [row.kind for row in reads.journal(site.engine, onboarding.id, kinds=kinds)]


async def test_what_we_ask_is_answered_before_the_kickoff(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The gap in the hand-off record is filled, its owner reads question and answer, and nobody waits for us."""
    home, listed = await lead.get("/"), await lead.get("/asked")
    assert "questions of ours" in home.text
    page = await lead.get("/asked/gap-problem")
    mute = await lead.post("/asked/gap-problem", data={**fields(page), "text": ""})
    done = await lead.post("/asked/gap-problem", data={**fields(page), "text": f"Orders are typed twice {NASTY}"})
    kept = await lead.get("/questions")
    again = await lead.get("/asked/gap-problem")

    assert ("Which problem should our product solve" in listed.text, mute.status_code) == (True, 422)
    assert ("your answer is with us" in done.text, again.url.path) == (True, "/questions/1")
    assert "new answer" not in kept.text, "what we asked is no answer"
    assert site.parts.ledger.dossier(onboarding.id).deal.problem == f"Orders are typed twice {NASTY}"
    [message] = site.messages(onboarding.id, "question", OWNER)
    assert message.notice.facts["asked"].startswith("Which problem")
    door = QuestionDoor(
        engine=site.engine, ledger=site.parts.ledger, staff=STAFF, via="cli", now=lambda at: cast("datetime", at)
    )
    assert 0 == door.report().all.waiting
    assert {one.key: one.question for one in door.asked(onboarding.id)}["gap-problem"] == 1
    assert 404 == (await lead.get("/asked/gap-products")).status_code, "nobody is asked what they have bought"


async def test_after_the_kickoff_the_home_asks_no_more(onboarding: Onboarding, lead: httpx2.AsyncClient) -> None:
    """What was not answered is still there to be answered."""
    onboarding.to_day(8)
    onboarding.settled("kickoff_held")

    assert "questions of ours" not in (await lead.get("/")).text
    assert "/asked/gap-problem" in (await lead.get("/asked")).text


async def test_a_goal_is_proposed_and_agreed_by_both_sides(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Baseline and target stand on the home from then on; before, it says when goals are agreed."""
    assert ("No goals are agreed yet" in (await lead.get("/")).text) is True
    form = fields(await lead.get("/goals/new"))
    typed = {
        "title": NASTY,
        "unit": "days",
        "direction": "lower",
        "baseline": "3",
        "target": "1,5",
        "due": "2033-03-31",
    }
    wrong = await lead.post("/goals/new", data={**form, **typed, "target": "9", "baseline": "x", "due": "soon"})
    for _ in range(2):
        proposed = await lead.post("/goals/new", data={**form, **typed})
    [goal] = SqlGoals(site.engine).of(onboarding.id)
    assert (3.0, 1.5, 1, LEAD) == (goal.baseline, goal.target, goal.revision, goal.by)
    assert (422, True, True) == (wrong.status_code, 'href="#baseline"' in wrong.text, 'href="#due"' in wrong.text)
    assert ("Waits for the yes of Jonas Weber" in proposed.text, "<script>alert" in proposed.text) == (True, False)
    assert 1 == len(site.messages(onboarding.id, "goal_proposed", OWNER))

    door_of(site, GoalDoor).agree(onboarding.id, goal.key, ours(onboarding, "yes"))

    assert "1.5 days" in (await lead.get("/")).text
    assert ["goal_proposed", "goal_agreed"] == journal(site, onboarding, "goal_proposed", "goal_agreed")


async def test_a_goal_of_ours_takes_the_yes_of_who_decides(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """To just what they were shown: what was said otherwise since takes another yes."""
    given = {"key": "orders", "title": "Orders", "unit": "a day", "baseline": 10, "target": 20}
    goals = SqlGoals(site.engine)
    goals.define(onboarding.id, GoalGiven.model_validate(given), by=OWNER, origin="cli", at=onboarding.now)
    page = await lead.get("/goals")
    async with into(site, onboarding, TECHNICAL) as technical:
        other = await technical.get("/goals")
        forced = await technical.post("/goals", data={**fields(page, "goal", "revision")})
    goals.define(
        onboarding.id, GoalGiven.model_validate({**given, "target": 30}), by=OWNER, origin="cli", at=onboarding.now
    )
    stale = await lead.post("/goals", data=fields(page, "goal", "revision"))
    fresh = await lead.post("/goals", data=fields(await lead.get("/goals"), "goal", "revision"))

    assert ("1 goal waits for your yes" in (await lead.get("/")).text) is False
    assert ("Agree to this goal" in page.text, "Agree to this goal" in other.text) == (True, False)
    assert ([409, 409], True) == ([forced.status_code, stale.status_code], "a goal of both of us" in fresh.text)


async def test_a_goal_that_is_there_is_said_otherwise_by_who_decides_alone(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Its target stays as agreed for anybody else; and it stays the main one, measured as it was."""
    given = GoalGiven(
        key="order_cycle_time",
        title="Order cycle time",
        unit="days",
        direction="lower",
        baseline=5,
        target=2,
        method="By the ERP",
        main=True,
    )
    goals = SqlGoals(site.engine)
    goals.define(onboarding.id, given, by=OWNER, origin="cli", at=onboarding.now)
    typed = {"title": "Order cycle time", "unit": "hours", "direction": "lower", "baseline": "50", "target": "40"}
    async with into(site, onboarding, TECHNICAL) as technical:
        other = await technical.post("/goals/new", data={**fields(await technical.get("/goals/new")), **typed})
    [untouched] = goals.of(onboarding.id)
    for _ in range(2):
        await lead.post("/goals/new", data={**fields(await lead.get("/goals/new")), **typed})
    [said] = goals.of(onboarding.id)

    assert (409, True) == (other.status_code, "There is a goal by this name" in other.text)
    assert (1, 2.0, "days") == (untouched.revision, untouched.target, untouched.unit)
    assert (2, 40.0, True, "By the ERP") == (said.revision, said.target, said.main, said.method)
    assert 1 == len(site.messages(onboarding.id, "goal_proposed", OWNER))


async def test_a_goal_of_who_does_not_decide_takes_both_yeses(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Ours does not make it a goal of both: lead or sponsor say theirs as to any other."""
    typed = {"title": "Orders", "unit": "a day", "direction": "higher", "target": "9"}
    async with into(site, onboarding, TECHNICAL) as technical:
        await technical.post("/goals/new", data={**fields(await technical.get("/goals/new")), **typed})
    door: GoalDoor = door_of(site, GoalDoor)
    door.agree(onboarding.id, "orders", ours(onboarding, "yes"))
    before = [one.standing for one in door.of(onboarding.id)]
    await lead.post("/goals", data=fields(await lead.get("/goals"), "goal", "revision"))

    assert (["waits_for_customer"], ["agreed"]) == (before, [one.standing for one in door.of(onboarding.id)])


async def test_a_proposed_goal_is_kept_with_its_message_or_not_at_all(site: RoomSite, onboarding: Onboarding) -> None:
    """Where telling fails, the same form proposes it again, and the owner hears of it."""
    given = GoalGiven(key="orders", title="Orders", unit="a day", baseline=10, target=20)
    deed = Deed("k1", "customer", LEAD, onboarding.now, "room")

    def nobody_there() -> Any:
        raise OSError("the staff directory cannot be read")

    with pytest.raises(OSError, match="staff"):
        GoalDoor(engine=site.engine, ledger=site.parts.ledger, staff=nobody_there).propose(onboarding.id, given, deed)
    kept = SqlGoals(site.engine).of(onboarding.id)
    door_of(site, GoalDoor).propose(onboarding.id, given, deed)

    assert () == kept
    assert [LEAD] == [yes.by for yes in SqlConsents(site.engine).of(onboarding.id)], "it counts when others decide"
    assert ["goal_proposed"] == journal(site, onboarding, "goal_proposed")
    assert 1 == len(site.messages(onboarding.id, "goal_proposed", OWNER))


async def test_who_proposes_very_many_goals_is_stopped(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """A form that is sent by a program fills no mailbox of ours; what is agreed makes room."""
    door: GoalDoor = door_of(site, GoalDoor)
    for number in range(MOST_PROPOSED):
        given = GoalGiven(key=f"goal_{number}", title=f"Goal {number}", unit="days", target=1)
        door.propose(onboarding.id, given, Deed(f"k{number}", "customer", LEAD, onboarding.now, "room"))
    typed = {"title": "One more", "unit": "a day", "direction": "higher", "target": "9"}
    stopped = await lead.post("/goals/new", data={**fields(await lead.get("/goals/new")), **typed})
    door.agree(onboarding.id, "goal_0", ours(onboarding, "yes"))
    taken = await lead.post("/goals/new", data={**fields(await lead.get("/goals/new")), **typed})

    assert (409, True) == (stopped.status_code, "20 proposed goals wait to be agreed already" in stopped.text)
    assert (200, "/goals") == (taken.status_code, taken.url.path)


async def test_what_should_be_otherwise_is_talked_about(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """As a question to the owner; the goal goes on waiting."""
    given = GoalGiven(key="orders", title="Orders", unit="a day", baseline=10, target=20)
    SqlGoals(site.engine).define(onboarding.id, given, by=OWNER, origin="cli", at=onboarding.now)
    form = {**fields(await lead.get("/goals"), "goal"), "answer": "otherwise"}
    mute = await lead.post("/goals", data=form)
    said = await lead.post("/goals", data={**form, "words-orders": "Count the returns out"})

    assert (422, "/questions") == (mute.status_code, said.url.path)
    [message] = site.messages(onboarding.id, "question", OWNER)
    assert "About the goal “Orders”:\nCount the returns out" == message.notice.facts["text"]


async def test_two_goals_of_one_page_are_talked_about_apart(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The second form is sent while the first still hangs: it comes from the same page, and is no second click."""
    for key in ("orders", "returns"):
        given = GoalGiven(key=key, title=key, unit="a day", baseline=10, target=20)
        SqlGoals(site.engine).define(onboarding.id, given, by=OWNER, origin="cli", at=onboarding.now)
    form = {**fields(await lead.get("/goals")), "answer": "otherwise"}
    for key in ("orders", "returns", "returns"):
        await lead.post("/goals", data={**form, "goal": key, f"words-{key}": "Less"})

    messages = site.messages(onboarding.id, "question", OWNER)
    assert ["About the goal “orders”:\nLess", "About the goal “returns”:\nLess"] == [
        message.notice.facts["text"] for message in messages
    ]


async def test_a_colleague_is_proposed_and_taken_in_by_one_of_ours(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Until then they hear nothing; named twice they wait once, and who takes part already is not named."""
    form = fields(await lead.get("/people/new"))
    typed = {"name": "Ana Ruiz", "email": "ana.ruiz@lindenau.example", "role": "champion", "text": "Knows every depot"}
    wrong = await lead.post("/people/new", data={**form, **typed, "email": "ana", "role": "boss"})
    there = await lead.post("/people/new", data={**form, **typed, "email": "S.Vogel@lindenau-moebel.example"})
    for once in (form["once"], "B" * 22):
        named = await lead.post("/people/new", data={**form, **typed, "once": once})
    colleagues: ColleagueDoor = door_of(site, ColleagueDoor)
    assert ([422, 409], True) == ([wrong.status_code, there.status_code], "takes part already" in there.text)
    assert "named by Stefan Vogel, waits for Jonas Weber" in named.text
    assert ["proposed"] == [one.state for one in colleagues.kept.of(onboarding.id)]
    assert 1 == len(site.messages(onboarding.id, "colleague_named", OWNER))
    assert "ana.ruiz@lindenau.example" not in {person.email for person in onboarding.dossier.people}

    async def door() -> Any:
        await site.parts.door("cli")
        return RealIds(site)

    for _ in range(2):
        taken = await colleagues.take_in(onboarding.id, 1, ours(onboarding, "in"), door=door)

    [contact] = [one for one in site.parts.ledger.dossier(onboarding.id).people if one.email == typed["email"]]
    assert ("taken_in", contact.id, "champion") == (taken.state, taken.person, contact.role)
    assert 1 == sum(kind == "add_contact" for kind, _ in site.door.told)
    assert "Ana Ruiz" in (await lead.get("/people")).text
    with pytest.raises(Refused):
        colleagues.decline(onboarding.id, 1, ours(onboarding, "no"))


async def test_who_could_not_come_in_is_not_named(tmp_path: Path) -> None:
    """For their address is at none of the domains: the form says so at the field, and nobody is told."""
    async with room_on(tmp_path, room_domains="lindenau-moebel.example") as site:
        onboarding = site.opened(success_metrics=[])
        typed = {"name": "Ana Ruiz", "email": "ana@gmail.example", "role": "champion"}
        async with into(site, onboarding, LEAD) as lead:
            form = fields(await lead.get("/people/new"))
            elsewhere = await lead.post("/people/new", data={**form, **typed})
            named = await lead.post("/people/new", data={**form, **typed, "email": "ana@lindenau-moebel.example"})
        waiting = door_of(site, ColleagueDoor).kept.of(onboarding.id)

    assert (422, True) == (elsewhere.status_code, 'href="#email"' in elsewhere.text)
    assert "at this domain cannot take part" in elsewhere.text
    assert ("/people", ["ana@lindenau-moebel.example"]) == (named.url.path, [one.email for one in waiting])


async def test_a_no_to_a_colleague_is_read_by_who_has_named_them(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """With its reason, and by nobody else."""
    form = fields(await lead.get("/people/new"))
    typed = {"name": NASTY, "email": "x@lindenau.example", "role": "end_user"}
    await lead.post("/people/new", data={**form, **typed})
    door_of(site, ColleagueDoor).decline(onboarding.id, 1, ours(onboarding, "no"), reason="Comes with the second wave")
    async with into(site, onboarding, SPONSOR) as sponsor:
        other = await sponsor.get("/people")

    mine = await lead.get("/people")
    assert ("second wave" in mine.text, "second wave" in other.text, "<script>alert" in mine.text) == (
        True,
        False,
        False,
    )


async def test_a_training_is_rated_once_its_week_has_begun(site: RoomSite, onboarding: Onboarding) -> None:
    """The newest rating counts; a bad one needs words, and reaches the owner as a question."""
    async with into(site, onboarding, TECHNICAL) as technical:
        early = await technical.get("/trainings")
        onboarding.to_day(43)
        home, listed = await technical.get("/"), await technical.get("/trainings")
        paths = re.findall(r'href="(/trainings/[a-z_]+)"', listed.text)
        page = await technical.get(paths[0])
        untouched = await technical.post(paths[0], data=fields(page))
        mute = await technical.post(paths[0], data={**fields(page), "rating": "2"})
        good = await technical.post(paths[0], data={**fields(page), "rating": "5"})
        bad = await technical.post(paths[0], data={**fields(page), "rating": "1", "text": "Too fast"})
        nowhere = await technical.get("/trainings/none")
        onboarding.tell("end_onboarding", ending="churned", reason="they left", by="nora.lindqvist")
        over, gone = await technical.get("/trainings"), await technical.get(paths[0])

    assert "No training for you has begun yet" in early.text
    assert ("Say how it was" in home.text, len(paths)) == (True, 1)
    assert [422, 422, 404] == [answer.status_code for answer in (untouched, mute, nowhere)]
    assert ("Thank you" in good.text, "1 of 5" in bad.text) == (True, True)
    assert ("1 of 5" in over.text, paths[0] in over.text, gone.status_code) == (True, False, 404)
    [rating] = SqlTraining(site.engine).of(onboarding.id)
    assert (1, "Too fast", TECHNICAL) == (rating.rating, rating.text, rating.by)
    [message] = site.messages(onboarding.id, "question", OWNER)
    assert "Too fast" in message.notice.facts["text"]


async def test_another_customers_goals_and_colleagues_are_nowhere(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Nor can anything be said to them."""
    other = site.opened(id="2", success_metrics=[])
    given = GoalGiven(key="theirs", title="Theirs alone", unit="a day", baseline=10, target=20)
    SqlGoals(site.engine).define(other.id, given, by=OWNER, origin="cli", at=other.now)
    page = await lead.get("/goals/new")
    answer = await lead.post("/goals", data={**fields(page), "goal": "theirs", "revision": "1"})

    assert 404 == answer.status_code
    assert "Theirs alone" not in (await lead.get("/goals")).text
    assert heading(await lead.get("/goals")) == "Goals"
    assert onboarding.now < datetime.fromisoformat(CLOSED) + timedelta(days=4)
