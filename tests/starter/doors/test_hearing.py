"""Does somebody's list of messages say truly what they got, get and do not get, and why?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.deal import Stakeholder
from domain.notice import Person
from domain.playbook import Draft, Raci
from domain.preferences import Preferences
from domain.record import Dossier, DraftChange, HandedOver, Receipt, Writing
from domain.refusal import Refused
from domain.team import Absence, Member, Team
from starter.doors.hearing import Hearing, heard
from starter.trouble import NotFound
from store.answers import SqlAnswers
from store.engine import open_store
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.preferences import SqlPreferences
from store.unsubscribes import SqlUnsubscribes
from tests.support.databases import (
    LEAD,
    OWNER,
    deal,
    dossier,
    happened,
    milestone,
    notice,
    sqlite_store,
    standing,
)
from tests.support.web import nobody

ONE = "onboarding-file-1"
SPONSOR = Person(id="boss", name="Bo Boss", email="bo@customer.test", side="customer", role="executive_sponsor")
AGENCY = Person(id="agency", name="Al Agent", email="al@agency.test", side="customer", role="technical_lead")
GONE = Person(id="gone", name="Gil Gone", email="gil@customer.test", side="customer", role="champion")
TEAM = Team(
    members=(
        Member(handle=OWNER.id, name=OWNER.name, email=OWNER.email, role="csm", deputy="dee"),
        Member(handle="dee", name="Dee Deputy", email="dee@vendor.test", role="csm"),
    )
)
NOW = datetime.now(UTC).replace(microsecond=0)
BEFORE = NOW - timedelta(days=2)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(sqlite_store(tmp_path))
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    ledger = SqlLedger(engine)
    ledger.admit(cast(), run="run")
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone(title="First meeting"))))
    return ledger


def cast() -> Dossier:
    """Four people at the customer's: one leads, one pays, one is of an agency and left out, one has left."""
    people = (
        Stakeholder(id=LEAD.id, name=LEAD.name, email=LEAD.email, role="project_lead"),
        Stakeholder(id="boss", name="Bo Boss", email="bo@customer.test", role="executive_sponsor"),
        Stakeholder(
            id="agency",
            name="Al Agent",
            email="al@agency.test",
            role="technical_lead",
            company="Agents Ltd",
            in_rollout=False,
        ),
        Stakeholder(id="gone", name="Gil Gone", email="gil@customer.test", role="champion", until=BEFORE.date()),
    )
    of = deal().model_copy(update={"stakeholders": people})
    whole = dossier(of, people=(OWNER, LEAD, SPONSOR, AGENCY, GONE))
    stage = whole.playbook.stages[0]
    raci = Raci(responsible="csm", accountable="csm", informed=("project_lead",))
    met = stage.milestones[0].model_copy(update={"title": "First meeting", "raci": raci})
    stages = (stage.model_copy(update={"milestones": (met,)}),)
    drafts = (Draft(kind="introduction", holder="seller"),)
    return whole.by(whole.playbook.model_copy(update={"stages": stages, "drafts": drafts}))


async def asked(engine: Engine, ledger: SqlLedger, person: str = LEAD.id, **more: Any) -> Hearing:
    given: dict[str, Any] = {"team": TEAM, "named": True, **more}
    return await heard(ONE, person, engine=engine, ledger=ledger, door=nobody, **given)


def outbox_of(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine, mail_domain="vendor.test")


def write(ledger: SqlLedger, key: str, **more: Any) -> None:
    occasion, _, to = key.rpartition("/")
    given = {"kind": occasion.rpartition("/")[2], "to": to, "about": "met", "not_before": BEFORE, **more}
    ledger.write(Writing(onboarding=ONE, notices=(notice(key, **given),)))


