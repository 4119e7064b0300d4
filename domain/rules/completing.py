"""Which parts of a deal may still come after its onboarding began? What its hand-off record lacks."""

from domain.deal import MOST_NOTES, DealClosed, Stakeholder
from domain.text import folded

COMPLETABLE = (
    "products",
    "problem",
    "present_state",
    "success_metrics",
    "near_term",
    "crm_url",
    "sow_url",
    "roi_method",
    "quick_wins",
    "seats",
    "yearly_value",
)
"""Fields that people read and no date depends on. Circumstances, busy seasons and promised dates have made the plan;
people have got their mails; the playbook was chosen by a value, and stays."""


def completed(deal: DealClosed, later: DealClosed) -> tuple[DealClosed, tuple[str, ...]]:
    """The deal with what it lacked filled in from the `later` delivery, and the names of the fields that changed.

    What is there stays, so that deliveries may come late, twice and in any order. New notes are added.
    """
    filled_in = {name: getattr(later, name) for name in COMPLETABLE if not getattr(deal, name) and getattr(later, name)}
    if (champion := _champion(deal, later)) is not None:
        filled_in["champion"] = champion
    there = {note.text for note in deal.notes}
    notes = (*deal.notes, *(note for note in later.notes if note.text not in there))[:MOST_NOTES]
    if notes != deal.notes:
        filled_in["notes"] = notes
    if set(later.custom) - set(deal.custom):
        filled_in["custom"] = {**later.custom, **deal.custom}
    return deal.model_copy(update=filled_in), tuple(filled_in)


def _champion(deal: DealClosed, later: DealClosed) -> str | None:
    """Id of the new champion; None where the deal names one itself, or the later delivery brings none.

    People are recognised by their address: an id may be somebody else's here, who came with another deal.
    """
    if (there := _by_id(deal, deal.champion)) is not None and there.known_from is None:
        return None
    named = _by_id(later, later.champion)
    if named is None:
        return None
    same = (person.id for person in deal.stakeholders if folded(person.email) == folded(named.email))
    id = next(same, None)
    return id if id != deal.champion else None


def _by_id(deal: DealClosed, id: str | None) -> Stakeholder | None:
    return next((person for person in deal.stakeholders if person.id == id), None)
