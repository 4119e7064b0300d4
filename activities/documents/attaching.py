"""Which documents may a mail carry? Those named by a reference, made when the mail goes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from activities.documents.process import ProcessDocument
from activities.documents.words import PROCESS
from domain.naming import role_title
from domain.outline import Contact, DocumentFile
from domain.record import IntroductionDossier
from domain.rules.closing import both_open
from domain.rules.outlining import outline_for
from domain.team import Team
from domain.text import Language
from domain.trouble import UnknownOnboarding


class Prospects(Protocol):
    """Reads introductions."""

    def dossier(self, introduction: str) -> IntroductionDossier:
        """The introduction's prospect, playbook, calendar and owner. Raises UnknownOnboarding."""


@dataclass(frozen=True)
class Documents:
    """Makes documents by reference. `process/<introduction>/<language>` is the outline of a prospect's onboarding."""

    prospects: Prospects
    staff: Callable[[], Team]
    now: Callable[[], datetime]
    process: ProcessDocument

    def __call__(self, reference: str) -> DocumentFile | None:
        """The document by what is known now; None when there is none by that reference."""
        kind, _, rest = reference.partition("/")
        introduction, _, wanted = rest.rpartition("/")
        if kind != "process" or wanted not in PROCESS:
            return None
        try:
            dossier = self.prospects.dossier(introduction)
        except UnknownOnboarding:
            return None
        language: Language = "ja" if wanted == "ja" else "en"
        now, team = self.now(), self.staff()
        outline = outline_for(
            dossier.prospect,
            dossier.playbook,
            both_open(dossier.calendar, dossier.prospect, ours=team.closures),
            language=language,
            now=now,
            contacts=_contacts(dossier, team, language),
        )
        return DocumentFile(name=PROCESS[language]["file"], content=self.process.pdf(outline, at=now))


def _contacts(dossier: IntroductionDossier, team: Team, language: Language) -> list[Contact]:
    """The people whom the prospect may write to: the CSM who would own the onboarding, and the seller."""
    contacts, owner, seller = [], team.member(dossier.owner), dossier.prospect.seller
    if owner is not None:
        contacts.append(Contact(name=owner.named(language), role=role_title(owner.role, language), email=owner.email))
    if seller is not None:
        contacts.append(Contact(name=seller.name, role=PROCESS[language]["seller"], email=seller.email))
    return contacts
