"""Who hears of what is said about a question? Our contact, and those of the customer's whom it concerns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.news import short
from domain.notice import Notice, Person
from domain.questions import Asker, Question, Told
from domain.record import Dossier
from domain.rules.addressing import Desk
from domain.rules.casting import cast_customer
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

        What the customer says reaches the owner, and while they are away who stands in as well. Whatever one of ours
        says, and what goes on with a colleague's question, reaches those of the customer's whom the question concerns.
        """
        desk = Desk(self.dossier, self.team, asker.owner, self.now)
        if question.last.side == "vendor":
            return Told(self._to_them(desk, question, asker))
        key, about = notice_key(question.last.key), str(question.number)
        told = desk.to_us("question", lambda reader: self._asked(desk, question, reader), key=key, about=about)
        return told._replace(notices=[*told.notices, *self._to_them(desk, question, asker)])

    def _to_them(self, desk: Desk, question: Question, asker: Asker) -> list[Notice]:
        """To those of the customer's whom it concerns, each mail address once; to nobody what they have just said.

        A first word is read in the room alone, by whoever looks there: it waits for us, and for nobody of theirs.
        """
        before = question.said[:-1]
        if not any(one.side == "customer" for one in before):
            return []
        people = [person for id in concerned(question, self.dossier) if (person := self.dossier.person(id))]
        speaker = self.dossier.person(question.last.by)
        by_address = {folded(person.email): person for person in people}
        if speaker is not None:
            by_address.pop(folded(speaker.email), None)
        later = self.now + WHILE_THEY_LOOK
        return [
            desk.message(
                "question_answered",
                reader,
                self._answered(desk, question, reader),
                key=notice_key(question.last.key),
                about=str(question.number),
                not_before=later if reader.id in asker.in_the_room else None,
            )
            for reader in by_address.values()
        ]

    def _answered(self, desk: Desk, question: Question, reader: Person) -> Mapping[str, Any]:
        theirs = next(one for one in reversed(question.said[:-1]) if one.side == "customer")
        speaker = self.dossier.person(theirs.by)
        yours = speaker is not None and folded(speaker.email) == folded(reader.email)
        return {
            **self._common(desk, question, reader),
            "asked": _cut(theirs.text),
            "asker": "" if yours else desk.name(theirs.by, reader),
            "goes_on": question.last.side == "customer",
        }

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


def concerned(question: Question, dossier: Dossier) -> list[str]:
    """The ids of those of the customer's who hear how a question goes on, as far as they still take part.

    Whoever has said something in it, and the project lead, who answers for the whole of it on their side.
    """
    here = {contact.id for contact in dossier.deal.contacts}
    spoken = [one.by for one in question.said if one.side == "customer"]
    leads = cast_customer(dossier.deal)["project_lead"]
    return list(dict.fromkeys(id for id in (*spoken, *leads) if id in here))


def _cut(text: str) -> str:
    """What somebody said, cut where it is long; empty where it was erased."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE].rstrip()}{CUT}"


def notice_key(words_key: str) -> str:
    """How the keys of the messages begin that tell of those words. Nobody can guess it who does not know them."""
    return f"question/{short(words_key)}"
