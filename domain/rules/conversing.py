"""Who hears of what is said about a question? Our contact of what the customer says, its asker of our answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.news import short
from domain.notice import Person
from domain.questions import Asker, Question, Told
from domain.record import Dossier
from domain.rules.addressing import Desk
from domain.team import Team
from domain.text import folded, in_language

WHILE_THEY_LOOK = timedelta(minutes=2)
"""Whoever may be in the room just now sees an answer there: its mail waits that long, and goes unless it was seen."""
LONGEST_QUOTE = 500
"""Characters of a question that the mail with its answer repeats."""
CUT = " …"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What messages about a question are made of.

    `by_mail` says that a reply to them goes on in the room; `file` is the name of a file that came with the last word,
    empty for none; `now` is wall time.
    """

    dossier: Dossier
    team: Team
    by_mail: bool
    file: str
    now: datetime

    def __call__(self, question: Question, asker: Asker) -> Told:
        """The messages about the last word of a question.

        What the customer says reaches the owner, and while they are away who stands in as well. What one of ours says
        reaches those of the customer's who have spoken and still take part.
        """
        desk = Desk(self.dossier, self.team, asker.owner, self.now)
        key, about = notice_key(question.last.key), str(question.number)
        if question.last.side == "customer":
            return desk.to_us("question", lambda reader: self._asked(desk, question, reader), key=key, about=about)
        later = self.now + WHILE_THEY_LOOK
        return Told(
            [
                desk.message(
                    "question_answered",
                    reader,
                    {**self._common(desk, question, reader), "asked": _quoted(question)},
                    key=key,
                    about=about,
                    not_before=later if reader.id in asker.in_the_room else None,
                )
                for reader in self._askers(question)
            ]
        )

    def _askers(self, question: Question) -> list[Person]:
        """Those of the customer's who have spoken and still take part, each mail address once."""
        here = {contact.id for contact in self.dossier.deal.contacts}
        spoken = dict.fromkeys(one.by for one in question.said if one.side == "customer" and one.by in here)
        by_address = {folded(person.email): person for id in spoken if (person := self.dossier.person(id))}
        return list(by_address.values())

    def _asked(self, desk: Desk, question: Question, reader: Person) -> Mapping[str, Any]:
        asking, ours = self.dossier.person(question.last.by), question.side == "vendor"
        return {
            **self._common(desk, question, reader),
            "address": asking.email if asking else "",
            "goes_on": len(question.said) > 1,
            "asked": question.said[0].text if ours else "",
        }

    def _common(self, desk: Desk, question: Question, reader: Person) -> Mapping[str, Any]:
        last = question.last
        about = self.dossier.playbook.milestone(question.about) if question.about else None
        return {
            "question": question.number,
            "word": last.id,
            "ours": question.side == "vendor",
            "who": desk.name(last.by, reader),
            "text": last.text,
            "file": self.file,
            "title": in_language(about.title, reader.language) if about else "",
            "by_mail": self.by_mail,
            # Their own mail, where it came by one: their mail program shows the answer below it.
            "answers_to": next((one.mail_id for one in reversed(question.said) if one.mail_id), ""),
        }


def _quoted(question: Question) -> str:
    """What the customer said last, cut where it is long; empty where that was erased."""
    theirs = next((one.text for one in reversed(question.said) if one.side == "customer"), "")
    return theirs if len(theirs) <= LONGEST_QUOTE else f"{theirs[:LONGEST_QUOTE].rstrip()}{CUT}"


def notice_key(words_key: str) -> str:
    """How the keys of the messages begin that tell of those words. Nobody can guess it who does not know them."""
    return f"question/{short(words_key)}"
