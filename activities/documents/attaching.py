"""Which documents may a mail carry? Those named by a reference, made when the mail goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from activities.documents.process import ProcessDocument
from activities.documents.words import PROCESS
from domain.deal import Seller
from domain.naming import role_title
from domain.outline import Contact, DocumentFile, Outline
from domain.record import Dossier, IntroductionDossier
from domain.rules.closing import both_open
from domain.rules.outlining import outline, outline_for
from domain.team import Member, Team
from domain.text import Language
from domain.trouble import UnknownOnboarding

OURS = "onboarding-"
"""How the id of an onboarding begins."""


class Onboardings(Protocol):
    """Reads onboardings."""

    def dossier(self, onboarding: str) -> Dossier:
        """The onboarding's deal, playbook, calendar and people. Raises UnknownOnboarding."""


class Prospects(Protocol):
    """Reads introductions."""

    def dossier(self, introduction: str) -> IntroductionDossier:
        """The introduction's prospect, playbook, calendar and owner. Raises UnknownOnboarding."""


@dataclass(frozen=True)
class Documents:
    """Makes documents by reference. `process/<id>/<language>` is the outline of an onboarding, or of what a prospect's
    would be; then the id is that of their introduction.
    """

    prospects: Prospects
    onboardings: Onboardings
    staff: Callable[[], Team]
    now: Callable[[], datetime]
    process: ProcessDocument

    def __call__(self, reference: str) -> DocumentFile | None:
        """The document by what is known now; None when there is none by that reference."""
        kind, _, rest = reference.partition("/")
        of, _, wanted = rest.rpartition("/")
        if kind != "process" or wanted not in PROCESS:
            return None
        language: Language = "ja" if wanted == "ja" else "en"
        now = self.now()
        try:
            made = self._of_onboarding(of, language) if of.startswith(OURS) else self._of_prospect(of, language, now)
        except UnknownOnboarding:
            return None
        # By the hour, so that all who get it together get the same, which is made once.
        return DocumentFile(
            name=PROCESS[language]["file"],
            content=self.process.pdf(made, at=now.replace(minute=0, second=0, microsecond=0)),
        )

    def _of_prospect(self, introduction: str, language: Language, now: datetime) -> Outline:
        dossier = self.prospects.dossier(introduction)
        team, seller = self.staff(), dossier.prospect.seller
        owner = team.member(dossier.owner)
        return outline_for(
            dossier.prospect,
            dossier.playbook,
            both_open(dossier.calendar, dossier.prospect, ours=team.closures),
            language=language,
            now=now,
            contacts=[*_ours([owner] if owner else [], language), *_sellers(seller, language)],
        )

    def _of_onboarding(self, onboarding: str, language: Language) -> Outline:
        """In day numbers: the dates of the plan may have moved since the close, and come with it after the kickoff."""
        dossier = self.onboardings.dossier(onboarding)
        team = self.staff()
        csms = [member for p in dossier.people if p.role == "csm" and (member := team.member(p.id)) is not None]
        return outline(
            dossier.playbook,
            dossier.deal,
            both_open(dossier.calendar, dossier.deal, ours=team.closures),
            language=language,
            dated=False,
            contacts=[*_ours(csms, language), *_sellers(dossier.deal.seller, language)],
        )


def _ours(members: Sequence[Member], language: Language) -> list[Contact]:
    """The members of staff whom the customer may write to."""
    return [Contact(name=one.named(language), role=role_title(one.role, language), email=one.email) for one in members]


def _sellers(seller: Seller | None, language: Language) -> list[Contact]:
    return [Contact(name=seller.name, role=PROCESS[language]["seller"], email=seller.email)] if seller else []
