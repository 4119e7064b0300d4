"""What of a deal may still come after its onboarding began? What the hand-off record lacks; nothing is overwritten."""

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
"""What people read and no date hangs on. Circumstances, busy seasons and promised dates have made the plan; people have
got their mails; the playbook was chosen by a value, and stays."""


def completed(kept: DealClosed, again: DealClosed) -> tuple[DealClosed, tuple[str, ...]]:
    """The deal with what was missing, and the names of the fields that came.

    What is there stays: deliveries come late and twice, and so it does not matter in which order. New notes are added.
    """
    told = {name: getattr(again, name) for name in COMPLETABLE if not getattr(kept, name) and getattr(again, name)}
    if (champion := _champion(kept, again)) is not None:
        told["champion"] = champion
    there = {note.text for note in kept.notes}
    notes = (*kept.notes, *(note for note in again.notes if note.text not in there))[:MOST_NOTES]
    if notes != kept.notes:
        told["notes"] = notes
    if set(again.custom) - set(kept.custom):
        told["custom"] = {**again.custom, **kept.custom}
    return kept.model_copy(update=told), tuple(told)


def _champion(kept: DealClosed, again: DealClosed) -> str | None:
    """Who is the champion, where nobody was or only one that another deal of the account named.

    They are told by their address: an id may be somebody else's here, whom another deal brought.
    """
    if (there := _by_id(kept, kept.champion)) is not None and there.known_from is None:
        return None
    named = _by_id(again, again.champion)
    if named is None:
        return None
    same = (person.id for person in kept.stakeholders if folded(person.email) == folded(named.email))
    id = next(same, None)
    return id if id != kept.champion else None


def _by_id(deal: DealClosed, id: str | None) -> Stakeholder | None:
    return next((person for person in deal.stakeholders if person.id == id), None)
