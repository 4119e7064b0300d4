"""Who hears of what is said about a question? Our contact, and those of the customer's whom it concerns."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.questions import Asker, Question, Said, Told
from domain.rules.conversing import WHILE_THEY_LOOK, Telling
from domain.team import Absence, Team
from tests.support.simulation import OTHER_CSM, OWNER, opened, staff

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
LEAD, TECHNICAL, SPONSOR = "project_lead", "technical_lead", "executive_sponsor"


def asked(*said: tuple[str, str], **more: Any) -> Question:
    """A question of the sample's with those words, each by somebody."""
    words = [
        Said(
            id=number,
            side="vendor" if by in (OWNER, OTHER_CSM) else "customer",
            by=by,
            via="room",
            at=NOW,
            recorded_at=NOW,
            text=text,
            key=f"words-{number}",
        )
        for number, (by, text) in enumerate(said, start=1)
    ]
    given = {"number": 3, "state": "open", "by": said[0][0], "asked_at": NOW, **more}
    return Question(onboarding="onboarding-salesforce-1", said=tuple(words), **given)


def told(question: Question, *, team: Team | None = None, looking: tuple[str, ...] = ()) -> Told:
    dossier = opened().dossier
    telling = Telling(dossier=dossier, team=team or staff(), by_mail=True, file="", now=NOW)
    return telling(question, Asker(OWNER, frozenset(looking)))


def test_a_question_reaches_the_owner_and_who_stands_in() -> None:
    """Who is away finds it on their return; the deputy, who takes no part yet, can be written to."""
    away = Absence(first=date(2026, 11, 9), last=date(2026, 11, 20))
    members = [one.model_copy(update={"absences": (away,)}) if one.handle == OWNER else one for one in staff().members]
    there, instead = told(asked((LEAD, "When?"))), told(asked((LEAD, "When?")), team=Team(members=tuple(members)))

    assert [OWNER] == [notice.to for notice in there.notices]
    assert [OWNER, OTHER_CSM] == [notice.to for notice in instead.notices]
    assert ("Jonas Weber", "2026-11-20") == (
        instead.notices[1].facts["in_place_of"],
        instead.notices[1].facts["in_place_until"],
    )
    assert [OTHER_CSM] == [person.id for person in instead.people if person.role == "deputy"]


def test_an_answer_reaches_those_who_have_spoken_and_still_take_part() -> None:
    """Whoever may be looking just now gets no mail yet; nobody of ours gets one."""
    question = asked((LEAD, "When?"), (TECHNICAL, "Soon?"), ("left-since", "Hm"), (OWNER, "At nine."))
    answer = told(question, looking=(LEAD,))

    assert {LEAD: NOW + WHILE_THEY_LOOK, TECHNICAL: NOW} == {one.to: one.not_before for one in answer.notices}
    assert {"At nine."} == {one.facts["text"] for one in answer.notices}


def test_the_project_lead_hears_our_answer_to_a_colleague() -> None:
    """And reads whose question it was; whoever asked reads that it was theirs."""
    answer = told(asked((SPONSOR, "What does it cost?"), (OWNER, "Nothing more.")))

    assert [(SPONSOR, "", False), (LEAD, "Dr. Katharina Brandt", False)] == [
        (one.to, one.facts["asker"], one.facts["goes_on"]) for one in answer.notices
    ]


def test_what_goes_on_with_a_colleagues_question_reaches_its_asker_and_the_project_lead() -> None:
    """Besides our contact, and not whoever has just said it; a first word waits for us alone."""
    first = told(asked((SPONSOR, "When?")))
    on = told(asked((SPONSOR, "When?"), (TECHNICAL, "In the morning?")))
    alone = told(asked((LEAD, "When?"), (LEAD, "I mean the kickoff.")))

    assert [OWNER] == [notice.to for notice in first.notices]
    assert {(OWNER, "question"), (SPONSOR, "question_answered"), (LEAD, "question_answered")} == {
        (notice.to, notice.kind) for notice in on.notices
    }
    assert {True} == {notice.facts["goes_on"] for notice in on.notices if notice.to != OWNER}
    assert [OWNER] == [notice.to for notice in alone.notices]


def test_somebody_with_two_roles_hears_once() -> None:
    """A deal may name one person twice."""
    deal = opened().dossier.deal
    people = tuple(one.model_copy(update={"email": "s.vogel@lindenau.example"}) for one in deal.stakeholders)
    question = asked((LEAD, "When?"), (TECHNICAL, "Soon?"), (OWNER, "At nine."))
    dossier = opened().dossier
    same = tuple(
        person.model_copy(update={"email": "s.vogel@lindenau.example"}) if person.side == "customer" else person
        for person in dossier.people
    )
    telling = Telling(
        dossier=dossier.model_copy(update={"deal": deal.model_copy(update={"stakeholders": people}), "people": same}),
        team=staff(),
        by_mail=True,
        file="",
        now=NOW,
    )

    assert 1 == len(telling(question, Asker(OWNER)).notices)


def test_what_we_asked_stands_above_the_answer() -> None:
    """Its owner need not remember what the playbook asks."""
    question = asked((OWNER, "What is in the way?"), (LEAD, "Our stocktaking"), side="vendor", asks="kickoff-1")
    [notice] = told(question).notices

    assert ("question", True, "What is in the way?") == (notice.kind, notice.facts["ours"], notice.facts["asked"])


def test_two_readers_of_the_same_words_get_messages_of_their_own() -> None:
    """And the same words told again are the same messages."""
    question = asked((LEAD, "When?"), (TECHNICAL, "Soon?"), (OWNER, "At nine."))
    keys = [notice.key for _ in range(2) for notice in told(question).notices]

    assert (4, 2) == (len(keys), len(set(keys)))


@pytest.mark.parametrize(
    ("language", "name", "role"), [("en", "Jürgen Maier", "Technical lead"), ("ja", "Jürgen Maier様", "技術責任者")]
)
def test_who_stands_in_for_somebody_who_left_reads_in_an_answer_too_whose_place_they_take(
    language: str, name: str, role: str
) -> None:
    """In the small print of every mail that a turn of the onboarding decides; those of the room lacked it."""
    onboarding = opened()
    onboarding.tell("remove_contact", person=TECHNICAL, since="2026-11-02", by=OWNER)
    onboarding.tell("correct_contact", person=LEAD, language=language, by=OWNER)
    telling = Telling(dossier=onboarding.dossier, team=staff(), by_mail=True, file="", now=NOW)

    answer = telling(asked((SPONSOR, "When?"), (OWNER, "At nine.")), Asker(OWNER, frozenset()))

    places = {one.to: one.facts.get("predecessors") for one in answer.notices}
    assert {LEAD: [{"name": name, "role": role, "since": "2026-11-02"}], SPONSOR: None} == places
