"""Does what people write stay out of Temporal's histories, and reach everybody who should read it?

A whole onboarding through the door on a real Temporal server and store, with words of its own in every free text of
every update.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.news import KINDS
from domain.playbook import content_hash
from domain.record import Unconfirmed
from domain.refusal import Refused
from domain.texts import free_text, is_reference
from starter.trouble import NotFound
from store.ledger import SqlLedger
from store.reads import journal
from store.tables import texts
from tests.support import houses
from tests.support.history_texts import texts_of_histories
from tests.support.houses import House, until
from tests.support.parts import LIBRARY
from tests.support.stories import workable

house = houses.house
MARK = "Zwölftonmusik"
STRAIGHT = "Nachtmusik"
"""The mark of what goes straight to Temporal: the tests share a server."""
HELD = "Ständchen"
APPROVER = "nora.lindqvist"
LISTS = {"reasons", "evidence"}


def marked(kind: str) -> dict[str, Any]:
    """Every free text of that update, each with the mark and words of its own."""
    words = {name: f"{MARK} {kind} {name}" for name in free_text(KINDS[kind])}
    return {name: [f"{text} 1", f"{text} 2"] if name in LISTS else text for name, text in words.items()}


async def tell(house: House, onboarding: str, kind: str, **fields: Any) -> Any:
    return await house.door.tell(onboarding, kind, {**marked(kind), **fields})


async def a_whole_onboarding(house: House, onboarding: str) -> None:
    """Every update once at least; an issue and a request stay open for as long as it lasts."""
    first = await run_of(house, onboarding)
    await tell(house, onboarding, "raise_issue", issue="open", severity="critical")
    await tell(house, onboarding, "request_scope_change", request="open")
    await tell(house, onboarding, "edit_draft", draft="introduction", by=APPROVER)
    await tell(house, onboarding, "send_draft", draft="introduction", by=APPROVER)
    await tell(house, onboarding, "reach_milestone", milestone="handoff_reviewed")
    await tell(house, onboarding, "reopen_milestone", milestone="handoff_reviewed")
    await tell(house, onboarding, "waive_milestone", milestone="handoff_reviewed", by=APPROVER)
    await tell(house, onboarding, "raise_issue", issue="T-1")
    await tell(house, onboarding, "acknowledge_issue", issue="T-1")
    await tell(house, onboarding, "resolve_issue", issue="T-1")
    await tell(house, onboarding, "dispute_issue", issue="T-1")
    await tell(house, onboarding, "pause")
    await tell(house, onboarding, "resume")
    later = datetime.now(UTC).date() + timedelta(days=100)
    await tell(house, onboarding, "replan", milestone="gone_live", to=str(later))
    await tell(house, onboarding, "agree_slot", meeting="kickoff_held", starts_at=f"{later}T09:00:00Z", minutes=45)
    await tell(house, onboarding, "tell_attendance", meeting="kickoff_held", answer="declined", person="project_lead")
    await tell(house, onboarding, "reassign", owner="grace.lee")
    await tell(house, onboarding, "request_scope_change", request="R-1")
    await tell(house, onboarding, "decide_scope_change", request="R-1", decision="approve", by=APPROVER)
    await tell(house, onboarding, "record_risk", risk="r-1", probability=2, impact=3)
    await tell(house, onboarding, "raise_flag", flag="quiet", category="engagement")
    await tell(house, onboarding, "lower_flag", flag="quiet")
    await tell(house, onboarding, "open_correction", category="technical", correction="c-1")
    await tell(house, onboarding, "change_correction", correction="c-1")
    await tell(house, onboarding, "close_correction", correction="c-1", outcome="helped")
    await tell(house, onboarding, "record_win")
    await tell(house, onboarding, "note")
    await tell(house, onboarding, "add_task", task="t-1", due=str(later))
    await tell(house, onboarding, "change_task", task="t-1")
    await tell(house, onboarding, "close_task", task="t-1")
    await tell(house, onboarding, "attest_criterion", criterion="self_sufficient", by="grace.lee")
    ana = {"person": "ana", "email": "ana@customer.example"}
    await tell(house, onboarding, "add_contact", **ana, role="end_user")
    await tell(house, onboarding, "correct_contact", **ana)
    await tell(house, onboarding, "replace_contact", person="ana", to="ben", email="ben@customer.example")
    await tell(house, onboarding, "remove_contact", person="ben")
    await reject_a_sign_off_and_ask_again(house, onboarding)
    await until_its_next_run(house, onboarding, after=first)
    await tell(house, onboarding, "end_onboarding", ending="churned", grace_hours=8)
    await tell(house, onboarding, "take_back_ending")
    await tell(house, onboarding, "end_onboarding", ending="churned")


async def until_its_next_run(house: House, onboarding: str, *, after: str | None) -> None:
    """News until its history is long, and then a quiet moment, in which its state is handed on."""
    while await run_of(house, onboarding) == after:
        for number in range(12):
            await house.door.tell(onboarding, "record_win", {"title": f"{MARK} win {number}"})
        await asyncio.sleep(2)


async def run_of(house: House, onboarding: str) -> str | None:
    return (await house.client.get_workflow_handle(onboarding).describe()).run_id


async def reject_a_sign_off_and_ask_again(house: House, onboarding: str) -> None:
    while True:
        milestone = workable(await house.door.ask(onboarding, "plan"))[0]
        if signers := milestone["signers"]:
            await tell(house, onboarding, "sign_off", milestone=milestone["key"], decision="reject", by=signers[0])
            await tell(house, onboarding, "ask_sign_off", milestone=milestone["key"])
            return
        await tell(house, onboarding, "reach_milestone", milestone=milestone["key"])


async def test_what_people_write_is_in_no_history_and_read_by_all(house: House) -> None:
    """In the journal, the registers and the mails stand the very words; in Temporal nothing of them does."""
    async with house.worker():
        onboarding = await house.opened()
        await a_whole_onboarding(house, onboarding)
        other = await house.opened()
        await tell(house, other, "stop_draft", draft="introduction", by=APPROVER)
        another = LIBRARY.get("high-touch").model_copy(update={"cadences": ()})
        SqlLedger(house.engine).keep_playbook(another)
        await tell(house, other, "change_playbook", to=content_hash(another), when="next-stage", by=APPROVER)

        await house.client.get_workflow_handle(onboarding).result()

        async def mailed() -> bool:
            return bool(house.mails_to(""))

        await until(mailed)
        histories = await texts_of_histories(house.client)

    rows = [row.model_dump(mode="json") for id in (onboarding, other) for row in journal(house.engine, id)]
    told = json.dumps(rows, ensure_ascii=False)
    registers = [row.title for row in SqlLedger(house.engine).registers(onboarding)]
    shown = await house.day90("show", onboarding)
    mails = "\n".join(house.mails_to(""))
    # Of contacts the journal has ids alone; who they are stands with the people.
    of_people = {"name", "title", "email", "company"}
    wanted = [
        text
        for kind in KINDS
        for field, texts in marked(kind).items()
        if not (kind.endswith("_contact") and field in of_people)
        for text in _each(texts)
    ]
    assert onboarding in histories
    assert MARK not in histories
    assert MARK not in _escaped(histories)
    assert [] == [text for text in wanted if text not in told]
    assert f"{MARK} raise_issue title" in registers
    assert f"{MARK} raise_issue title" in shown
    assert f"{MARK} raise_issue title" in mails
    assert "text:" not in told + shown + mails + str(registers)


def _each(texts: Any) -> list[str]:
    return [texts] if isinstance(texts, str) else texts


def _escaped(histories: str) -> str:
    """JSON within JSON writes other letters as escapes."""
    return histories.replace("\\\\u", "\\u").replace("\\u00f6", "ö").replace("\\u00e4", "ä")


async def test_news_straight_to_temporal_is_taken_as_before(house: House) -> None:
    """Its words are in the history; they would be found, also in the packed state of the next run."""
    async with house.worker():
        onboarding = await house.opened()
        straight = house.client.get_workflow_handle(onboarding)
        await straight.execute_update("raise_issue", {"title": f"{STRAIGHT} title", "note": f"{STRAIGHT} note"})
        first = await run_of(house, onboarding)
        await until_its_next_run(house, onboarding, after=first)
        histories = _escaped(await texts_of_histories(house.client))

        rows = journal(house.engine, onboarding)
        assert [f"{STRAIGHT} note"] == [row.note for row in rows if row.kind == "issue_raised"]
        assert histories.count(f"{STRAIGHT} title") > histories.count(f"{STRAIGHT} note") > 0


async def test_what_was_refused_is_not_kept(house: House) -> None:
    """Neither are texts for an onboarding that does not exist."""
    async with house.worker():
        onboarding = await house.opened()

        with pytest.raises(Refused):
            await house.door.tell(onboarding, "resume", {"note": MARK})
        with pytest.raises(NotFound):
            await house.door.tell("onboarding-file-none", "resume", {"note": MARK})

        assert [] == kept(house)


async def test_a_repetition_gets_the_same_answer_and_stores_nothing_twice(house: House) -> None:
    async with house.worker():
        onboarding = await house.opened()
        news = {"title": MARK, "issue": "T-1", "news_id": "mine"}

        first = await house.door.tell(onboarding, "raise_issue", news)
        again = await house.door.tell(onboarding, "raise_issue", news)

        assert (False, True) == (first.repeated, again.repeated)
        assert first.open_issues == again.open_issues
        assert [{"title": MARK}] == kept(house)


async def test_a_text_that_looks_like_a_reference_is_a_text(house: House) -> None:
    """Whoever has seen a reference cannot have the text behind it told to themselves."""
    async with house.worker():
        onboarding = await house.opened()
        await house.door.tell(onboarding, "pause", {"reason": MARK})
        history = await texts_of_histories(house.client)
        seen = next(word for word in history.replace("\\", "").split('"') if is_reference(word))

        await house.door.tell(onboarding, "resume", {"note": seen})

        assert [seen] == [row.note for row in journal(house.engine, onboarding) if row.kind == "resumed"]


async def test_news_that_is_told_again_still_refers(house: House) -> None:
    """What a thrown-away task had written goes to Temporal once more, and its words do not; nor do those of rows that
    were written before there were references."""
    async with house.worker():
        onboarding = await house.opened()
        ledger = SqlLedger(house.engine)
        token = ledger.texts.keep(onboarding, "lost", {"note": f"{MARK} stored"}, call="a")
        for name, note in (("lost", f"text:{token}/note"), ("older", f"{MARK} older")):
            body = {"title": "Down", "issue": name, "note": note}
            news = Unconfirmed(update="raise_issue", body=body, news_id=name, run="gone", task=1)
            await house.door.tell_again(onboarding, news)

        noted = {row.about: row.note for row in journal(house.engine, onboarding) if row.kind == "issue_raised"}
        assert {"lost": f"{MARK} stored", "older": f"{MARK} older"} == noted
        assert MARK not in _escaped(await texts_of_histories(house.client))


async def test_what_temporal_lost_comes_back_without_the_words(house: House) -> None:
    """Title and note of what is open come out of the journal, and the new run refers to them."""
    async with house.worker():
        lost = await house.opened()
        straight = house.client.get_workflow_handle(lost)
        await house.door.tell(lost, "raise_issue", {"title": MARK, "issue": "T-1"})
        await house.door.tell(lost, "request_scope_change", {"title": MARK, "request": "R-1"})
        await straight.signal("milestone_reached", {"milestone": "environment_set_up", "note": HELD})

        async def is_held() -> bool:
            return any(row.kind == "signal_held" for row in journal(house.engine, lost))

        await until(is_held)
        await house.forgotten_by_temporal(lost)

        async def is_found() -> bool:
            return await house.looked() == {lost: "lost"}

        await until(is_found)
        await house.day90("repair", lost, "--yes")
        await house.door.tell(lost, "resolve_issue", {"issue": "T-1"})
        await house.door.tell(lost, "decide_scope_change", {"request": "R-1", "decision": "approve", "by": APPROVER})

        rows = journal(house.engine, lost)
        histories = _escaped(await texts_of_histories(house.client))
        assert (False, False) == (MARK in histories, HELD in histories)
        assert [HELD] == [row.note for row in rows if row.kind == "signal_held"]
        assert [MARK, MARK] == [
            row.data["title"] for row in rows if row.kind in ("issue_resolved", "scope_change_decided")
        ]


def kept(house: House) -> list[Any]:
    with house.engine.connect() as connection:
        return list(connection.scalars(select(texts.c.body)))
