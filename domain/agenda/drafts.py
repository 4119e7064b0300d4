"""May this draft be edited, sent or stopped, and what changes then? Its words are the store's."""

from datetime import datetime

from domain.agenda.gates import conclude, let_go, missing_for, note
from domain.agenda.state import DraftState, State
from domain.news import DraftEdited, DraftSent, DraftStopped
from domain.refusal import Refused


def _waiting(state: State, news: DraftEdited | DraftSent | DraftStopped) -> DraftState:
    """The draft that is meant. Raises Refused where none waits by that key, or nobody answers for what is done."""
    draft = state.draft(news.draft)
    if draft is None:
        keys = ", ".join(other.key for other in state.drafts) or "none"
        raise Refused(f"{news.draft!r} is not waiting to be sent; waiting: {keys}", field="draft")
    if not news.by:
        raise Refused("is missing: who answers for it", field="by")
    return draft


def check_edit(state: State, news: DraftEdited) -> None:
    _waiting(state, news)
    if news.subject is None and news.text is None:
        raise Refused("is missing: what it says, or another subject", field="text")
    _refuse_if_changed(state, news)


def _refuse_if_changed(state: State, news: DraftEdited) -> None:
    """The later of two who have read the same is told, and overwrites nothing."""
    now = _waiting(state, news).revision
    if news.revision is not None and news.revision != now:
        raise Refused(
            f"{news.draft} is at revision {now}, and {news.revision} was read: somebody has changed it since;"
            " read it again",
            field="revision",
        )


def apply_edit(state: State, news: DraftEdited, now: datetime) -> bool:
    draft = _waiting(state, news)
    draft.revision += 1
    words = {"language": news.language, "subject": news.subject, "text": news.text}
    # Left out where it is not said, as in histories of before it could be.
    words |= {"reader": news.reader} if news.reader else {}
    note(state, "draft_edited", news.at or now, about=draft.key, news=news, message=draft.kind, **words)
    return True


def check_send(state: State, news: DraftSent) -> None:
    draft, ahead = _waiting(state, news), state.ending_ahead
    if draft.goes_with_the_ending and ahead is not None and (missing := missing_for(state, ahead)):
        raise Refused(f"it would hand over what does not hold any more: {', '.join(missing)}", field="draft")


def apply_send(state: State, news: DraftSent, now: datetime) -> bool:
    """Send it. Who sends the message about an ending lets that count at once: before, it would not be true."""
    draft, ahead = _waiting(state, news), state.ending_ahead
    let_go(state, draft, news, now)
    if draft.goes_with_the_ending and ahead is not None:
        conclude(state, ahead, now)
    return True


def check_stop(state: State, news: DraftStopped) -> None:
    _waiting(state, news)


def apply_stop(state: State, news: DraftStopped, now: datetime) -> bool:
    draft = _waiting(state, news)
    state.drafts = [other for other in state.drafts if other.key != draft.key]
    if draft.goes_with_the_ending and state.ending_ahead is not None:
        state.ending_ahead.message = "stopped"
    note(state, "draft_stopped", news.at or now, about=draft.key, news=news, message=draft.kind, reason=news.reason)
    return True