async def test_what_went_is_told_with_what_came_back(engine: Engine, ledger: SqlLedger) -> None:
    outbox = outbox_of(engine)
    write(ledger, "late/reminder/project_lead")
    [id] = outbox.ready("mail", now=NOW, most=10)
    outbox.sent(id, Receipt(message_id="<1@vendor.test>", place="mx", at=BEFORE))
    SqlAnswers(engine, outbox).answered(id, key="a", sender=LEAD.email, by=LEAD.id, subject="Re", text="Yes")

    [receipt] = (await asked(engine, ledger)).receipts

    assert ("late", "reminder", "met", "sent", BEFORE) == (
        receipt.occasion,
        receipt.kind,
        receipt.about,
        receipt.state,
        receipt.at,
    )
    assert receipt.sentence.startswith('Lee Lead got "reminder" about "First meeting" on ')
    assert receipt.sentence.endswith(", by mail.")
    assert [" Lee Lead answered it."] == [text.partition(":")[2][2:] for text in receipt.since]


async def test_a_message_that_came_back_keeps_later_ones_from_them(engine: Engine, ledger: SqlLedger) -> None:
    """Both are told with their reason, and so is that nothing reaches the address any more."""
    outbox = outbox_of(engine)
    write(ledger, "late/reminder/project_lead")
    [id] = outbox.ready("mail", now=NOW, most=10)
    outbox.sent(id, Receipt(message_id="<1@vendor.test>", place="mx", at=BEFORE))
    outbox.bounced(id, reason="550 no such user", address=LEAD.email, at=NOW)
    write(ledger, "later/reminder/project_lead")

    hearing = await asked(engine, ledger)

    came_back, kept_back = hearing.receipts
    assert ("bounced", "kept_back") == (came_back.state, kept_back.state)
    assert came_back.sentence.endswith("and came back: 550 no such user.")
    assert "no mail reaches their address since" in kept_back.sentence
    assert any("another one is needed" in sentence for sentence in hearing.standing)


async def test_who_unsubscribed_does_not_get_letters_and_gets_all_else(engine: Engine, ledger: SqlLedger) -> None:
    outbox = outbox_of(engine)
    write(ledger, "tips/message/project_lead", about="tips")
    [id] = outbox.ready("mail", now=NOW, most=10)
    taken = outbox.take(id)
    assert taken is not None
    SqlUnsubscribes(engine).unsubscribe(taken.unsubscribe)
    write(ledger, "late/reminder/project_lead")
    before = await asked(engine, ledger)
    outbox.take(id)

    after = await asked(engine, ledger)

    assert {"message": "kept_back", "reminder": "waiting"} == {one.kind: one.state for one in before.receipts}
    assert {"message": "withdrawn", "reminder": "waiting"} == {one.kind: one.state for one in after.receipts}
    [letter] = [one.sentence for one in after.receipts if one.kind == "message"]
    assert 'Lee Lead did not get "message" about "tips": they had unsubscribed from letters like it.' == letter
    assert any("unsubscribed on" in sentence for sentence in after.standing)


async def test_what_a_choice_keeps_back_is_said_before_its_turn_and_after(engine: Engine, ledger: SqlLedger) -> None:
    """What is only told is not wanted; what asks something of them comes all the same."""
    outbox = outbox_of(engine)
    SqlPreferences(engine).choose(ONE, LEAD.id, Preferences(hears="essential"))
    write(ledger, "week/status_report/project_lead", about="report")
    write(ledger, "late/reminder/project_lead")
    before = await asked(engine, ledger)
    for id in outbox.ready("mail", now=NOW, most=10):
        outbox.take(id)

    after = await asked(engine, ledger)

    assert {"status_report": "kept_back", "reminder": "waiting"} == {one.kind: one.state for one in before.receipts}
    [early] = [one.sentence for one in before.receipts if one.kind == "status_report"]
    [late] = [one.sentence for one in after.receipts if one.kind == "status_report"]
    assert early.endswith(": they chose to hear only what concerns them.")
    assert late.endswith(": they had chosen to hear only what concerns them.")
    assert "Lee Lead chose to hear only what concerns them." in before.standing


