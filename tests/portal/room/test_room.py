"""Does the room say what is true, and does what is done in it reach the onboarding once? By a client, on a port."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx2
import pytest
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy.exc import OperationalError

from domain.agenda.shown import version_now
from domain.playbook import Playbook, content_hash
from domain.record import MeetingRow, Writing
from domain.refusal import Refused
from portal.rendering import Pages
from portal.room.changes import changes_of
from portal.room.routes import room_routes
from starter.trouble import NotReachable
from store import reads, room_writes
from tests.support.room import Onboarding, RoomSite, into, room_on
from tests.support.simulation import deal

LEAD, TECHNICAL, SPONSOR = "project_lead", "technical_lead", "executive_sponsor"
NASTY = "<script>alert(1)</script>\"'&lt; 会う"
SHOWING = ("/", "/plan", "/people", "/records", "/meetings")
ACTING = ("/issues", "/questions", "/me", "/sign-off/plan_agreed", "/done/kickoff_held")
PAGES = (*SHOWING, *ACTING)
OUTSIDE = ("/in", "/out", "/calendar")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[RoomSite]:
    async with room_on(tmp_path) as site:
        yield site


@pytest.fixture
def onboarding(site: RoomSite) -> Onboarding:
    """On its eighth day, with the kickoff held: the plan waits for the project lead's yes."""
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.settled("kickoff_held", "access_provisioned")
    return onboarding


@pytest.fixture
async def lead(site: RoomSite, onboarding: Onboarding) -> AsyncIterator[httpx2.AsyncClient]:
    async with into(site, onboarding, LEAD) as browser:
        yield browser


def fields(page: httpx2.Response, *names: str) -> dict[str, str]:
    """What stands hidden in the page's form, as a browser sends it back."""
    wanted = {name: re.search(rf'name="{name}" value="([^"]*)"', page.text) for name in ("once", "version", *names)}
    return {name: found[1] for name, found in wanted.items() if found}


