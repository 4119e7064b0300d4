"""How do our own people answer what customers ask? For commands, the API and pages alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from activities.calendars import hours_of
from activities.questions import Conversations
from domain.files import Side, StoredFile
from domain.questions import LONGEST_SAID, Exchange, Question, QuestionState, Words
from domain.record import Dossier
from domain.rules.asking import AskedFor, our_questions
from domain.rules.responding import ResponseReport, response_report
from domain.text import in_language
from domain.wire import Wire
from starter.doors.deeds import key_of
from starter.doors.people import member, person
from starter.trouble import InvalidNews
from store.files import customers_files
from store.questions import SqlQuestions
from store.reads import one

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from activities.ports import Staff
    from store.ledger import SqlLedger

REPORTED_DAYS = 90
"""Days over which response times are reported where nobody says otherwise: an onboarding's length."""


class AskedOfThem(Wire):
    """Something that we ask of the customer; `question` is the number of what was said about it, None for nothing."""

    key: str
    kind: AskedFor
    text: str
    question: int | None = None
    state: QuestionState = "asked"


@dataclass(frozen=True, kw_only=True)
class QuestionDoor:
    """Answers, asks and closes questions, from one way (`via`). It blocks: call it in a thread.

    Whoever calls wakes the senders of an exchange's channels, and the receiver, which the onboarding hears through.
    `now` is the onboarding's own time, given that of its last turn; `by_mail` says that replies to mails are read.
    """

    engine: "Engine"
    ledger: "SqlLedger"
    staff: "Staff"
    via: str
    now: Callable[[datetime | None], datetime]
    by_mail: bool = False
    proved: bool = False

    @property
    def kept(self) -> SqlQuestions:
        return SqlQuestions(self.engine)

    def answer(
        self,
        onboarding: str,
        number: int,
        *,
        by: str,
        text: str,
        key: str | None = None,
        file: int | None = None,
        seen: int | None = None,
    ) -> Exchange:
        """Answer a question in the name of one of ours; the same answer again changes nothing.

        `by` is a handle or that person's address, `file` the number of a file that the customer may have, `seen` that
        of the last word that they have read, None where nobody can tell.
        Raises InvalidNews, UnknownOnboarding, UnknownQuestion, and Refused where something was said after `seen`.
        """
        handle = member(by, team=self.staff(), field="by")
        given = self._file(onboarding, file) if file is not None else None
        return self._say(onboarding, number, handle, _checked(text), key=key, file=given, side="vendor", seen=seen)

    def go_on(self, onboarding: str, number: int, *, by: str, text: str, key: str | None = None) -> Exchange:
        """Go on with a question in the name of somebody of the customer's. Raises like `answer`, and QuestionFull."""
        return self._say(onboarding, number, self._asker(onboarding, by), _checked(text), key=key, side="customer")

    def ask(self, onboarding: str, *, by: str, text: str, about: str = "", key: str | None = None) -> Exchange:
        """Ask in the name of somebody of the customer's, who asked by another way.

        Raises like `answer`, and TooManyOpen.
        """
        dossier = self.ledger.dossier(onboarding)
        if about and dossier.playbook.milestone(about) is None:
            raise InvalidNews(f"is no milestone of {dossier.playbook.key}", field="about")
        asker = self._asker(onboarding, by)
        words = self._words(onboarding, f"about/{about}", asker, _checked(text), key=key, side="customer")
        return self._conversations.ask(onboarding, words, about=about)

    def asked(self, onboarding: str) -> Sequence[AskedOfThem]:
        """What we ask of the customer, each with its answer, if there is one. Raises UnknownOnboarding."""
        dossier = self.ledger.dossier(onboarding)
        return asked_of_them(dossier, self.kept.of(onboarding))

    def answer_us(self, onboarding: str, asks: str, *, by: str, text: str, key: str | None = None) -> Exchange:
        """Put down what somebody of the customer's has answered to what we ask. Raises like `go_on`."""
        asker = self._asker(onboarding, by)
        words = self._words(onboarding, f"asked/{asks}", asker, _checked(text), key=key, side="customer")
        return self._conversations.answer_us(onboarding, asks, words)

    def close(self, onboarding: str, number: int, *, by: str, seen: int | None = None) -> Question:
        """Expect nothing more about a question; `seen` as for `answer`. Raises like `answer`."""
        handle = member(by, team=self.staff(), field="by")
        return self.kept.close(onboarding, number, by=handle, via=self.via, at=self._now(onboarding), seen=seen)

    def erase(self, onboarding: str, word: int, *, by: str) -> None:
        """Erase what somebody has said, by its number. Raises like `answer`."""
        handle = member(by, team=self.staff(), field="by")
        self.kept.erase(onboarding, word, by=handle, via=self.via, at=self._now(onboarding))

    def report(self, *, days: int = REPORTED_DAYS, owner: str | None = None) -> ResponseReport:
        """How fast questions of the last days were answered, and what waits. Raises InvalidNews."""
        team, now = self.staff(), datetime.now(UTC)
        handle = member(owner, team=team, field="owner") if owner else None
        since = now - timedelta(days=days)
        asked = self.kept.asked_since(since, owner=handle)
        return response_report(asked, since=since, now=now, team=team, hours=hours_of)

    def _say(
        self,
        onboarding: str,
        number: int,
        by: str,
        text: str,
        *,
        side: Side,
        key: str | None = None,
        file: StoredFile | None = None,
        seen: int | None = None,
    ) -> Exchange:
        words = self._words(onboarding, str(number), by, text, key=key, side=side, file=file)
        return self._conversations.say(onboarding, number, words, file=file.name if file else "", seen=seen)

    def _words(
        self,
        onboarding: str,
        question: str,
        by: str,
        text: str,
        *,
        side: Side,
        key: str | None,
        file: StoredFile | None = None,
    ) -> Words:
        """What is said, as it is kept. The same by the same person in the same `question` is a repetition."""
        return Words(
            key=key or key_of(self.via, onboarding, question, by, text),
            side=side,
            by=by,
            text=text,
            at=self._now(onboarding),
            via=self.via,
            proved=self.proved,
            file=file.id if file else None,
        )

    def _asker(self, onboarding: str, named: str) -> str:
        dossier = self.ledger.dossier(onboarding)
        id = person(named, team=self.staff(), dossier=dossier, onboarding=onboarding)
        if id not in {contact.id for contact in dossier.deal.contacts}:
            raise InvalidNews(f"{id} takes no part on the customer's side", field="by")
        return id

    def _file(self, onboarding: str, number: int) -> StoredFile:
        file = next((one for one in customers_files(self.engine, onboarding) if one.id == number), None)
        if file is None:
            raise InvalidNews(f"the customer has no file {number}; `day90 file list` has their numbers", field="file")
        return file

    def _now(self, onboarding: str) -> datetime:
        return self.now(one(self.engine, onboarding).as_of)

    @property
    def _conversations(self) -> Conversations:
        return Conversations(
            questions=self.kept,
            dossiers=self.ledger,
            staff=self.staff,
            now=partial(datetime.now, UTC),
            by_mail=self.by_mail,
            complete=self.ledger.complete_deal,
        )


def asked_of_them(dossier: Dossier, questions: Sequence[Question], language: str | None = None) -> list[AskedOfThem]:
    """What we ask of the customer, and what was answered, though we ask it no more; in the account's language."""
    words_in = language or dossier.deal.account.language
    answered = {question.asks: question for question in questions if question.asks}
    asked = {one.key: one for one in our_questions(dossier.playbook, dossier.deal)}
    gone = [key for key in sorted(answered, key=lambda key: answered[key].number) if key not in asked]
    texts = {key: in_language(one.text, words_in) for key, one in asked.items()}
    texts |= {key: answered[key].said[0].text for key in gone}
    return [
        AskedOfThem(
            key=key,
            kind="gap" if key.startswith("gap-") else "kickoff",
            text=text,
            question=answered[key].number if key in answered else None,
            state=answered[key].state if key in answered else "asked",
        )
        for key, text in texts.items()
    ]


def _checked(text: str) -> str:
    """The text without white space around it. Raises InvalidNews."""
    text = text.strip()
    if not text:
        raise InvalidNews("should say something", field="text")
    if len(text) > LONGEST_SAID:
        raise InvalidNews(f"has {len(text):,} characters, and may have {LONGEST_SAID:,}", field="text")
    return text