async def test_what_comes_in_quiet_hours_is_said_to_wait_for_their_end(engine: Engine, ledger: SqlLedger) -> None:
    """In the reader's own zone; what is critical does not wait."""
    soon = NOW + timedelta(hours=1)
    hours = {"quiet_from": (soon - timedelta(hours=1)).time(), "quiet_until": (soon + timedelta(hours=1)).time()}
    SqlPreferences(engine).choose(ONE, LEAD.id, Preferences.model_validate(hours), time_zone="Etc/UTC")
    write(ledger, "soon/reminder/project_lead", not_before=soon)
    write(ledger, "down/issue_raised/project_lead", not_before=soon, facts={"severity": "critical"})

    at = {one.kind: (one.at, one.reason) for one in (await asked(engine, ledger)).receipts}

    assert (soon + timedelta(hours=1), "it waits for the end of their quiet hours") == at["reminder"]
    assert soon == at["issue_raised"][0]


async def test_what_was_settled_first_is_told_by_its_title(engine: Engine, ledger: SqlLedger) -> None:
    outbox = outbox_of(engine)
    write(ledger, "late/reminder/project_lead", while_open="met")
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone(status="reached", title="First meeting"))))
    [id] = outbox.ready("mail", now=NOW, most=10)
    outbox.take(id)

    [receipt] = (await asked(engine, ledger)).receipts

    assert receipt.sentence.endswith('about "First meeting": "First meeting" was reached before it went.')


async def test_what_waits_says_for_what(engine: Engine, ledger: SqlLedger) -> None:
    """For their working hours, for a server that takes none now, or for one of ours who may word it first."""
    outbox = outbox_of(engine)
    write(ledger, "soon/plan/project_lead", not_before=NOW + timedelta(hours=9))
    write(ledger, "late/reminder/project_lead")
    [id] = outbox.ready("mail", now=NOW, most=10)
    outbox.put_off(id, until=NOW + timedelta(hours=1), reason="451 come later", maybe_arrived=0)
    draft = notice("opened/introduction/project_lead", kind="introduction", to=LEAD.id, about="introduction")
    ledger.write(Writing(onboarding=ONE, held=(draft.model_copy(update={"draft": "introduction"}),)))

    sentences = {one.kind: one.sentence for one in (await asked(engine, ledger)).receipts}

    assert sentences["plan"].endswith(" on: it waits for their working hours.")
    assert sentences["reminder"].endswith(" on: 451 come later.")
    assert (
        "waits: it is a draft that Mika Csm or seller may read, word, send or stop first." in sentences["introduction"]
    )


async def test_a_draft_that_was_stopped_says_by_whom_and_why(engine: Engine, ledger: SqlLedger) -> None:
    draft = notice("opened/introduction/project_lead", kind="introduction", about="introduction", draft="introduction")
    ledger.write(Writing(onboarding=ONE, held=(draft,)))
    stopped = happened("stop", kind="draft_stopped", about="introduction", by=OWNER.id, at=NOW)
    change = DraftChange(draft="introduction", what="stopped", reason="They have met already")
    ledger.write(Writing(onboarding=ONE, journal=(stopped,), drafts=(change,)))

    [receipt] = (await asked(engine, ledger)).receipts

    assert 'Lee Lead did not get "introduction": They have met already.' == receipt.sentence
    assert receipt.since[0].endswith("Mika Csm stopped it.")


async def test_who_was_replaced_and_who_took_over_both_see_where_it_went(engine: Engine, ledger: SqlLedger) -> None:
    write(ledger, "late/reminder/gone", to=GONE.id)
    ledger.write(
        Writing(onboarding=ONE, handed_over=(HandedOver(person="gone", to="boss", name="Bo", channel="mail"),))
    )

    [old] = (await asked(engine, ledger, "gone")).receipts
    [new] = (await asked(engine, ledger, "bo@customer.test")).receipts

    assert ("handed_over", "boss") == (old.state, old.person)
    assert old.sentence.endswith("was for Gil Gone and went on to Bo Boss, who took over.")
    assert "waiting" == new.state


