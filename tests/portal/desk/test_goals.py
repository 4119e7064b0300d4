"""Are goals agreed at the desk, figures reported and put right, and colleagues taken in? By a client, on a port."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2
import pytest

from domain.colleagues import Named
from domain.measure.goals import Goal
from domain.roles import Role
from domain.room.deeds import Deed
from starter.doors.colleagues import ColleagueDoor
from starter.doors.goals import GoalDoor, GoalShown
from starter.doors.measuring import FigureReported, Measuring, MetricDefined
from store import reads
from store.goals import SqlGoals
from store.measurements import Report
from tests.support.desk import DeskSite
from tests.support.desk_door import with_real_door
from tests.support.room import Onboarding

TYPED = {
    "title": "Time from order to delivery",
    "unit": "days",
    "direction": "lower",
    "baseline": "20",
    "target": "14",
    "method": "From the dates of the orders",
    "main": "yes",
}
KEY = "time_from_order_to_delivery"
ONCE = "a" * 22
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def onboarding(site: DeskSite) -> Onboarding:
    """On its tenth day; of the sale nobody knows what it should bring."""
    onboarding = site.opened(success_metrics=[])
    onboarding.to_day(10)
    return onboarding


def path(onboarding: Onboarding, part: str = "") -> str:
    return f"/desk/onboardings/{onboarding.id}/goals{part}"


def hidden(page: httpx2.Response, *names: str) -> dict[str, str]:
    """What the form brings along unseen: that of its first field of each name."""
    fields = ((name, re.search(rf'name="{name}" value="([^"]*)"', page.text)) for name in ("once", *names))
    return {name: unescape(found[1]) for name, found in fields if found}


def words(page: httpx2.Response) -> str:
    """What a person reads of the page itself."""
    main = page.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def goal_of(site: DeskSite, onboarding: Onboarding) -> Goal:
    [goal] = SqlGoals(site.engine).of(onboarding.id)
    return goal


def standing_of(site: DeskSite, onboarding: Onboarding) -> GoalShown:
    [goal] = GoalDoor(engine=site.engine, ledger=site.parts.ledger, staff=site.parts.staff).shown(onboarding.id)
    return goal


def reports_of(site: DeskSite, onboarding: Onboarding, metric: str = KEY) -> list[Report]:
    return list(Measuring(engine=site.engine, staff=site.parts.staff, via="cli").reports(onboarding.id, metric))


async def say(csm: httpx2.AsyncClient, onboarding: Onboarding, query: str = "", **changed: str) -> httpx2.Response:
    form = await csm.get(path(onboarding, f"/define{query}"))
    return await csm.post(path(onboarding, f"/define{query}"), data={**hidden(form, "revision"), **TYPED, **changed})


async def report(csm: httpx2.AsyncClient, onboarding: Onboarding, value: str, on: str = "") -> httpx2.Response:
    there = path(onboarding, f"/report?of={KEY}")
    return await csm.post(there, data={**hidden(await csm.get(there), "metric", "unit"), "value": value, "on": on})


async def test_a_goal_is_said_and_the_customers_yes_written_down(site: DeskSite, onboarding: Onboarding) -> None:
    """It is ours by having been said; theirs is not proved, and the journal says who has written it down."""
    due = (onboarding.dossier.deal.closed_at + timedelta(days=90)).date()
    async with site.signed_in("csm") as csm:
        empty = await csm.get(path(onboarding))
        told = await say(csm, onboarding, due=str(due))
        waits = standing_of(site, onboarding).standing
        form = {**hidden(told, "goal", "revision"), "side": "customer"}
        nobody = await csm.post(path(onboarding), data={**form, "by": "technical_lead"})
        agreed = await csm.post(path(onboarding), data={**form, "by": "project_lead"})

    assert "No goal is agreed yet" in words(empty)
    goal = goal_of(site, onboarding)
    assert (KEY, "lower", 20, 14, 90, True, "jonas.weber", "desk") == (
        *(goal.key, goal.direction, goal.baseline, goal.target, goal.by_day, goal.main, goal.by, goal.origin),
    )
    assert "from 20 days to 14 days, less is better" in words(told)
    assert "How it is measured: From the dates of the orders" in words(told)
    assert ("waits_for_customer", 422) == (waits, nobody.status_code)
    assert ("agreed", True) == (standing_of(site, onboarding).standing, "The yes is recorded." in words(agreed))
    [row] = reads.journal(site.engine, onboarding.id, kinds=("goal_agreed",))
    assert ("project_lead", "desk", False, "(written down by Jonas Weber)") == (row.by, row.via, row.proved, row.note)


async def test_what_the_customer_proposes_is_agreed_to_as_it_was_read(site: DeskSite, onboarding: Onboarding) -> None:
    measuring = Measuring(engine=site.engine, staff=site.parts.staff, via="room")
    proposed = {"title": "Orders", "unit": "a week", "baseline": 10.0, "target": 20.0, "by": "project_lead"}
    measuring.define(onboarding.id, "orders", _metric(proposed), now=onboarding.now)
    async with site.signed_in("csm") as csm:
        page = await csm.get(path(onboarding))
        measuring.define(onboarding.id, "orders", _metric({**proposed, "target": 40.0}), now=onboarding.now)
        stale = await csm.post(path(onboarding), data=hidden(page, "goal", "revision"))
        japanese = await csm.post(path(onboarding, "?language=ja"), data=hidden(page, "goal", "revision"))
        waits = standing_of(site, onboarding).standing
        fresh = await csm.post(path(onboarding), data=hidden(await csm.get(path(onboarding)), "goal", "revision"))

    assert ("Waits for our yes" in words(page), stale.status_code, waits) == (True, 409, "waits_for_us")
    assert "was said otherwise since it was read" in words(stale)
    assert "表示後に、ほかの方が変更しました" in words(japanese)
    assert (200, "agreed") == (fresh.status_code, standing_of(site, onboarding).standing)


def _metric(said: Mapping[str, Any]) -> MetricDefined:
    return MetricDefined.model_validate(said)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"unit": ""}, "unit"),
        ({"direction": ""}, "direction"),
        ({"baseline": "0"}, "baseline"),
        ({"baseline": "1e308"}, "baseline"),
        ({"target": "a few"}, "target"),
        ({"target": "25"}, "target"),
        ({"due": "soon"}, "due"),
        ({"title": "NPS"}, "title"),
        ({"once": ""}, "form"),
        ({"method": "x" * 10_001}, "method"),
    ],
)
async def test_what_is_wrong_with_a_goal_is_said_at_its_field(
    site: DeskSite, onboarding: Onboarding, changed: dict[str, str], field: str
) -> None:
    async with site.signed_in("csm") as csm:
        answer = await say(csm, onboarding, **changed)

    assert answer.status_code in (409, 422)
    assert f'href="#{field}"' in answer.text
    assert "From the dates of the orders" in answer.text or "method" in changed
    assert () == SqlGoals(site.engine).of(onboarding.id)


async def test_who_says_a_goal_that_somebody_has_just_changed_is_told_first(
    site: DeskSite, onboarding: Onboarding
) -> None:
    """Nothing of theirs is kept until they have seen it; a second click changes nothing."""
    there = path(onboarding, f"/define?goal={KEY}")
    async with site.signed_in("csm") as jonas, site.signed_in("manager") as nora:
        await say(jonas, onboarding)
        opened = hidden(await jonas.get(there), "revision")
        await say(nora, onboarding, f"?goal={KEY}", target="12")
        second = await jonas.post(there, data={**TYPED, **opened, "target": "10"})
        kept = goal_of(site, onboarding).target
        for _ in range(2):
            done = await jonas.post(there, data={**TYPED, **hidden(second, "revision"), "target": "10"})

    assert (409, 12) == (second.status_code, kept)
    assert "Somebody has changed this goal meanwhile" in words(second)
    assert re.search(r"from 20 days to 12 days, less is better as Nora", words(second))
    assert 'name="target" type="text" value="10"' in second.text
    assert (10, 3) == (goal_of(site, onboarding).target, goal_of(site, onboarding).revision)
    assert "from 20 days to 12 days, less is better Nora" in words(done)


async def test_a_new_goal_does_not_replace_one_of_its_name(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("csm") as jonas, site.signed_in("manager") as nora:
        await say(jonas, onboarding)
        second = await say(nora, onboarding, target="1")

    assert (409, 14) == (second.status_code, goal_of(site, onboarding).target)
    assert "There is a goal by this name" in words(second)
    assert f"/goals/define?goal={KEY}" in second.text


async def test_a_figure_is_reported_and_put_right_and_nothing_is_lost(site: DeskSite, onboarding: Onboarding) -> None:
    day = str((onboarding.dossier.deal.closed_at + timedelta(days=5)).date())
    async with site.signed_in("csm") as csm:
        await say(csm, onboarding)
        reported = await report(csm, onboarding, "17,5", day)
        there = path(onboarding, f"/correct?of={KEY}&number=1")
        form = hidden(await csm.get(there))
        mute = await csm.post(there, data={**form, "value": "16"})
        for _ in range(2):
            right = await csm.post(there, data={**form, "value": "16", "reason": "Returns were counted in."})
        late = await csm.post(there, data={**form, "value": "15", "reason": "No, these."})

    assert "Reported. It counts from now on." in words(reported)
    assert "now 17.5 days (Sat 6 Nov)" in words(reported)
    assert 'id="reason-error"' in mute.text
    assert "now 16 days (Sat 6 Nov) · 20 % better than the baseline" in words(right)
    first, second = reports_of(site, onboarding)
    assert (17.5, "desk", "jonas.weber", 2) == (first.value, first.origin, first.by, first.replaced_by)
    assert (16, "corrected", "jonas.weber", "Returns were counted in.") == (
        *(second.value, second.origin, second.by, second.reason),
    )
    assert "No: put right by number 2" in words(right)
    assert (409, True) == (late.status_code, "which was corrected already" in words(late))


async def test_the_same_form_reports_once_and_what_cannot_be_true_says_why(
    site: DeskSite, onboarding: Onboarding
) -> None:
    """A second value for one day is kept beside the first, and does not count."""
    day = str((onboarding.dossier.deal.closed_at + timedelta(days=5)).date())
    async with site.signed_in("specialist") as specialist:
        async with site.signed_in("csm") as csm:
            await say(csm, onboarding)
        there = path(onboarding, f"/report?of={KEY}")
        form = {**hidden(await specialist.get(there), "metric", "unit"), "value": "17", "on": ""}
        for _ in range(2):
            await specialist.post(there, data=form)
        await report(specialist, onboarding, "18", day)
        apart = await report(specialist, onboarding, "19", day)
        japanese = await specialist.get(path(onboarding, "?language=ja"))

    assert [17, 18, 19] == [one.value for one in reports_of(site, onboarding)]
    assert "Kept, and it does not count" in words(apart)
    assert "was reported as 18 for the same moment: correct one of them" in words(apart)
    assert "同じ日時に18と報告されています" in words(japanese)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "1e308"}, "value"),
        ({"value": "many"}, "value"),
        ({"value": "101", "metric": "nps", "unit": ""}, "value"),
        ({"metric": "", "value": "1"}, "metric"),
        ({"value": "1", "on": "yesterday"}, "on"),
        ({"value": "1", "unit": "hours"}, "value"),
    ],
)
async def test_what_is_wrong_with_a_figure_is_said_at_its_field(
    site: DeskSite, onboarding: Onboarding, changed: dict[str, str], field: str
) -> None:
    async with site.signed_in("csm") as csm:
        await say(csm, onboarding)
        answer = await csm.post(path(onboarding, "/report"), data={"once": ONCE, "metric": KEY, **changed})

    assert answer.status_code in (409, 422)
    assert f'id="{field}-error"' in answer.text
    assert [] == reports_of(site, onboarding)


async def test_a_figure_that_every_customer_has_is_reported_too(site: DeskSite, onboarding: Onboarding) -> None:
    """By what it is called; what the program counts itself is not offered."""
    async with site.signed_in("csm") as csm:
        form = await csm.get(path(onboarding, "/report"))
        told = await csm.post(path(onboarding, "/report"), data={**hidden(form), "metric": "nps", "value": "40"})

    assert 'value="nps">Net promoter score' in form.text
    assert 'value="customer_health"' not in form.text
    assert "Other figures" in words(told)
    assert re.search(r"Net promoter score 1 No\. .* 1 .* 40 Jonas Weber Yes", words(told))


async def test_a_metric_of_the_sale_says_what_is_still_to_be_asked_for(site: DeskSite) -> None:
    """A target in another unit says neither how much nor which way."""
    onboarding = site.opened(success_metrics=[{"name": "Cycle time", "baseline": "20 days", "target": "30 %"}])
    measuring = Measuring(engine=site.engine, staff=site.parts.staff, via="api")
    measuring.report(
        onboarding.id, FigureReported(metric="cycle_time", value=17, at=onboarding.now), now=onboarding.now
    )

    async with site.signed_in("viewer") as viewer:
        page = words(await viewer.get(path(onboarding)))
        figures = words(await viewer.get(f"/desk/onboardings/{onboarding.id}/figures"))

    assert "Still to be asked for: what it should become, which way is better" in page
    assert "now 17 days" in page
    assert not re.search(r"better than the baseline|worse than the baseline", page + figures)
    assert "which way is better is still to be asked for" in figures


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", set()), ("specialist", {"/report"}), ("csm", {"/report", "/define"})]
)
async def test_a_page_offers_what_its_reader_may_do(
    site: DeskSite, onboarding: Onboarding, role: Role, may: set[str]
) -> None:
    async with site.signed_in("csm") as csm:
        await say(csm, onboarding)

    async with site.signed_in(role) as browser:
        page = await browser.get(path(onboarding))
        agreeing = await browser.post(path(onboarding), data={"once": ONCE, "goal": KEY, "revision": "1"})

    assert may == {part for part in ("/report", "/define") if path(onboarding, part) in page.text}
    assert (role == "csm") == ('name="side"' in page.text)
    assert (403 if role != "csm" else 200) == agreeing.status_code


async def test_after_the_end_nothing_is_said_or_reported_any_more(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("csm") as csm:
        await say(csm, onboarding)
        onboarding.tell("end_onboarding", ending="churned", reason="They have left.", by="nora.lindqvist")
        onboarding.to_day(30)
        page = await csm.get(path(onboarding))
        said = await csm.post(path(onboarding, "/define"), data={"once": ONCE, **TYPED, "title": "Another"})
        told = await report(csm, onboarding, "17")

    assert not re.search(r"<form method=\"post\" (novalidate )?class=\"form|/goals/(define|report|correct)", page.text)
    assert {200} == {said.status_code, told.status_code}
    assert (KEY, []) == (goal_of(site, onboarding).key, reports_of(site, onboarding))


async def test_who_is_not_in_the_staff_directory_says_nothing(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("csm") as csm:
        form = await csm.get(path(onboarding, "/define"))
        team = site.team.model_copy(
            update={"members": tuple(one for one in site.team.members if "grace" in one.handle)}
        )
        site.parts.staff = lambda: team
        refused = await csm.post(path(onboarding, "/define"), data={**hidden(form, "revision"), **TYPED})

    assert (403, True) == (refused.status_code, "the staff directory does not have your mail address" in words(refused))
    assert () == SqlGoals(site.engine).of(onboarding.id)


async def test_the_pages_are_read_in_japanese(site: DeskSite, onboarding: Onboarding) -> None:
    """Nothing is said in English but what people wrote."""
    async with site.signed_in("csm") as csm:
        await say(csm, onboarding)
        await report(csm, onboarding, "17")
        for part in ("", "/define", "/report", f"/correct?of={KEY}&number=1"):
            both = "&" if "?" in part else "?"
            page = words(await csm.get(path(onboarding, f"{part}{both}language=ja")))
            of_us = page.split("監査記録", 1)[1]
            own = f"{TYPED} Jonas Weber Katharina Brandt Stefan Vogel NPS"
            assert set() == set(re.findall(r"[A-Za-z]{3,}", of_us)) - set(re.findall(r"[A-Za-z]{3,}", own)), part


async def test_what_people_wrote_is_no_part_of_the_pages(site: DeskSite, onboarding: Onboarding) -> None:
    async with site.signed_in("csm") as csm:
        told = await say(csm, onboarding, title=NASTY, unit=NASTY, method=NASTY)
        form = await csm.get(path(onboarding, "/define?goal=script_alert_1_script"))

    for page in (told, form):
        assert NASTY not in page.text
        assert "&lt;script&gt;" in page.text


def named(site: DeskSite, onboarding: Onboarding, name: str, key: str = "k1") -> int:
    """The number of a colleague whom the project lead has named."""
    door = ColleagueDoor(engine=site.engine, ledger=site.parts.ledger, staff=site.parts.staff)
    address = f"{key}@lindenau-moebel.example"
    one = Named.model_validate({"name": name, "email": address, "role": "champion"})
    deed = Deed(key, "customer", "project_lead", onboarding.now, "room", proved=True)
    return door.propose(onboarding.id, one, deed, note="She knows every order.").colleague.number


async def decide(csm: httpx2.AsyncClient, onboarding: Onboarding, number: int, **form: str) -> httpx2.Response:
    there = f"/desk/onboardings/{onboarding.id}/people"
    return await csm.post(there, data={"once": ONCE, "colleague": str(number), **form})


async def test_who_was_named_is_taken_in_and_another_left_out(site: DeskSite, onboarding: Onboarding) -> None:
    """Twice is once; whoever decides otherwise after a colleague is told what was decided."""
    with_real_door(site)
    ana, bo = named(site, onboarding, "Ana Ruiz"), named(site, onboarding, "Bo Specht", "k2")
    async with site.signed_in("csm") as csm, site.signed_in("manager") as manager:
        page = await csm.get(f"/desk/onboardings/{onboarding.id}/people")
        for _ in range(2):
            taken = await decide(csm, onboarding, ana, answer="take_in")
        left_out = await decide(csm, onboarding, bo, answer="decline", reason="Not in this phase.")
        other = await decide(manager, onboarding, ana, answer="decline")
        late = await decide(manager, onboarding, bo, answer="take_in")

    assert "Ana Ruiz" in words(page)
    assert "She knows every order." in words(page)
    assert "They take part from now on" in words(taken)
    [added] = reads.journal(site.engine, onboarding.id, kinds=("contact_added",))
    assert ("jonas.weber", "desk", True) == (added.by, added.via, added.proved)
    assert "left out by Jonas Weber" in words(left_out)
    assert "Not in this phase." in words(left_out)
    assert (409, True) == (other.status_code, "takes part already" in words(other))
    assert (409, True) == (late.status_code, "was declined: add them as a contact instead" in words(late))
    assert 'id="colleagues"' not in late.text


@pytest.mark.parametrize("role", ["viewer", "specialist"])
async def test_deciding_about_who_was_named_takes_a_csm(site: DeskSite, onboarding: Onboarding, role: Role) -> None:
    number = named(site, onboarding, "Ana Ruiz")

    async with site.signed_in(role) as browser:
        page = await browser.get(f"/desk/onboardings/{onboarding.id}/people")
        refused = await decide(browser, onboarding, number, answer="decline")

    assert ("Ana Ruiz" in words(page), 'name="colleague"' in page.text) == (True, False)
    assert 403 == refused.status_code


@pytest.mark.parametrize("form", [{"colleague": "x"}, {"colleague": "9" * 30}, {"once": ""}, {"colleague": "7"}])
async def test_a_form_about_nobody_changes_nothing(
    site: DeskSite, onboarding: Onboarding, form: Mapping[str, str]
) -> None:
    number = named(site, onboarding, "Ana Ruiz")

    async with site.signed_in("csm") as csm:
        there = f"/desk/onboardings/{onboarding.id}/people"
        refused = await csm.post(there, data={"once": ONCE, "colleague": str(number), "answer": "decline", **form})

    assert refused.status_code in (409, 422)
    assert 'id="colleagues"' in refused.text


@pytest.mark.parametrize("revision", ["9" * 5000, "9" * 30, "-1", ""])
async def test_a_revision_that_is_none_changes_nothing(site: DeskSite, onboarding: Onboarding, revision: str) -> None:
    """No form of ours holds it: it is answered as one that is out of date."""
    async with site.signed_in("csm") as csm:
        await say(csm, onboarding)
        answer = await say(csm, onboarding, f"?goal={KEY}", baseline="30", revision=revision)

    assert (409, 20) == (answer.status_code, goal_of(site, onboarding).baseline)
