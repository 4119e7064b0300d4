"""What is the audit dossier made from? Deal, playbook, plans and journal, all read in one state of the database."""

from sqlalchemy import Engine, select

from domain.audit import (
    AuditDossier,
    KeptEntry,
    KeptPlan,
    NamedPerson,
    Names,
    audit_dossier,
    subject_of,
)
from domain.playbook import Playbook
from domain.record import JournalRow
from domain.trouble import UnknownOnboarding
from store.engine import read_transaction
from store.tables import deals, journal, people, plans, playbooks


def dossier_of(engine: Engine, onboarding: str) -> AuditDossier:
    """The audit dossier of an onboarding, with ids in place of names. Raises UnknownOnboarding."""
    with read_transaction(engine) as connection:
        query = select(deals.c.body, deals.c.playbook_hash, playbooks.c.body.label("playbook")).join(playbooks)
        deal = connection.execute(query.where(deals.c.onboarding == onboarding)).one_or_none()
        if deal is None:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        of_it = select(plans).where(plans.c.onboarding == onboarding).order_by(plans.c.revision)
        drafted = [KeptPlan.model_validate(dict(row)) for row in connection.execute(of_it).mappings()]
        rows = select(journal).where(journal.c.onboarding == onboarding).order_by(journal.c.seq)
        entries = [
            KeptEntry(row=JournalRow.model_validate(row), recorded_at=row["recorded_at"])
            for row in connection.execute(rows).mappings()
        ]
    playbook = Playbook.model_validate(deal.playbook, extra="ignore")
    subject = subject_of(onboarding=onboarding, deal=deal.body, playbook=playbook, playbook_hash=deal.playbook_hash)
    return audit_dossier(subject, entries, drafted)


def names_of(engine: Engine, onboarding: str) -> Names:
    """The names of the account and the people behind the ids of the dossier. Raises UnknownOnboarding."""
    with read_transaction(engine) as connection:
        deal = connection.scalar(select(deals.c.body).where(deals.c.onboarding == onboarding))
        if deal is None:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        of_it = select(people).where(people.c.onboarding == onboarding).order_by(people.c.id)
        members = tuple(NamedPerson.model_validate(dict(row)) for row in connection.execute(of_it).mappings())
    return Names(account=deal["account"]["name"], people=members)
