"""Does the desk show the whole of one customer, and does what is told there reach the onboarding once, and rightly?"""

import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import get_args
from urllib.parse import quote

import httpx2
import pytest

from domain.events import KINDS as ENTRIES
from domain.news import KINDS
from domain.notice import NoticeKind
from domain.record import OnboardingStatus, RegisterRow
from domain.rights import LEAST
from portal.desk.customer.fields import fields_of
from portal.desk.customer.forming import GROUPS, label_in_words, option_in_words
from portal.desk.customer.pages import PARTS
from portal.desk.customer.timeline import months
from portal.desk.session import cookie_name
from portal.rendering import ALL_WORDS
from starter.trouble import NotReachable
from store import reads
from store.files import files_of
from tests.support import desk_door
from tests.support.desk import DeskSite, desk_on
from tests.support.desk_door import with_real_door
from tests.support.room import Onboarding, given
from tests.support.uploads import PDF

VERIFIER = Path(__file__).parents[3] / "docs" / "verify_dossier.py"
NASTY = "<script>alert(1)</script>\"'&lt; 会う"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        with_real_door(site)
        yield site


@pytest.fixture
def onboarding(site: DeskSite) -> Onboarding:
    """On its eighth day, with the kickoff held: the plan waits for the project lead's yes."""
    onboarding = site.opened()
    onboarding.to_day(8)
    onboarding.settled("kickoff_held", "access_provisioned")
    return onboarding


@pytest.fixture
async def csm(site: DeskSite) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.signed_in("csm") as browser:
        yield browser


def path(onboarding: Onboarding, *parts: str) -> str:
    return "/".join(("/desk/onboardings", onboarding.id, *parts))