def heading(page: httpx2.Response) -> str:
    [h1] = re.findall(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    return str(h1)


def kinds(site: RoomSite, onboarding: Onboarding) -> list[str]:
    return [row.kind for row in reads.journal(site.engine, onboarding.id)]


async def test_home_has_one_next_task_and_it_is_ones_own(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The sponsor, of whom nothing is asked but a yes to a goal, is not sent into the plan."""
    home = await lead.get("/")
    async with into(site, onboarding, SPONSOR) as sponsor:
        other = await sponsor.get("/")

    assert "Decide: Onboarding plan" == heading(home)
    assert 1 == home.text.count('class="button"')
    assert "1 goal waits for your yes" == heading(other)


async def test_what_we_ask_is_the_next_step_of_whom_nothing_else_is_asked(site: RoomSite) -> None:
    """Then the goals that wait for their yes: nobody reads that nothing waits for them while something does."""
    early = site.opened(id="3")
    early.to_day(3)
    async with into(site, early, SPONSOR) as sponsor:
        asks = await sponsor.get("/")
        for path in re.findall(r'href="(/asked/[^"]+)"', (await sponsor.get("/asked")).text):
            await sponsor.post(path, data={**fields(await sponsor.get(path)), "text": "Our stocktaking."})
        goals = await sponsor.get("/")
        await sponsor.post("/goals", data=fields(await sponsor.get("/goals"), "goal", "revision"))
        nothing = await sponsor.get("/")

    assert "Nothing waits for you" == heading(nothing)
    assert ("Answer 2 questions of ours", 1) == (heading(asks), asks.text.count('class="button"'))
    assert "Before the kickoff" not in asks.text
    assert ("1 goal waits for your yes", 1) == (heading(goals), goals.text.count('class="button"'))


async def test_what_comes_first_is_named_without_what_that_waits_for(site: RoomSite) -> None:
    """Everything waits for the kickoff before it was held; only what follows it at once says so."""
    early = site.opened(id="3")
    early.to_day(3)
    async with into(site, early, LEAD) as lead:
        plan = (await lead.get("/plan")).text

    waits = [line.rpartition("Waits for: ")[2] for line in plan.splitlines() if "Waits for: " in line]
    assert any(line.startswith("Kickoff meeting held<") for line in waits)
    assert any(line.startswith("Technical discovery completed<") for line in waits)
    assert not any("completed, Kickoff" in line for line in waits)


async def test_what_is_ours_alone_is_nowhere(site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient) -> None:
    """No internal milestone, no risk, no contract value, no note of ours: on no page."""
    onboarding.tell("record_risk", risk="r-1", title="They may churn", probability=5, impact=5, by="jonas.weber")
    onboarding.tell("note", note="Their sponsor is difficult", by="jonas.weber")
    everything = "".join([(await lead.get(path)).text for path in PAGES])

    assert "Kickoff meeting held" in everything
    for ours in ("hand-off reviewed", "Introduction sent", "churn", "difficult", "46000", "46,000"):
        assert ours.lower() not in everything.lower()
    assert site.address


async def test_a_no_needs_reasons_and_what_was_typed_stays(site: RoomSite, lead: httpx2.AsyncClient) -> None:
    """Neither answer is chosen beforehand: a program that sends the form as it is signs nothing."""
    page = await lead.get("/sign-off/plan_agreed")
    assert "checked" not in page.text
    untouched = await lead.post("/sign-off/plan_agreed", data=fields(page))
    no = await lead.post("/sign-off/plan_agreed", data={**fields(page), "decision": "reject", "reasons": " \n- "})

    assert [422, 422] == [untouched.status_code, no.status_code]
    assert "Problem: " in no.text
    assert 'href="#reasons"' in no.text
    assert 'value="reject" checked' in no.text
    assert [] == site.door.told


async def test_a_sign_off_leaves_a_record_of_what_was_said(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Not yet with reasons, asked again, then yes: two records, the later naming the earlier. A reader in another zone
    reads their own time."""
    page = await lead.get("/sign-off/plan_agreed")
    said = {"decision": "reject", "reasons": f"- {NASTY}\n・Mondays do not work"}
    first = await lead.post("/sign-off/plan_agreed", data={**fields(page), **said})
    onboarding.tell("ask_sign_off", milestone="plan_agreed", by="jonas.weber", note="Thursdays now")
    page = await lead.get("/sign-off/plan_agreed")
    assert "Thursdays now" in page.text
    second = await lead.post("/sign-off/plan_agreed", data={**fields(page), "decision": "approve"})

    assert ("Recorded" in first.text, "Not yet" in first.text, "<script>alert" in first.text) == (True, True, False)
    assert "Mondays do not work" in second.text, "the earlier round"
    assert "the personal link of a message, on this page" in second.text
    assert 2 == (await lead.get("/records")).text.count('href="/records/')
    assert [NASTY, "Mondays do not work"] == site.door.told[0][1]["reasons"]
    assert "milestone_reached" in kinds(site, onboarding)


async def test_a_record_is_a_file_too(site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient) -> None:
    """The same words, in the reader's language; what people wrote is text in it. The same file each time."""
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons=[f"#{NASTY}"], by=LEAD, via="cli")
    [path] = re.findall(r'href="(/records/[0-9]+)"', (await lead.get("/records")).text)
    first, second = [await lead.get(f"{path}.pdf") for _ in range(2)]
    japanese = await lead.get(f"{path}.pdf?language=ja")

    assert ("application/pdf", first.content) == (first.headers["content-type"], second.content)
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first.content)).pages)
    for words in ("Record of a sign-off", "Not yet", "Stefan Vogel, Project lead", "<script>alert(1)</script>"):
        assert words in said
    assert ("one of ours recorded it" in said, "cli" in said) == (True, False)
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(japanese.content)).pages)
    assert ("承認記録" in said, "様、プロジェクトリーダー" in said, "), " in said) == (True, True, False)
    assert 404 == (await lead.get("/records/1.pdf")).status_code
    assert site.address


