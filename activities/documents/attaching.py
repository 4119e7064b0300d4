"""Which documents may a mail carry? Found by their reference, and made when the mail goes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from activities.documents.process import ProcessDocument
from activities.documents.words import PROCESS
from domain.outline import Contact, DocumentFile
from domain.record import IntroductionDossier
from domain.rules.letters import ROLE_TITLES
from domain.rules.outlining import outline_for
from domain.team import Team
from domain.text import Language
from domain.trouble import UnknownOnboarding


class Prospects(Protocol):
    def dossier(self, introduction: str) -> IntroductionDossier:
        """Raises UnknownOnboarding."""


@dataclass(frozen=True)
class Documents:
    """`process/<introduction>/<language>`: the process as that prospect would live it, by what is known now."""

    prospects: Prospects
    staff: Callable[[], Team]
    now: Callable[[], datetime]
    process: ProcessDocument

    def __call__(self, reference: str) -> DocumentFile | None:
        kind, _, rest = reference.partition("/")
        introduction, _, wanted = rest.rpartition("/")
        if kind != "process" or wanted not in PROCESS:
            return None
        try:
            dossier = self.prospects.dossier(introduction)
        except UnknownOnboarding:
            return None
        language: Language = "ja" if wanted == "ja" else "en"
        now = self.now()
        outline = outline_for(
            dossier.prospect,
            dossier.playbook,
            dossier.calendar,
            language=language,
            now=now,
            contacts=_contacts(dossier, self.staff(), language),
        )
        return DocumentFile(name=PROCESS[language]["file"], content=self.process.pdf(outline, at=now))


def _contacts(dossier: IntroductionDossier, team: Team, language: Language) -> list[Contact]:
    """Whom the prospect may write to: who would own the onboarding, and the seller."""
    found, owner, seller = [], team.member(dossier.owner), dossier.prospect.seller
    if owner is not None:
        found.append(Contact(name=owner.name, role=ROLE_TITLES[owner.role][language], email=owner.email))
    if seller is not None:
        found.append(Contact(name=seller.name, role=PROCESS[language]["seller"], email=seller.email))
    return found
