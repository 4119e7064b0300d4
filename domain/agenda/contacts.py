"""May a contact of the customer's be added, corrected, replaced or taken off? The agenda knows them by their ids.

Who there is, only the store knows: what this finds nothing against is looked at once more in the turn that follows
(`domain/rules/contacts.py`), which also says who signs from then on.
"""

from datetime import datetime
from typing import Any

from domain.agenda.gates import note
from domain.agenda.state import Consequences, State
from domain.news import ContactAdded, ContactCorrected, ContactLeft, ContactReplaced, News
from domain.refusal import Refused

OF_A_PERSON = ("name", "email", "role", "title", "language", "time_zone", "country", "company", "included")
"""What is known of a contact, as its news names it."""


def check_add(state: State, news: ContactAdded) -> None:
    if news.person is None:
        raise Refused("is missing: an id for the new contact, like project_lead-2", field="person")
    _refuse_ours(state, news.person, field="person")


def check_correct(_: State, news: ContactCorrected) -> None:
    if all(getattr(news, name) is None for name in OF_A_PERSON):
        raise Refused(f"is missing: what is to be put right, one of {', '.join(OF_A_PERSON)}", field="name")


def check_replace(state: State, news: ContactReplaced) -> None:
    if news.to is None:
        raise Refused("is missing: an id for who takes over, like project_lead-2", field="to")
    if news.to == news.person:
        raise Refused(f"{news.to} is the same person: name who takes over, or use correct_contact", field="to")
    _refuse_ours(state, news.to, field="to")


def check_leave(state: State, news: ContactLeft) -> None:
    """Raises Refused while a signature is asked of that person alone: it would be nobody's."""
    waiting = [
        one.key
        for one in state.milestones
        if not one.settled and (one.asked or one.rework) and one.signers == [news.person]
    ]
    if waiting:
        raise Refused(
            f"{' and '.join(waiting)} waits for the signature of {news.person} alone: name who takes over with"
            " replace_contact, or have it waived first",
            field="person",
        )


def apply_add(state: State, news: ContactAdded, now: datetime) -> bool:
    note(state, "contact_added", news.at or now, about=str(news.person), news=news, **_given(news))
    return True


def apply_correct(state: State, news: ContactCorrected, now: datetime) -> bool:
    note(state, "contact_corrected", news.at or now, about=news.person, news=news, **_given(news))
    return True


def apply_replace(state: State, news: ContactReplaced, now: datetime) -> bool:
    note(state, "contact_replaced", news.at or now, about=news.person, news=news, **_given(news))
    return True


def apply_leave(state: State, news: ContactLeft, now: datetime) -> bool:
    note(state, "contact_left", news.at or now, about=news.person, news=news, **_given(news))
    return True


def _given(news: News) -> dict[str, Any]:
    """What the news says besides whom it is about."""
    return news.model_dump(mode="json", exclude_none=True, include={*OF_A_PERSON, "to", "since", "reason"})


def _refuse_ours(state: State, id: str, *, field: str) -> None:
    ours = {state.owner, *state.approvers, *(handle for handles in state.cast.values() for handle in handles)}
    if id in ours:
        raise Refused(f"{id!r} names somebody of the staff: give the contact another id", field=field)


def adopt(state: State, consequences: Consequences) -> None:
    """Let those sign who are to sign from now on; what somebody gave or refused stands for who took over from them."""
    if consequences.overrulers is not None:
        state.overrulers = consequences.overrulers
    for milestone in state.milestones:
        if milestone.settled:
            continue
        milestone.signers = consequences.signers.get(milestone.key, milestone.signers)
        if consequences.took_over:
            took_over = consequences.took_over
            rejected = [took_over.get(id, id) for id in milestone.rejected_by]
            # Whoever left without a successor objects to nothing any more; what they gave stays given.
            milestone.rejected_by = list(dict.fromkeys(id for id in rejected if id))
            milestone.approvals = list(dict.fromkeys(took_over.get(id) or id for id in milestone.approvals))