async def test_a_signature_holds_for_what_was_shown(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The plan moved while the page was open: the signer is shown the new one, and nothing is signed."""
    page = await lead.get("/sign-off/plan_agreed")
    onboarding.tell("replan", milestone="gone_live", to="2033-01-20", reason="stock-taking", by="jonas.weber")
    stale = await lead.post("/sign-off/plan_agreed", data={**fields(page), "decision": "approve"})

    assert (409, []) == (stale.status_code, site.door.told)
    assert "Something has changed since you opened this page" in stale.text
    fresh = await lead.post("/sign-off/plan_agreed", data={**fields(stale), "decision": "approve"})
    assert "Recorded" in fresh.text


@pytest.mark.parametrize("what", ["replan", "refused"])
async def test_a_signature_binds_where_it_counts(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient, what: str
) -> None:
    """What changes after the page has looked, before the onboarding has taken the yes, is noticed by that itself."""
    milestone = onboarding.state.milestone("plan_agreed")
    assert milestone is not None
    shown = version_now(onboarding.state, milestone)
    page = await lead.get("/sign-off/plan_agreed")

    def meanwhile() -> None:
        if what == "replan":
            onboarding.tell("replan", milestone="gone_live", to="2033-01-20", reason="stock", by="jonas.weber")
        else:
            onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons="No", by=LEAD)
            onboarding.tell("ask_sign_off", milestone="plan_agreed", by="jonas.weber", note="Now?")

    site.door.before = meanwhile
    late = await lead.post("/sign-off/plan_agreed", data={**fields(page), "decision": "approve"})
    [(_, news)] = site.door.told

    assert shown == news["version"], "the page names the very version that the onboarding has"
    assert (409, "open") == (late.status_code, milestone.status)
    assert "Something has changed since you opened this page" in late.text
    fresh = await lead.post("/sign-off/plan_agreed", data={**fields(late), "decision": "approve"})
    assert "Recorded" in fresh.text


async def test_settled_by_somebody_else_meanwhile(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """The form says so instead of an error; and what is not one's own has no form at all."""
    page = await lead.get("/sign-off/plan_agreed")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="approve", by=LEAD)
    late = await lead.post("/sign-off/plan_agreed", data={**fields(page), "decision": "reject", "reasons": "no"})
    other = await lead.get("/done/security_prepared")
    async with into(site, onboarding, TECHNICAL) as technical:
        own = await technical.get("/done/security_prepared")

    assert ("This is done already", []) == (heading(late), site.door.told)
    assert "Nothing is asked of you here now" == heading(other)
    assert "How does it stand: Security review prepared?" == heading(own)


async def test_work_is_reported_once(site: RoomSite, onboarding: Onboarding) -> None:
    """A double click, and the same form again from a page that was left open: one fact."""
    async with into(site, onboarding, TECHNICAL) as technical:
        page = await technical.get("/done/security_prepared")
        data = {**fields(page), "answer": "done", "words": "with the questionnaire"}
        both = await asyncio.gather(*(technical.post("/done/security_prepared", data=data) for _ in range(2)))

    assert {200} == {answer.status_code for answer in both}
    reached = reads.journal(site.engine, onboarding.id, about="security_prepared", kinds=["milestone_reached"])
    assert ["milestone_reached"] == [row.kind for row in reached]
    assert ("room", False, TECHNICAL) == (reached[0].via, reached[0].proved, reached[0].by)


async def test_what_stands_in_the_way_reaches_the_owner(site: RoomSite, onboarding: Onboarding) -> None:
    """As a message of its own; and it needs words."""
    async with into(site, onboarding, TECHNICAL) as technical:
        page = await technical.get("/done/security_prepared")
        mute = await technical.post("/done/security_prepared", data={**fields(page), "answer": "not_yet"})
        told = {"answer": "not_yet", "words": "Our auditor is ill"}
        home = await technical.post("/done/security_prepared", data={**fields(page), **told})

    assert (422, "/") == (mute.status_code, home.url.path)
    [message] = site.messages(onboarding.id, "question", "jonas.weber")
    assert "Our auditor is ill" in message.notice.facts["text"]
    assert site.woken


async def test_temporal_away_loses_no_text(site: RoomSite, lead: httpx2.AsyncClient) -> None:
    """Not saved, the text is here, and the same form counts once when it is sent again."""
    typed = {"title": "Login fails", "severity": "high", "words": "Since Monday\nin the depot"}
    page = await lead.get("/issues")
    site.door.trouble = NotReachable("Temporal does not answer")
    away = await lead.post("/issues", data={**fields(page), **typed})
    site.door.trouble = None
    again = await lead.post("/issues", data={**fields(away), **typed})

    assert (503, True) == (away.status_code, "Since Monday\nin the depot" in away.text)
    assert fields(page)["once"] == fields(away)["once"]
    assert ("it is reported" in again.text, 1) == (True, len(site.door.told))


