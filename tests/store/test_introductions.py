"""Is an introduction stored once, and read back as it was?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.ports import IntroductionLedger
from domain.calendar import WorkCalendar
from domain.introduction import FoundNote, Learnt
from domain.notice import Notice, Person
from domain.prospect import Prospect
from domain.record import IntroductionDossier, IntroductionStanding, IntroductionWriting, JournalRow
from domain.trouble import UnknownOnboarding
from store.introductions import SqlIntroductions
from store.reads import notices
from tests.support import databases
from tests.support.databases import playbook
from tests.support.introductions import sample_prospect

database = databases.database
engine = databases.engine

NOON = datetime(2032, 11, 1, 12, tzinfo=UTC)
ONE = "introduction-salesforce-006Qy00000Bx7LmIAJ"
OWNER = Person(id="jonas", name="Jonas", email="jonas@vendor.test", side="vendor", role="csm")


@pytest.fixture
def introductions(engine: Engine) -> SqlIntroductions:
    return SqlIntroductions(engine, clock=lambda: NOON)


def prospect(**changes: Any) -> Prospect:
    return Prospect.model_validate(sample_prospect(**changes))


def dossier(**changes: Any) -> IntroductionDossier:
    calendar = WorkCalendar(time_zone="Europe/Berlin")
    return IntroductionDossier(
        introduction=ONE, prospect=prospect(**changes), playbook=playbook(), calendar=calendar, owner=OWNER.id
    )


def writing(*, as_of: datetime = NOON, **standing: Any) -> IntroductionWriting:
    given: dict[str, Any] = {
        "status": "waiting",
        "due": NOON,
        "next_key": "remind",
        "next_due": NOON,
        "learnt": Learnt(),
    }
    given |= {"ending": None, "ended_at": None, "as_of": as_of, **standing}
    letter = Notice(
        onboarding="", key=f"{ONE}/a/task", kind="introduction_task", to=OWNER.id, facts={}, about=ONE, not_before=NOON
    )
    return IntroductionWriting(
        introduction=ONE,
        journal=(JournalRow(key="a/begun", at=NOON, kind="begun"),),
        notices=((letter, OWNER),),
        standing=IntroductionStanding(**given),
    )


def test_it_fits_its_port(introductions: SqlIntroductions) -> None:
    port: IntroductionLedger = introductions

    assert port.standing(ONE) is None
    assert port.kept(ONE) is None


def test_a_prospect_is_kept_and_taken_up(introductions: SqlIntroductions) -> None:
    """The newest prospect holds; taken up again by the same run, nothing changes."""
    introductions.keep(ONE, prospect(problem="Old."))
    introductions.keep(ONE, prospect(problem="New."))
    before = introductions.standing(ONE)

    introductions.admit(dossier(problem="New."), run="run-1", begun_at=NOON)
    introductions.admit(dossier(problem="Other."), run="run-1", begun_at=NOON + timedelta(days=1))

    assert before is not None
    assert ("opening", None) == (before.status, before.as_of)
    assert dossier(problem="New.") == introductions.dossier(ONE)
    line = introductions.standing(ONE)
    assert line is not None
    assert (OWNER.id, NOON) == (line.owner, line.begun_at)
    assert {OWNER.id: 1} == introductions.load_by_owner()


def test_a_turn_is_written_once_and_a_late_try_takes_nothing_back(
    introductions: SqlIntroductions, engine: Engine
) -> None:
    introductions.admit(dossier(), run="run-1", begun_at=NOON)
    learnt = Learnt(owner=OWNER.id, notes=(FoundNote(text="They hurry.", at=NOON),))
    introductions.write(writing(as_of=NOON + timedelta(hours=1), status="introduced", learnt=learnt))

    introductions.write(writing())

    line = introductions.standing(ONE)
    assert line is not None
    assert ("introduced", learnt) == (line.status, line.learnt)
    assert ["begun"] == [row.kind for row in introductions.journal(ONE)]
    assert 1 == len(notices(engine))


def test_at_the_end_what_waited_is_withdrawn_and_nobody_carries_it_any_more(
    introductions: SqlIntroductions, engine: Engine
) -> None:
    introductions.admit(dossier(), run="run-1", begun_at=NOON)
    introductions.write(writing())

    introductions.write(writing(status="lost", ending="lost", ended_at=NOON))

    assert ["withdrawn"] == [mail.state for mail in notices(engine)]
    assert {} == introductions.load_by_owner()
    assert [] == list(introductions.lines(open_only=True))
    assert [ONE] == [line.introduction for line in introductions.lines(owner=OWNER.id)]


def test_another_round_begins_where_the_last_one_ended(introductions: SqlIntroductions) -> None:
    """What was learnt stays, and the introduction is open again."""
    introductions.admit(dossier(), run="run-1", begun_at=NOON)
    learnt = Learnt(owner=OWNER.id, notes=(FoundNote(text="They hurry.", at=NOON),))
    introductions.write(writing(status="lost", ending="lost", ended_at=NOON, learnt=learnt))

    introductions.admit(dossier(), run="run-2", begun_at=NOON + timedelta(days=9))

    line = introductions.standing(ONE)
    assert line is not None
    assert (None, "waiting", learnt) == (line.ending, line.status, line.learnt)


@pytest.mark.parametrize("named", [ONE, "006Qy00000Bx7LmIAJ", "lindenau", "MÖBEL"])
def test_it_goes_by_its_id_its_deal_or_the_customer(introductions: SqlIntroductions, named: str) -> None:
    introductions.keep(ONE, prospect())

    assert ONE == introductions.resolve(named)


def test_what_nobody_knows_is_said(introductions: SqlIntroductions) -> None:
    """A text that fits none is refused, and one that fits two names both."""
    introductions.keep(ONE, prospect())
    introductions.keep("introduction-salesforce-2", prospect(id="2"))

    with pytest.raises(UnknownOnboarding, match="no introduction has 'aozora'"):
        introductions.resolve("aozora")
    with pytest.raises(UnknownOnboarding, match=r"could be introduction-salesforce-006Q.*, introduction-salesforce-2"):
        introductions.resolve("lindenau")
    with pytest.raises(UnknownOnboarding):
        introductions.dossier("introduction-file-none")