def hidden(page: httpx2.Response) -> dict[str, str]:
    """What stands hidden in the page's form, as a browser sends it back."""
    [form] = re.findall(r'<form method="post" novalidate.*?</form>', page.text, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def tell(
    browser: httpx2.AsyncClient, onboarding: Onboarding, kind: str, query: str = "", **typed: str
) -> httpx2.Response:
    """Open the form of that update, fill it in and send it."""
    address = path(onboarding, "news", kind) + (f"?{query}" if query else "")
    page = await browser.get(address)
    return await browser.post(address, data={**hidden(page), **typed})


def last(site: DeskSite, onboarding: Onboarding, kind: str) -> reads.JournalEntry:
    return reads.journal(site.engine, onboarding.id, kinds=(kind,))[-1]


async def test_every_part_of_a_customer_is_shown_in_both_languages(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """Nothing that people wrote becomes part of the page."""
    onboarding.tell("raise_issue", title=NASTY, by="project_lead", severity="high")
    onboarding.tell("note", note=NASTY, by="project_lead")
    given(site.room, onboarding, "plan.pdf")

    for part in PARTS:
        for language in ("en", "ja"):
            page = await csm.get(path(onboarding, *([] if part == "overview" else [part])) + f"?language={language}")
            assert 200 == page.status_code, (part, page.text[-500:])
            assert f'<html lang="{language}"' in page.text
            assert "<script>alert" not in page.text


async def test_the_first_page_says_what_waits_for_whom_and_leads_to_its_form(
    onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    page = await csm.get(path(onboarding))

    assert '<a class="brand" href="/desk/">' in page.text
    assert "Waits for us" in page.text
    assert f"/desk/onboardings/{onboarding.id}/news/reach_milestone?milestone=handoff_reviewed" in page.text
    assert f"/desk/onboardings/{onboarding.id}/news/sign_off?milestone=plan_agreed" in page.text
    assert "On track" in page.text


async def test_a_customer_is_found_by_name_and_an_unknown_one_is_not(
    onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    found = await csm.get("/desk/customers/lindenau")
    unknown = await csm.get("/desk/customers/nobody-at-all")

    assert str(found.url).endswith(path(onboarding))
    assert 404 == unknown.status_code


def test_every_update_has_a_form_with_words_in_both_languages() -> None:
    """A new kind of news without words, group or least role is found here."""
    grouped = [kind for kinds in GROUPS.values() for kind in kinds]
    assert sorted(KINDS) == sorted(grouped) == sorted(LEAST)
    for words in ALL_WORDS.values():
        for kind in KINDS:
            assert words[f"news_{kind}"]
            assert words[f"news_{kind}_then"]
            for field in fields_of(kind):
                assert label_in_words(words, kind, field.name)
                named = {option_in_words(words, kind, field.name, value) for value in field.options}
                assert not named & {value for value in field.options if not value.isdecimal()}, (kind, field.name)
                assert not field.of or f"none_{field.of}" in words


def test_every_entry_message_and_state_has_its_words() -> None:
    keys = [f"happened_{kind}" for kind in ENTRIES] + [f"notice_{kind}" for kind in get_args(NoticeKind)]
    states = [state for part in get_args(OnboardingStatus) for state in (get_args(part) or (part,))]
    for words in ALL_WORDS.values():
        assert [] == [key for key in (*keys, *(f"customer_state_{one}" for one in states)) if key not in words]


FORMS: Mapping[str, Mapping[str, str]] = {
    "reach_milestone": {"milestone": "security_prepared"},
    "sign_off": {"milestone": "plan_agreed", "decision": "approve", "by": "project_lead"},
    "raise_issue": {"title": "Nobody can log in", "severity": "high"},
    "note": {"note": "They are happy"},
    "add_task": {"title": "Send the slides", "due": "2032-11-20"},
    "record_risk": {"title": "No time", "probability": "4", "impact": "4"},
    "record_win": {"title": "One list of orders", "slot": "30"},
    "request_scope_change": {"title": "A portal for dealers", "effort_days": "12,5"},
    "pause": {"reason": "Stocktaking"},
    "reassign": {"owner": "mika.sato"},
    "add_contact": {"name": "Emre Yildiz", "email": "emre@lindenau.test", "role": "end_user"},
    "end_onboarding": {"ending": "withdrawn", "grace_hours": "2", "reason": "They start next year"},
}
"""What a CSM fills in; of each form only what has to be."""


@pytest.mark.parametrize("kind", FORMS)
async def test_what_is_told_by_a_form_is_in_the_journal_under_the_name_of_whoever_is_signed_in(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient, kind: str
) -> None:
    before = len(site.door.told)

    answer = await tell(csm, onboarding, kind, **FORMS[kind])

    assert 200 == answer.status_code, re.findall(r'class="error".*', answer.text)
    assert "Recorded. It stands in the journal." in answer.text
    [(told, news)] = site.door.told[before:]
    entry = reads.journal(site.engine, onboarding.id)[-1]
    assert kind == told
    assert FORMS[kind].get("by", "jonas.weber") == news["by"]
    assert [row for row in reads.journal(site.engine, onboarding.id) if row.via == "desk"], entry


async def test_who_writes_down_what_somebody_else_decided_says_so_and_is_not_taken_for_them(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    await tell(csm, onboarding, "sign_off", milestone="plan_agreed", decision="approve", by="project_lead")

    entry = last(site, onboarding, "milestone_reached")
    assert ("project_lead", "desk", False) == (entry.by, entry.via, entry.proved)
    assert "written down by Jonas Weber" in str(entry.note)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("attest_criterion", {"criterion": "adoption_on_target", "reason": "They work in the season only"}),
        ("sign_off", {"milestone": "plan_agreed", "decision": "approve"}),
    ],
)
async def test_nobody_speaks_for_a_colleague(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient, kind: str, typed: Mapping[str, str]
) -> None:
    """What takes a second of ours is theirs: by the manager's name, a CSM would approve their own word."""
    manager = site.team.member("nora.lindqvist")
    assert manager is not None
    offered = await csm.get(path(onboarding, "news", kind))

    for name in (manager.handle, manager.email):
        answer = await tell(csm, onboarding, kind, by=name, **typed)
        assert (422, True) == (answer.status_code, 'id="by-error"' in answer.text)

    assert [] == site.door.told
    named = {one: f'value="{one}"' in offered.text for one in ("project_lead", manager.handle)}
    assert {"project_lead": True, manager.handle: False} == named


@pytest.mark.parametrize(("language", "said"), [("en", "the staff directory does not have"), ("ja", "スタッフ名簿に")])
async def test_a_staff_account_is_never_taken_for_somebody_of_the_customers(
    site: DeskSite, onboarding: Onboarding, language: str, said: str
) -> None:
    """The directory lacks its address, and the handle made of that is a contact's id."""
    account = site.staff.add(address="project_lead@vendor.test", name="Jo", handle="project_lead", role="manager")
    cookies = {cookie_name(site.parts.settings): site.sessions.enter(account.id, way="password", agent="")}
    file = {"file": ("Preise.pdf", PDF, "application/pdf")}
    async with site.client(cookies=cookies) as jo:
        typed, reading = {"milestone": "plan_agreed", "decision": "approve"}, f"language={language}"
        signed = await tell(jo, onboarding, "sign_off", reading, **typed)
        given = await jo.post(path(onboarding, "files") + f"?{reading}", data={"audience": "both"}, files=file)

    assert [(403, True)] * 2 == [(one.status_code, said in one.text) for one in (signed, given)]
    assert [] == site.door.told
    assert [] == list(files_of(site.engine, onboarding.id))


async def test_a_refusal_names_the_field_and_keeps_what_was_typed(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """The model's own complaint before it is told, the onboarding's after."""
    empty = await tell(csm, onboarding, "raise_issue", title="", note="kept as it was")
    past = await tell(csm, onboarding, "replan", milestone="gone_live", to="2032-11-02", reason="kept as it was")

    assert 422 == empty.status_code
    assert 'id="title-error">This is needed' in empty.text
    assert "kept as it was" in empty.text
    assert 409 == past.status_code
    assert 'id="to-error"' in past.text
    assert "kept as it was" in past.text


async def test_why_the_onboarding_refuses_is_said_in_the_readers_language(
    onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """With titles in the place of keys."""
    past = await tell(csm, onboarding, "replan", "language=ja", milestone="gone_live", to="2032-11-02", reason="延期")
    early = await tell(csm, onboarding, "reach_milestone", "language=ja", milestone="gone_live")

    assert "記録できませんでした。理由： 2032年11月2日（火）は過ぎています。" in past.text
    assert re.search(r"理由： 「[^」]*本番開始[^」]*」の前に、「", early.text)


@pytest.mark.parametrize(
    ("kind", "given", "lacking"),
    [
        ("add_contact", {}, {"name", "email", "role"}),
        ("add_contact", {"name": "Emre Yildiz", "role": "end_user"}, {"email"}),
        ("replace_contact", {"person": "technical_lead"}, {"name", "email"}),
        ("replace_contact", {"person": "technical_lead", "to": "project_lead"}, set()),
    ],
)
async def test_a_form_says_at_its_fields_what_somebody_new_cannot_do_without(
    onboarding: Onboarding, csm: httpx2.AsyncClient, kind: str, given: Mapping[str, str], lacking: set[str]
) -> None:
    """Whoever takes part already, or did once, is known."""
    page = (await tell(csm, onboarding, kind, "", **given)).text

    assert lacking == {name for name in ("name", "email", "role") if f'id="{name}-error"' in page}
    assert "an id for" not in page


async def test_while_temporal_is_away_nothing_is_lost_and_the_form_says_so(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    site.door.trouble = NotReachable("gone")

    answer = await tell(csm, onboarding, "note", note="kept as it was")

    assert 503 == answer.status_code
    assert "kept as it was" in answer.text


async def test_a_double_click_counts_once(site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient) -> None:
    address = path(onboarding, "news", "note")
    form = {**hidden(await csm.get(address)), "note": "once"}

    await csm.post(address, data=form)
    await csm.post(address, data=form)

    assert 1 == [row.note for row in reads.journal(site.engine, onboarding.id, kinds=("noted",))].count("once")


async def test_the_second_of_two_who_change_the_same_task_is_told_first(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """What the first has said stands beside what the second has typed, and the same button then records it."""
    onboarding.tell("add_task", title="Send the slides", due="2032-11-20", by="jonas.weber")
    address = path(onboarding, "news", "change_task") + "?task=task-1"
    mine = {**hidden(await csm.get(address)), "title": "Send the new slides"}
    async with site.signed_in("csm", "mika.sato") as other:
        await tell(other, onboarding, "change_task", "task=task-1", due="2032-11-25")

    first = await csm.post(address, data=mine)
    second = await csm.post(address, data={**mine, **hidden(first)})

    assert 409 == first.status_code
    assert "meanwhile" in first.text
    assert "Send the new slides" in first.text
    assert "Recorded" in second.text
    [task] = [row for row in reads.one(site.engine, onboarding.id).registers if row.kind == "task"]
    assert ("Send the new slides", "2032-11-25") == (task.title, task.data["due"])


async def test_moving_a_date_shows_before_and_after_and_moves_only_then(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    address, moved = (
        path(onboarding, "news", "replan"),
        {"milestone": "gone_live", "to": "2033-02-07", "reason": "Later"},
    )
    told = len(site.door.told)

    shown = await csm.post(address, data={**hidden(await csm.get(address)), **moved})
    assert "Mon 7 Feb" in shown.text
    assert len(site.door.told) == told
    done = await csm.post(address, data={**moved, **hidden(shown)})

    assert "Recorded" in done.text
    plan = reads.one(site.engine, onboarding.id).plan
    assert plan is not None
    assert "2033-02-07" == str(next(one for one in plan.milestones if one.key == "gone_live").on)


async def test_a_change_that_changes_nothing_is_not_told(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    onboarding.tell("add_task", title="Send the slides", due="2032-11-20", by="jonas.weber")
    told = len(site.door.told)

    answer = await tell(csm, onboarding, "change_task", "task=task-1", title="Send the slides", due="2032-11-20")

    assert 422 == answer.status_code
    assert len(site.door.told) == told


async def test_a_risk_that_came_true_names_what_it_has_become_and_stays_so(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """Also when it is changed once more; by the form alone it becomes open again."""
    onboarding.tell("record_risk", risk="time", title="No time", probability=4, impact=4, by="jonas.weber")
    onboarding.tell("raise_issue", issue="issue-1", title="Nobody came", severity="high", by="jonas.weber")

    def risk() -> RegisterRow:
        return next(row for row in reads.one(site.engine, onboarding.id).registers if row.key == "time")

    answer = await tell(csm, onboarding, "record_risk", "risk=time", came_true="issue-1")
    assert ("came_true", "issue-1") == (risk().status, risk().data["came_true"])
    assert "Came true" in answer.text
    assert f'{onboarding.id}/why?key=issue-1">Nobody came' in answer.text
    assert "It has become: Nobody came" in answer.text

    await tell(csm, onboarding, "record_risk", "risk=time", came_true="issue-1", mitigation="Ask their manager")
    assert ("came_true", "Ask their manager") == (risk().status, risk().data["mitigation"])

    await tell(csm, onboarding, "record_risk", "risk=time", mitigation="Ask their manager")
    assert "open" == risk().status


async def test_the_dossier_is_taken_away_as_it_is_verified_and_an_earlier_head_is_found_in_it(
    onboarding: Onboarding, csm: httpx2.AsyncClient, tmp_path: Path
) -> None:
    """Names stand in it only where they are asked for."""
    await tell(csm, onboarding, "sign_off", milestone="plan_agreed", decision="approve", by="project_lead")
    page = await csm.get(path(onboarding, "audit"))
    file = await csm.get(path(onboarding, "audit", "dossier.json"))
    named = await csm.get(path(onboarding, "audit", "dossier.json") + "?names=yes")
    kept = tmp_path / "dossier.json"
    kept.write_bytes(file.content)
    verified = subprocess.run([sys.executable, VERIFIER, str(kept)], capture_output=True, text=True, check=False)

    assert (0, True) == (verified.returncode, verified.stdout.startswith("verified"))
    assert f'attachment; filename="dossier-{onboarding.id}.json"' == file.headers["content-disposition"]
    assert (None, True) == (file.json()["names"], bool(named.json()["names"]["people"]))
    assert file.json()["head"] in page.text
    row = re.search(r"Onboarding plan agreed<small>.*?</tr>", page.text, re.DOTALL)
    assert row is not None
    assert ("Approved" in row[0], "named only" in row[0]) == (True, True)

    await tell(csm, onboarding, "note", note="Later")
    earlier = await csm.get(path(onboarding, "audit") + f"?head=%20{file.json()['head'].upper()}")
    other = await csm.get(path(onboarding, "audit") + f"?head={'0' * 64}")
    none = await csm.get(path(onboarding, "audit") + "?head=%3Cb%3E")
    assert f"It is the hash of entry {file.json()['length']}" in earlier.text
    assert "Not verified" in other.text
    assert ("A head has 64 digits" in none.text, "<b>" in none.text) == (True, False)


async def test_a_change_of_the_scope_is_decided_and_kept_for_phase_2(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """Each with who asked and who decided; the days of phase 2 together."""
    await tell(csm, onboarding, "request_scope_change", title="A portal for dealers", effort_days="12,5")
    asked = await tell(csm, onboarding, "request_scope_change", title="Labels", effort_days="2", request="labels")
    assert str(asked.url).endswith("/scope?told=customer_done")
    assert "asked for by Jonas Weber" in asked.text
    async with site.signed_in("manager") as nora:
        await tell(nora, onboarding, "decide_scope_change", request="change-1", decision="phase_2")
        page = await tell(nora, onboarding, "decide_scope_change", request="labels", decision="approve")

    waits, later, decided = page.text.split("<section id=")[-3:]
    assert "No change of the scope waits" in waits
    assert ("A portal for dealers" in later, "12.5 days" in later) == (True, True)
    assert ("Labels" in decided, "decided by Nora Lindqvist" in decided) == (True, True)
    assert "/news/replan?reason=labels" in decided


async def test_the_journal_says_where_a_date_was_moved_to_in_words(
    onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    onboarding.tell("replan", milestone="gone_live", to="2033-02-07", reason="Fair", by="jonas.weber")

    page = (await csm.get(path(onboarding, "journal"))).text

    assert "Mon 7 Feb" in page
    assert ": 2033-02-07" not in page


async def test_a_win_that_names_no_day_is_shown_without_one(onboarding: Onboarding, csm: httpx2.AsyncClient) -> None:
    onboarding.tell("record_win", title="One list of all orders", result="one list", by="jonas.weber")

    page = (await csm.get(path(onboarding))).text

    assert "One list of all orders<small>one list</small>" in page
    assert "None" not in page


def test_the_name_of_a_month_has_room() -> None:
    """A plan that begins in the last days of November does not write its name into that of December."""
    late = months(date(2026, 11, 26), date(2027, 3, 20), "en")
    early = months(date(2026, 11, 2), date(2027, 3, 28), "ja")

    assert ["Dec", "Jan", "Feb", "Mar"] == [name for _, name in late]
    assert ["11月", "12月", "1月", "2月", "3月"] == [name for _, name in early]


async def test_after_a_no_it_waits_for_us_until_we_ask_again(onboarding: Onboarding, csm: httpx2.AsyncClient) -> None:
    """As its head says: what was missing is worked on, and its owner asks once more."""
    reasons = ["Too fast", "Finn is away"]
    onboarding.settled("handoff_reviewed", "introduction_sent", "security_prepared")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons=reasons, by="project_lead")
    refused = (await csm.get(path(onboarding))).text
    onboarding.tell("ask_sign_off", milestone="plan_agreed", by="jonas.weber")
    asked = (await csm.get(path(onboarding))).text

    [before] = re.findall(r"<p class=.faint.>([^<]*)</p>\s*<h2 id=.wait-h.>Onboarding plan agreed", refused)
    [after] = re.findall(r"<p class=.faint.>([^<]*)</p>\s*<h2 id=.wait-h.>Onboarding plan agreed", asked)
    assert ("Waits for us", "Waits for the customer") == (before, after)
    assert ("It takes Jonas Weber" in refused, "It takes Stefan Vogel" in asked) == (True, True)
    assert "<q>Too fast</q>, <q>Finn is away</q>" in refused


async def test_the_chart_draws_what_its_table_says(onboarding: Onboarding, csm: httpx2.AsyncClient) -> None:
    """A rejection, a day that was agreed to and is another now, what was reached, the go-live and days off."""
    onboarding.tell("sign_off", milestone="plan_agreed", decision="reject", reasons=["Too fast"], by="project_lead")
    onboarding.tell("ask_sign_off", milestone="plan_agreed", by="jonas.weber")
    onboarding.tell("sign_off", milestone="plan_agreed", decision="approve", by="project_lead")
    onboarding.tell("replan", milestone="gone_live", to="2033-02-07", reason="Fair", by="jonas.weber")

    page = (await csm.get(path(onboarding, "plan"))).text

    [chart] = re.findall(r'<svg class="plan-chart".*?</section>', page, re.DOTALL)
    lines = chart.split('<text class="c-name"')
    plan = next(line for line in lines if "Onboarding plan agreed" in line)
    live = next(line for line in lines if "Go-live" in line)
    assert 'class="c-no"' in plan
    assert ('class="c-slip"' in live, 'class="c-was"' in live) == (True, True)
    assert chart.count('class="c-done"') + chart.count('class="c-late"') >= 3
    assert 'class="c-off"' in chart
    assert "rejected on" in page
    assert "agreed for" in page
    assert "Days off: " in page


async def test_each_new_risk_is_one_of_its_own_and_has_a_name(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """As a browser sends the form: with what its list has chosen by itself, which is a new risk."""
    form = (await csm.get(path(onboarding, "news", "record_risk"))).text
    [chosen] = re.findall(r'<select id="risk".*?</select>', form, re.DOTALL)
    assert "selected" not in chosen

    nameless = await tell(csm, onboarding, "record_risk", risk="", probability="4", impact="4")
    await tell(csm, onboarding, "record_risk", risk="", title="No time", probability="4", impact="4")
    await tell(csm, onboarding, "record_risk", risk="", title="The server is old", probability="2", impact="2")

    assert 422 == nameless.status_code
    assert 'id="title-error"' in nameless.text
    rows = reads.journal(site.engine, onboarding.id, kinds=("risk_recorded",))
    assert ["No time", "The server is old"] == [row.data.get("title") for row in rows]
    assert 2 == len({row.about for row in rows})


async def test_a_risk_may_be_looked_at_and_found_as_it_was(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """That is news: its next day is counted from then on."""
    await tell(csm, onboarding, "record_risk", title="No time", probability="4", impact="4")
    [row] = reads.journal(site.engine, onboarding.id, kinds=("risk_recorded",))
    onboarding.to_day(20)

    await tell(csm, onboarding, "record_risk", f"risk={row.about}", title="No time", probability="4", impact="4")

    assert onboarding.now == last(site, onboarding, "risk_recorded").at
    assert "risk" not in {name for name in last(site, onboarding, "risk_recorded").data if name != "closed"}


async def test_a_role_sees_and_may_send_only_the_forms_that_it_may_tell(site: DeskSite, onboarding: Onboarding) -> None:
    """Each role tries every form; an approver of the onboarding may tell what takes a manager, whoever else may not."""
    for role in ("viewer", "specialist", "csm", "manager"):
        async with site.signed_in(role) as browser:
            listed = (await browser.get(path(onboarding, "news"))).text
            for kind, least in LEAST.items():
                answer = await browser.get(path(onboarding, "news", kind))
                sent = await browser.post(path(onboarding, "news", kind), data={"once": "x"})
                may = site.account(role).role in ("manager", "administrator") or _reaches(role, least)
                assert (200 if may else 403) == answer.status_code, (role, kind)
                assert (403 == sent.status_code) is not may, (role, kind)
                assert (f'/news/{kind}"' in listed) is may, (role, kind)
    assert [] == site.door.told


def _reaches(role: str, least: str) -> bool:
    order = ("viewer", "specialist", "csm", "manager", "administrator")
    return order.index(role) >= order.index(least)


async def test_the_seller_is_asked_once_for_what_the_record_lacks(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    onboarding = site.opened(problem=None, roi_method=None)
    page = await csm.get(path(onboarding, "record"))
    [once] = re.findall(r'name="once" value="([^"]+)"', page.text)

    for _ in range(2):
        asked = await csm.post(path(onboarding, "record"), data={"once": once})

    assert "The seller gets a message." in asked.text
    letters = [one for one in reads.notices(site.engine, onboarding.id) if one.key.startswith("seller_asked/")]
    assert [("hand_off_gaps", "seller")] == [(one.kind, one.person) for one in letters]


async def test_a_message_that_waits_is_read_worded_anew_and_sent(site: DeskSite, csm: httpx2.AsyncClient) -> None:
    """The form brings what it says now; whoever words it on top of another's words is refused."""
    onboarding = site.opened()
    [draft] = {one.draft for one in reads.notices(site.engine, onboarding.id, state="held")}
    overview = await csm.get(path(onboarding))
    choosing = await csm.get(path(onboarding, "news", "send_draft"))
    listed = await csm.get(path(onboarding, "notices"))
    read = await csm.get(path(onboarding, "notices", "draft") + f"?draft={draft}")
    address = path(onboarding, "news", "edit_draft") + f"?draft={draft}&language=en"
    form = hidden(await csm.get(address))

    edited = await csm.post(address, data={**form, "subject": "Nice to meet you", "text": "Hello all."})
    late = await csm.post(address, data={**form, "once": "a" * 22, "subject": "Mine", "text": "Mine."})
    sent = await tell(csm, onboarding, "send_draft", draft=draft or "")

    assert f"/notices/draft?draft={draft}" in overview.text
    assert ">Introduction (" in choosing.text
    assert "Once “Sales hand-off reviewed” is reached, it goes by itself after the playbook’s hours." in read.text
    assert "The onboarding step by step, as a PDF" in read.text
    assert "process/" not in read.text
    assert "waits to be read" in listed.text or "wait to be read" in listed.text
    assert "Dear Dr. Brandt" in read.text or "Katharina Brandt" in read.text
    assert "Recorded" in edited.text
    assert 409 == late.status_code
    assert "Mine." in late.text
    assert "Recorded" in sent.text
    went = [one for one in reads.notices(site.engine, onboarding.id) if one.draft == draft]
    assert {"waiting"} == {one.state for one in went}
    assert {"Hello all."} == {one.facts["edited"]["text"] for one in went}


async def test_a_file_is_given_for_both_sides_or_for_us_alone(
    site: DeskSite, onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    """Who may see it is asked, and nothing is chosen beforehand; another onboarding's number leads nowhere."""
    page = await csm.get(path(onboarding, "files"))
    [once] = re.findall(r'name="once" value="([^"]+)"', page.text)
    file = {"file": ("Preise.pdf", PDF, "application/pdf")}

    unsaid = await csm.post(path(onboarding, "files"), data={"once": once, "deliverable": ""}, files=file)
    ours = await csm.post(path(onboarding, "files"), data={"once": once, "audience": "vendor"}, files=file)
    [kept] = files_of(site.engine, onboarding.id)
    got = await csm.get(path(onboarding, "files", str(kept.id)))
    other = await csm.get(path(site.opened(id="2"), "files", str(kept.id)))

    assert 422 == unsaid.status_code
    assert 'id="audience-error"' in unsaid.text
    assert "ours alone" in ours.text
    assert ("vendor", "jonas.weber", "Preise.pdf") == (kept.audience, kept.by, kept.name)
    assert PDF == got.content
    assert got.headers["content-disposition"].startswith("attachment")
    assert 404 == other.status_code


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", (r"Open, due on \w+, \d+ \w+ \d{4}\.", "First it has to wait for UAT signed off, Go-live readiness")),
        ("ja", (r"未達です。期日：\d{4}年\d+月\d+日（.）。", "先に必要なもの：受入テスト（UAT）の承認、")),
    ],
)
async def test_why_something_has_not_happened_is_said_in_the_readers_language(
    onboarding: Onboarding, csm: httpx2.AsyncClient, language: str, said: tuple[str, str]
) -> None:
    """With titles and days in the place of keys and instants."""
    page = (await csm.get(path(onboarding, "why") + f"?key=gone_live&language={language}")).text

    assert re.search(said[0], page)
    assert said[1] in page
    assert "gone_live is open" not in page


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_everything_that_lies_ahead_is_said_in_words(
    site: DeskSite, csm: httpx2.AsyncClient, language: str
) -> None:
    """Milestones, stages, criteria, flags, corrections and tasks; what has no words would stand there in English."""
    silent = site.opened()
    silent.to_day(5)
    silent.settled("kickoff_held")
    silent.to_day(40)
    silent.tell("add_task", title="Send the slides", due=f"{silent.now.date()}", by="jonas.weber")
    state, playbook = silent.state, silent.dossier.playbook
    keys = [
        *(one.key for one in state.milestones),
        *(one.key for one in playbook.stages),
        *(one.key for one in playbook.hand_off.criteria),
        *(one.key for one in state.flags),
        *state.tasks,
    ]

    pages = {key: (await csm.get(path(silent, "why") + f"?key={key}&language={language}")).text for key in keys}

    assert state.flags
    assert any(map(state.correction, state.tasks))
    assert [] == [key for key, page in pages.items() if '<p lang="en">' in page]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Kickoff meeting held: reminder</h2>",
                r"It comes by itself on \w+, \d+ \w+ \d{4}, 09:00\.",
                r"It was to come on \w+, \d+ \w+ \d{4}, 09:00, and waits until the pause is over\.",
            ),
        ),
        (
            "ja",
            (
                "キックオフミーティングの実施：リマインダー</h2>",
                r"予定日時：\d{4}年\d+月\d+日（.）09:00（自動）。",
                r"予定日時：\d{4}年\d+月\d+日（.）09:00。一時停止中のため、再開後になります。",
            ),
        ),
    ],
)
async def test_when_something_comes_by_itself_is_said_in_the_readers_zone(
    site: DeskSite, csm: httpx2.AsyncClient, language: str, said: tuple[str, str, str]
) -> None:
    """With the hour and in words: an instant with its offset stood there, under a key."""
    ahead = site.opened()
    entry = next(one for one in ahead.state.entries if one.slot == "kickoff_held/nudge")
    address = path(ahead, "why") + f"?key={quote(entry.key)}&language={language}"

    planned = (await csm.get(address)).text
    ahead.tell("pause", reason="strike", by="jonas.weber")
    paused = (await csm.get(address)).text

    heading, comes, waits = said
    assert heading in planned
    assert re.search(comes, planned)
    assert re.search(waits, paused)
    assert f"{entry.due:%Y-%m-%dT}" not in planned + paused


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", r"This onboarding ended on \w+, \d+ \w+ \d{4}: The customer has left\."),
        ("ja", r"\d{4}年\d+月\d+日（.）に終了しました。終了の種類：解約。"),
    ],
)
async def test_who_opens_a_form_of_one_that_is_over_reads_when_and_how_it_ended(
    site: DeskSite, csm: httpx2.AsyncClient, language: str, said: str
) -> None:
    """The form to end it was there, and refused what was sent; so were all others."""
    over = site.opened()
    over.tell("end_onboarding", ending="churned", grace_hours=0, reason="They have left.", by="nora.lindqvist")
    over.to_day(30)

    for address in ("news/end_onboarding", "news/note", "news"):
        page = (await csm.get(path(over, address) + f"?language={language}")).text

        assert re.search(said, page), address
        assert '<form method="post" novalidate' not in page
        assert f"{path(over, 'news/pause')}" not in page


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "still to come when the onboarding ended"), ("ja", "終了時点では、まだ完了していませんでした")],
)
async def test_what_was_open_at_the_end_is_not_overdue(
    site: DeskSite, csm: httpx2.AsyncClient, language: str, said: str
) -> None:
    """Of a customer who left before the day of the kickoff it said that the kickoff was late, ever since."""
    over = site.opened()
    over.tell("end_onboarding", ending="churned", grace_hours=0, reason="They have left.", by="nora.lindqvist")
    over.to_day(30)

    page = (await csm.get(path(over, "why") + f"?key=kickoff_held&language={language}")).text

    assert said in page
    assert '<p lang="en">' not in page


@pytest.mark.parametrize(
    ("language", "late", "said"), [("en", "days late", "Open at the end"), ("ja", "営業日の遅れ", "終了時点で未完了")]
)
async def test_nor_is_it_in_the_plan(
    site: DeskSite, csm: httpx2.AsyncClient, language: str, late: str, said: str
) -> None:
    """Of one that was over it said how late each is, one day more with each."""
    over = site.opened()
    over.to_day(30)
    addresses = [path(over, *part) + f"?language={language}" for part in ((), ("plan",))]
    before = [(await csm.get(address)).text for address in addresses]
    over.tell("end_onboarding", ending="churned", grace_hours=0, reason="They have left.", by="nora.lindqvist")

    after = [(await csm.get(address)).text for address in addresses]

    assert [(True, False)] * 2 == [(late in page, said in page) for page in before]
    assert [(False, True)] * 2 == [(late in page, said in page) for page in after]


@pytest.mark.parametrize(
    ("key", "older"),
    [
        (
            "kickoff_held",
            "kickoff_held is open, due 2032-11-08T16:00:00+00:00, overdue; its gate waits for plan_agreed",
        ),
        ("goals_met", "goals_met does not hold yet, and the hand-off waits for it"),
        ("goals_met", "jonas.weber vouches for goals_met against activation: it takes the approval of nora.lindqvist"),
    ],
)
async def test_nor_is_it_where_the_onboarding_ended_on_an_older_version(
    site: DeskSite, csm: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, key: str, older: str
) -> None:
    """It stays on that for ever, and that says the same as while it was open."""
    over = site.opened()
    monkeypatch.setattr(desk_door, "why", lambda *_: older)
    while_open = (await csm.get(path(over, "why") + f"?key={key}")).text
    over.tell("end_onboarding", ending="churned", grace_hours=0, reason="They have left.", by="nora.lindqvist")

    at_the_end = (await csm.get(path(over, "why") + f"?key={key}")).text

    assert "still to come when the onboarding ended" not in while_open
    assert "It was still to come when the onboarding ended." in at_the_end
    assert "verdue" not in at_the_end


async def test_all_that_is_known_of_a_key_or_a_person_stands_together(
    onboarding: Onboarding, csm: httpx2.AsyncClient
) -> None:
    milestone = await csm.get(path(onboarding, "why") + "?key=kickoff_held")
    person = await csm.get(path(onboarding, "why") + "?person=project_lead")
    nobody = await csm.get(path(onboarding, "why") + "?person=nobody")

    assert "Kickoff meeting held: reached" in milestone.text
    assert "Stefan Vogel" in person.text
    assert "/notices/" in person.text
    assert 404 == nobody.status_code


@pytest.mark.parametrize(
    ("language", "leaves", "comes"),
    [("en", "leaves on", "takes over from Stefan Vogel"), ("ja", "付で交代・離任", "Stefan Vogel様の後任")],
)
async def test_who_leaves_and_who_comes_on_a_day_ahead_stand_with_their_day_and_may_be_called_back(
    onboarding: Onboarding, csm: httpx2.AsyncClient, language: str, leaves: str, comes: str
) -> None:
    """Until that day begins the one takes part and the other does not."""
    since = str(onboarding.now.date() + timedelta(days=9))
    new = {"name": "Ana Ruiz", "email": "ana@customer.example"}
    await tell(csm, onboarding, "replace_contact", person="project_lead", since=since, **new)

    page = (await csm.get(path(onboarding, "people") + f"?language={language}")).text

    assert leaves in page
    assert comes in page
    assert f"{path(onboarding, 'news/remove_contact')}?person=project_lead-2" in page
    journal = (await csm.get(path(onboarding, "journal") + f"?language={language}")).text
    assert {"en": "From", "ja": "適用日"}[language] in journal
    await tell(csm, onboarding, "add_contact", "person=project_lead", person="project_lead")
    again = (await csm.get(path(onboarding, "people") + f"?language={language}")).text
    assert leaves not in again
    assert "Ana Ruiz" not in again


@pytest.mark.parametrize(
    ("language", "meeting", "milestone"),
    [
        ("en", "Kickoff meeting", "Kickoff meeting held"),
        ("ja", "キックオフミーティング", "キックオフミーティングの実施"),
    ],
)
async def test_a_meeting_is_called_by_its_name_and_not_by_its_milestones(
    site: DeskSite, csm: httpx2.AsyncClient, language: str, meeting: str, milestone: str
) -> None:
    """Where its hour is fixed and who comes is said, in the journal, and in the day of who goes there."""
    onboarding = site.opened()
    onboarding.to_day(3)
    asked = f"?language={language}"
    fixing = (await csm.get(path(onboarding, "news", "agree_slot") + asked)).text
    onboarding.tell("agree_slot", meeting="kickoff_held", starts_at="2032-11-04T15:00:00Z", by="jonas.weber")
    coming = (await csm.get(path(onboarding, "news", "tell_attendance") + asked)).text
    journal = (await csm.get(path(onboarding, "journal") + asked)).text
    [day] = re.findall(
        r'<section aria-labelledby="meetings-h">.*?</section>', (await csm.get("/desk/" + asked)).text, re.DOTALL
    )

    agreed = {"en": f"Hour agreed: {meeting}<", "ja": f"日時を決定：{meeting}<"}[language]
    assert (f"{meeting}<" in fixing, milestone in fixing) == (True, False)
    assert (meeting in coming, milestone in coming) == (True, False)
    assert agreed in journal
    assert f">{meeting}</a>" in day


async def test_an_hour_may_be_fixed_for_each_meeting_that_the_playbook_names(
    site: DeskSite, csm: httpx2.AsyncClient
) -> None:
    """Of open milestones, and of the series; not for a kickoff in writing, which the onboarding refuses."""
    named, written = site.opened(id="2"), site.opened(id="3", playbook="tech-touch")
    named.to_day(3)
    named.settled("plan_agreed")

    offered = [(await csm.get(path(one, "news", "agree_slot"))).text for one in (named, written)]

    titles = ("Go-live readiness review", "Weekly technical meeting", "Onboarding plan walkthrough", "Kickoff meeting")
    assert [f">{title}<" in offered[0] for title in titles] == [True, True, False, False]
    assert "Kickoff" not in offered[1]
