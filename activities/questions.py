"""How does what is said about a question reach whom it concerns? One way for all roads: pages, mail, commands, API."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from activities.ports import Dossiers, Staff
from domain.deal import DealClosed
from domain.questions import Asker, Exchange, Question, Told, Words
from domain.rules.asking import our_questions
from domain.rules.conversing import Telling
from domain.text import Language, in_language


class Questions(Protocol):
    """Keeps the questions of customers."""

    def ask(self, onboarding: str, words: Words, *, about: str, tell: Callable[[Question, Asker], Told]) -> Exchange:
        """Begin a question, with the messages that `tell` makes of it. Raises UnknownOnboarding, TooManyOpen."""

    def answer_us(
        self, onboarding: str, asks: str, asked: str, words: Words, *, tell: Callable[[Question, Asker], Told]
    ) -> Exchange:
        """Answer what we asked, by its key and in those words; empty where we ask it no more.

        Raises UnknownOnboarding, QuestionFull, and UnknownQuestion for what was never asked.
        """

    def say(
        self,
        onboarding: str,
        number: int,
        words: Words,
        *,
        tell: Callable[[Question, Asker], Told],
        seen: int | None = None,
    ) -> Exchange:
        """Add to a question what either side says; `seen` is the last of its words that the speaker has read.

        Raises UnknownOnboarding, UnknownQuestion, QuestionFull, and Refused where something was said after `seen`.
        """


@dataclass(frozen=True, kw_only=True)
class Conversations:
    """Takes what is said about questions, and tells whom it concerns. It blocks: call it in a thread.

    Nobody is sent anything yet: whoever calls wakes the senders of the exchange's channels. `by_mail` says that replies
    to our mails are read; `now` is wall time.
    """

    questions: Questions
    dossiers: Dossiers
    staff: Staff
    now: Callable[[], datetime]
    by_mail: bool = False
    complete: Callable[[str, DealClosed], object] = lambda *_: None
    """Fills gaps in the hand-off record."""

    def ask(self, onboarding: str, words: Words, *, about: str = "", file: str = "") -> Exchange:
        """Begin a question; `about` is what it was asked at, `file` the name of a file that came with it.

        Raises UnknownOnboarding, TooManyOpen.
        """
        return self.questions.ask(onboarding, words, about=about, tell=self._telling(onboarding, file))

    def say(self, onboarding: str, number: int, words: Words, *, file: str = "", seen: int | None = None) -> Exchange:
        """Go on with a question, or answer it; `seen` is the last of its words that the speaker has read.

        Raises UnknownOnboarding, UnknownQuestion, QuestionFull, and Refused where something was said after `seen`.
        """
        return self.questions.say(onboarding, number, words, tell=self._telling(onboarding, file), seen=seen)

    def answer_us(
        self, onboarding: str, key: str, words: Words, *, language: Language | None = None, file: str = ""
    ) -> Exchange:
        """Answer what we asked, by its key; where the hand-off record lacks just that, it is filled in.

        `language` is that in which it was asked, by default the account's.
        Raises UnknownOnboarding, UnknownQuestion, QuestionFull.
        """
        dossier = self.dossiers.dossier(onboarding)
        deal = dossier.deal
        asked = next((one for one in our_questions(dossier.playbook, deal) if one.key == key), None)
        text = in_language(asked.text, language or deal.account.language) if asked else ""
        exchange = self.questions.answer_us(onboarding, key, text, words, tell=self._telling(onboarding, file))
        if asked is not None and asked.field and exchange.new:
            self.complete(onboarding, deal.model_copy(update={asked.field: words.text}))
        return exchange

    def _telling(self, onboarding: str, file: str) -> Telling:
        dossier = self.dossiers.dossier(onboarding)
        return Telling(dossier=dossier, team=self.staff(), by_mail=self.by_mail, file=file, now=self.now())