async def test_a_refusal_is_said_with_its_reason(site: RoomSite, lead: httpx2.AsyncClient) -> None:
    """And what was typed stays."""
    page = await lead.get("/issues")
    site.door.trouble = Refused("200 issues are open already", field="issue")
    data = {**fields(page), "title": "Login fails", "severity": "high", "words": "since Monday"}
    refused = await lead.post("/issues", data=data)

    assert 409 == refused.status_code
    assert "200 issues are open already" in refused.text
    assert ("Login fails" in refused.text, "since Monday" in refused.text) == (True, True)


async def test_an_issue_is_raised_solved_and_not_solved(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Seen by everybody of the customer's."""
    page = await lead.get("/issues")
    mute = await lead.post("/issues", data={**fields(page), "title": "", "severity": "bad"})
    assert (422, True, True) == (mute.status_code, 'href="#title"' in mute.text, 'href="#severity"' in mute.text)
    raised = await lead.post("/issues", data={**fields(page), "title": NASTY, "severity": "high"})
    assert ("it is reported" in raised.text, "<script>alert" in raised.text) == (True, False)
    onboarding.tell("resolve_issue", issue="issue-1", by="jonas.weber")
    async with into(site, onboarding, TECHNICAL) as technical:
        page = await technical.get("/issues")
        mute = await technical.post("/issues", data={**fields(page), "not_solved": "issue-1"})
        assert (422, True) == (mute.status_code, 'href="#words-issue-1"' in mute.text)
        words = {"not_solved": "issue-1", "words": "It still fails"}
        open_again = await technical.post("/issues", data={**fields(page), **words})

    assert "it is open again" in open_again.text
    assert ["issue_raised", "issue_resolved", "issue_not_solved"] == [
        kind for kind in kinds(site, onboarding) if kind.startswith("issue")
    ]


async def test_a_task_of_ones_own_is_closed(site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient) -> None:
    """It stands beside the milestones by its day; nobody else may close it."""
    onboarding.tell("add_task", title="Send the logo", due="2032-11-09", owner=LEAD, by="jonas.weber")
    home = await lead.get("/")
    async with into(site, onboarding, TECHNICAL) as technical:
        assert 404 == (await technical.get("/task/task-1")).status_code
    page = await lead.get("/task/task-1")
    untouched = await lead.post("/task/task-1", data=fields(page))
    assert (422, []) == (untouched.status_code, site.door.told), "a program that sends every form as it is closes none"
    done = await lead.post("/task/task-1", data={**fields(page), "answer": "done"})

    assert "Send the logo" == heading(home), "it is due first"
    assert ("reported as done" in done.text, "Decide: Onboarding plan") == (True, heading(done))


async def test_another_customers_room_is_nowhere(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """A session sees its own onboarding alone, whatever it asks for."""
    other = site.opened(id="2")
    other.to_day(8)
    other.settled("kickoff_held")
    other.tell("sign_off", milestone="plan_agreed", decision="approve", by=LEAD)
    other.tell("raise_issue", title="Theirs alone", severity="high", by=LEAD)
    other.tell("add_task", title="Theirs alone, too", due="2032-11-19", owner=LEAD, by="jonas.weber")
    [seq] = [row.seq for row in reads.journal(site.engine, other.id, about="plan_agreed", kinds=["milestone_reached"])]

    answers = [await lead.get(path) for path in (f"/records/{seq}", f"/records/{seq}.pdf", "/task/task-1")]
    everything = "".join([(await lead.get(path)).text for path in PAGES])
    page = await lead.get("/issues")
    told = await lead.post("/issues", data={**fields(page), "not_solved": "issue-1", "words": "x"})

    assert [404] * 4 == [answer.status_code for answer in (*answers, told)]
    assert "Theirs alone" not in everything
    assert onboarding.id in str(site.door.onboardings)


async def test_no_page_is_for_anybody_without_a_session(site: RoomSite, onboarding: Onboarding) -> None:
    """Every route of the room; and a cookie of one's own invention is no session."""
    routes = room_routes(site.parts, Pages({}), changes_of(site.parts))
    inside = [one for one in routes if not one.path.startswith(OUTSIDE) and not one.path.endswith("/out")]
    named = [
        (one.path.format(key="plan_agreed", seq=1, id=1, number=1, room="a" * 12, embed="A" * 43), one.methods)
        for one in inside
    ]
    async with site.client(cookies={"day90": "A" * 43}) as stranger:
        looks = [await stranger.get(path) for path, _ in named]
        acts = [await stranger.post(path, data={"once": "A" * 22}) for path, methods in named if "POST" in methods]

    assert len(looks) >= 14
    assert {401} == {answer.status_code for answer in (*looks, *acts)}
    assert "Lindenau" not in "".join(answer.text for answer in looks)
    assert onboarding.id


async def test_the_language_is_switched_in_its_own_words_and_stays(lead: httpx2.AsyncClient) -> None:
    """On every page from then on; what people wrote stays as they wrote it."""
    switched = await lead.get("/?language=ja")
    later = await lead.get("/plan")

    assert 'lang="ja"' in switched.text
    assert "ご判断ください：オンボーディング計画" == heading(switched)
    assert "計画" == heading(later)


async def test_every_page_is_small_and_runs_nothing(site: RoomSite, lead: httpx2.AsyncClient) -> None:
    """The first page with its sheet is under 60 kB in two requests, and no page has a script or a style of its own."""
    home = await lead.get("/")
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', home.text)
    styles = await lead.get(sheet)
    assert len(home.content) + len(styles.content) < 60_000
    for path in PAGES:
        page = await lead.get(path)
        assert page.status_code in (200, 303), path
        assert not [
            word for word in (" style=", "onclick", "http:", "https:") if word in page.text.replace(site.address, "")
        ], path
    assert site.address


async def test_paused_and_ended_ask_for_nothing(onboarding: Onboarding, lead: httpx2.AsyncClient) -> None:
    """Both say so; what is over can be read."""
    onboarding.tell("pause", reason="stock-taking", by="nora.lindqvist")
    paused = await lead.get("/")
    onboarding.tell("end_onboarding", ending="churned", reason="they left", by="nora.lindqvist")
    ended = await lead.get("/")

    assert ["The onboarding is paused", "This onboarding has ended"] == [heading(paused), heading(ended)]
    assert "they left" not in ended.text
    assert "<form" not in (await lead.get("/issues")).text.split("<main")[1].split("</main>")[0]


async def test_who_was_handed_over_reads_that_it_is_complete_and_whom_to_write_to(
    onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """Questions and issues are not taken there any more: each of their pages has the contact's address instead."""
    news = {"ending": "handed_over_with_exceptions", "exceptions": onboarding.state.unmet()}
    onboarding.tell("end_onboarding", **news, reason="one training is left", by="nora.lindqvist")
    pages = [await lead.get(path) for path in ("/", "/questions", "/issues")]

    assert "Your onboarding is complete" == heading(pages[0])
    assert ["jonas.weber@vendor.example"] * 3 == [re.findall(r'href="mailto:([^"]*)"', page.text)[0] for page in pages]
    assert "one training is left" not in pages[0].text


async def test_after_the_end_no_page_promises_what_will_not_come(
    onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """No deliverable is still to come, no goal waits for a yes, and no next stage or training begins."""
    paths = ("/files", "/goals", "/library", "/trainings")
    promises = ("still to come", "Waits for your yes", "Still without a target", "when it begins", "has begun yet")
    before = [(await lead.get(path)).text for path in paths]
    onboarding.tell("end_onboarding", ending="churned", reason="they left", by="nora.lindqvist")
    after = [(await lead.get(path)).text for path in paths]

    assert {"still to come", "Waits for your yes"} <= {word for word in promises if any(word in one for one in before)}
    assert not [word for word in promises if any(word in one for one in after)]
    assert "Not agreed by both of us" in after[1]


async def test_a_demo_whose_dates_have_gone_by_is_not_late_by_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a day lasts seconds the room goes by the onboarding's own time."""
    monkeypatch.setattr("tests.support.room.CLOSED", datetime(2020, 11, 2, 8, tzinfo=UTC))
    async with room_on(tmp_path, day_length="1.3s") as site:
        onboarding = site.opened()
        onboarding.to_day(3)
        async with into(site, onboarding, LEAD) as lead:
            home = await lead.get("/")

    [day] = re.findall(r">Day (\d+)<", home.text)
    assert (int(day) <= 3, "dates have passed" in home.text) == (True, False)


async def test_somebody_who_stands_in_the_deal_twice_acts_once(site: RoomSite) -> None:
    """Under the id that has the work: the same address with two roles is one person."""
    raw = deal("lindenau-germany").model_dump(mode="json", exclude_none=True)
    people = [{**one, "email": "s.vogel@lindenau-moebel.example"} for one in raw["stakeholders"]]
    onboarding = site.opened(id="3", stakeholders=people)
    onboarding.to_day(8)
    onboarding.settled("kickoff_held")
    async with into(site, onboarding, SPONSOR) as browser:
        page = await browser.get("/sign-off/plan_agreed")
        record = await browser.post("/sign-off/plan_agreed", data={**fields(page), "decision": "approve"})

    assert "Recorded" in record.text
    assert LEAD == site.door.told[0][1]["by"]


async def test_the_second_of_two_signers_at_once_reads_what_happened(site: RoomSite, onboarding: Onboarding) -> None:
    """Not that their decision was recorded, when it was not."""
    onboarding.settled("uat_signed_off")
    onboarding.tell("reopen_milestone", milestone="uat_signed_off", reason="tried again", by="jonas.weber")
    async with into(site, onboarding, LEAD) as lead, into(site, onboarding, TECHNICAL) as technical:
        pages = [await one.get("/sign-off/uat_signed_off") for one in (lead, technical)]
        answers = [
            await one.post("/sign-off/uat_signed_off", data={**fields(page), "decision": "approve"})
            for one, page in zip((lead, technical), pages, strict=True)
        ]

    assert ["Record of a sign-off", "This is done already"] == [heading(answer) for answer in answers]


async def test_a_no_stands_until_its_owner_says_yes(site: RoomSite, onboarding: Onboarding) -> None:
    """Whoever could have decided instead is not asked in vain."""
    onboarding.settled("uat_signed_off")
    onboarding.tell("reopen_milestone", milestone="uat_signed_off", reason="tried again", by="jonas.weber")
    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", reasons=["late"], by=TECHNICAL)
    onboarding.settled("integrations_live", "data_validated")
    async with into(site, onboarding, LEAD) as lead, into(site, onboarding, TECHNICAL) as technical:
        assert "Decide: Acceptance test (UAT)" not in (await lead.get("/")).text.partition("</h1>")[0]
        assert "Decide: Acceptance test (UAT)" in (await technical.get("/")).text


async def test_a_question_that_cannot_be_written_is_not_called_sent(
    site: RoomSite, lead: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same form again writes it with its message, once."""
    page = await lead.get("/questions")
    with monkeypatch.context() as broken:

        def locked(*_: object, **__: object) -> None:
            raise OperationalError("INSERT", {}, Exception("locked"))

        broken.setattr(room_writes, "notice_row", locked)
        answer = await lead.post("/questions", data={**fields(page), "text": "When?"})
    again = await lead.post("/questions", data={**fields(answer), "text": "When?"})

    assert (503, True) == (answer.status_code, "When?" in answer.text)
    assert "Sent. The answer comes here, and by mail." in again.text
    assert 1 == sum(row.kind == "question" for row in reads.notices(site.engine))


async def test_a_playbook_without_the_sign_off_breaks_no_page(
    site: RoomSite, onboarding: Onboarding, lead: httpx2.AsyncClient
) -> None:
    """What was signed under the version before stands among the records, as it was worded then."""
    onboarding.settled("plan_agreed")
    to = onboarding.dossier.playbook.model_dump(mode="json", by_alias=True)
    for milestone in (one for stage in to["stages"] for one in stage["milestones"]):
        if milestone["key"] == "plan_agreed":
            milestone["title"], milestone["sign_off"] = "Worded otherwise", None
    changed = Playbook.model_validate(to)
    onboarding.ledger.keep_playbook(changed)
    onboarding.tell("change_playbook", to=content_hash(changed), when="now", reason="simpler", by="nora.lindqvist")
    records = await lead.get("/records")
    [path] = re.findall(r'href="(/records/[0-9]+)"', records.text)
    record = await lead.get(path)

    assert ("Onboarding plan" in record.text, "Worded otherwise" in record.text) == (True, False)
    assert {200} == {(await lead.get(path)).status_code for path in SHOWING}
    assert site.address


async def test_a_meeting_of_the_programme_is_answered_without_the_onboarding(site: RoomSite) -> None:
    """That has ended, and takes no news any more."""
    onboarding = site.opened(id="2")
    hour = {"uid": "u1", "occasion": "2032-11-08", "starts_at": datetime(2032, 11, 8, 9, tzinfo=UTC), "minutes": 45}
    review = MeetingRow.model_validate(
        {**hour, "meeting": "programme/review", "title": "Review", "sequence": 0, "status": "agreed", "people": [LEAD]}
    )
    onboarding.ledger.write(Writing(onboarding=onboarding.id, meetings=(review,)))
    async with into(site, onboarding, LEAD) as lead:
        page = await lead.get("/meetings")
        [key] = re.findall(r'name="meeting" value="([^"]+)"', page.text)
        answered = await lead.post("/meetings", data={**fields(page), "meeting": key, "answer": "declined"})

    assert ("your answer is noted" in answered.text, " checked" in answered.text) == (True, True)
    assert [] == site.door.told


async def test_a_meeting_is_answered_and_stands_in_ones_calendar(site: RoomSite) -> None:
    """In the reader's zone; the calendar needs no session, and has what is theirs alone."""
    onboarding = site.opened(id="2")
    hour = {"starts_at": "2032-11-08T09:00:00Z", "minutes": 45}
    onboarding.tell("agree_slot", meeting="kickoff_held", by="jonas.weber", **hour)
    async with into(site, onboarding, LEAD) as lead, site.client() as calendar:
        page = await lead.get("/meetings")
        [key] = re.findall(r'name="meeting" value="([^"]+)"', page.text)
        assert ("10:00" in page.text, "45 minutes" in page.text, " checked" in page.text) == (True, True, False)
        untouched = await lead.post("/meetings", data={**fields(page), "meeting": key})
        assert (422, []) == (untouched.status_code, site.door.told)
        answered = await lead.post("/meetings", data={**fields(page), "meeting": key, "answer": "accepted"})
        [feed] = re.findall(r'readonly value="([^"]+)"', answered.text)
        read = await calendar.get(feed)
        elsewhere = await calendar.get(feed.replace("/calendar/", "/link/").removesuffix(".ics"))

    assert ("your answer is noted" in answered.text, " checked" in answered.text) == (True, True)
    subscribed = Calendar.from_ical(read.content)
    assert subscribed["NAME"] == subscribed["X-WR-CALNAME"], "by which Google and Outlook list it"
    events = {str(event["SUMMARY"]): event for event in subscribed.walk("VEVENT")}
    assert datetime(2032, 11, 8, 9, tzinfo=UTC) == events["Kickoff meeting"].decoded("DTSTART")
    assert date(2032, 11, 10) == events["Onboarding plan"].decoded("DTSTART")
    assert "Security review prepared" not in events
    assert 404 == elsewhere.status_code


async def test_an_hour_is_chosen_among_those_that_were_offered(site: RoomSite) -> None:
    """Once; then it stands among the meetings, and is offered no more."""
    onboarding = site.opened(id="2")
    onboarding.settled("introduction_sent")
    async with into(site, onboarding, LEAD) as lead:
        page = await lead.get("/meetings")
        [meeting, *_] = re.findall(r'name="choose" value="([^"]+)"', page.text)
        hours = re.findall(r'name="hour" value="([^"]+)"', page.text)
        untouched = await lead.post("/meetings", data={**fields(page), "choose": meeting})
        odd = await lead.post("/meetings", data={**fields(page), "choose": meeting, "hour": "2032-11-08T03:00:00Z"})
        assert ([422, 422], []) == ([untouched.status_code, odd.status_code], site.door.told)
        agreed = await lead.post("/meetings", data={**fields(page), "choose": meeting, "hour": hours[0]})

    assert "the hour is agreed" in agreed.text
    assert f'name="choose" value="{meeting}"' not in agreed.text
    assert 'name="answer"' in agreed.text
    assert ("agree_slot", LEAD) == (site.door.told[0][0], site.door.told[0][1]["by"])