async def test_who_hears_nothing_at_all_is_told_why(engine: Engine, ledger: SqlLedger) -> None:
    """Somebody left out, somebody who has left, somebody of ours without a role: an empty list with its reason."""
    sentences = {}
    for person in ("agency", "gone", "dee"):
        hearing = await asked(engine, ledger, person)
        assert () == hearing.receipts
        sentences[person] = " ".join(hearing.standing)

    assert "Al Agent is on record as technical lead, for Agents Ltd, and is excluded from" in sentences["agency"]
    assert "Gil Gone took part as champion until" in sentences["gone"]
    assert "Dee Deputy is of the staff and plays no role in this onboarding." == sentences["dee"]


async def test_who_is_away_is_named_with_their_deputy(engine: Engine, ledger: SqlLedger) -> None:
    today = standing().as_of.date()
    owner = TEAM.members[0].model_copy(update={"absences": (Absence(first=today, last=today),)})

    hearing = await asked(engine, ledger, OWNER.id, team=Team(members=(owner, TEAM.members[1])))

    assert "They own this onboarding." in hearing.standing[0]
    assert "Dee Deputy gets copies of what cannot wait" in hearing.standing[1]


@pytest.mark.parametrize(
    ("person", "told", "why"),
    [
        ("boss", ("reached", None), "Bo Boss has no part in met: responsible CSM (Mika Csm);"),
        (LEAD.id, ("open", None), "met is open: nothing about it has been due yet."),
        (LEAD.id, ("waived", OWNER.id), "met was waived"),
        (LEAD.id, ("reached", LEAD.id), "Lee Lead reported met: nobody is told what they did themselves."),
    ],
)
async def test_why_somebody_did_not_hear_of_a_milestone(
    engine: Engine, ledger: SqlLedger, person: str, told: tuple[Any, str | None], why: str
) -> None:
    status, by = told
    entry = happened("it", kind=f"milestone_{status}", about="met", by=by)
    ledger.write(
        Writing(
            onboarding=ONE,
            journal=(entry,),
            standing=standing(milestone(status=status, title="First meeting", at=None if status == "open" else NOW)),
        )
    )

    hearing = await asked(engine, ledger, person, about="met")

    assert () == hearing.receipts
    assert why in " ".join(hearing.part)


async def test_only_what_was_asked_for_is_told(engine: Engine, ledger: SqlLedger) -> None:
    write(ledger, "late/reminder/project_lead")
    write(ledger, "week/status_report/project_lead", about="weekly")
    listed = {"overdue": [{"title": "First meeting", "due": "2026-09-01", "days": 2}]}
    write(ledger, "other/overdue_summary/project_lead", about="", facts=listed)

    assert ["status_report"] == [one.kind for one in (await asked(engine, ledger, kind="status_report")).receipts]
    about_it = (await asked(engine, ledger, about="met")).receipts
    assert ["reminder", "overdue_summary"] == [one.kind for one in about_it]


async def test_nobody_and_nothing_unknown_is_explained(engine: Engine, ledger: SqlLedger) -> None:
    with pytest.raises(Refused, match=r"'ann' takes no part; .* one of project_lead, boss|agency, boss") as refused:
        await asked(engine, ledger, "ann")
    with pytest.raises(NotFound, match="its milestones are met"):
        await asked(engine, ledger, about="no_such")

    assert "person" == refused.value.field


async def test_without_names_the_sentences_have_ids_alone(engine: Engine, ledger: SqlLedger) -> None:
    """So the API tells them: whoever reads notices need not read who people are."""
    write(ledger, "late/reminder/project_lead")

    hearing = await asked(engine, ledger, about="met", named=False)

    text = hearing.model_dump_json()
    assert not [name for name in ("Lee", "Mika", "customer.test") if name in text]
    assert "What lies ahead is not known: no worker could be asked." == hearing.ahead
