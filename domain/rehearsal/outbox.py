"""Which of the notices that were decided reach somebody? As the outbox has it: what became pointless does not go."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from domain.agenda.state import State
from domain.notice import OUTLIVES_THE_ONBOARDING, Notice, task_of


class _Waiting(NamedTuple):
    notice: Notice
    rejections: int


class Outbox:
    """Notices on their way. Each is looked at once more right before it goes (`store.outbox` does the same)."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._known = 0
        self.withdrawn = 0

    def take(self, notices: Iterable[Notice], state: State) -> None:
        """Take those that came since; `notices` are all, in the order in which they were decided."""
        for notice in list(notices)[self._known :]:
            self._known += 1
            self._waiting.append(_Waiting(notice, _rejections(state, notice)))

    def deliver(self, state: State, until: datetime) -> Iterator[Notice]:
        """The notices that go by that moment while the state stays as it is, the soonest first."""
        ripe = [one for one in self._waiting if one.notice.not_before <= until]
        ripe.sort(key=lambda one: one.notice.not_before)
        self._waiting = [one for one in self._waiting if one.notice.not_before > until]
        for number, one in enumerate(ripe):
            if _is_pointless(one, state) or _is_overtaken(one.notice, ripe[number + 1 :]):
                self.withdrawn += 1
                continue
            yield one.notice


def _rejections(state: State, notice: Notice) -> int:
    milestone = state.milestone(notice.while_open) if notice.while_open else None
    return milestone.rejections if milestone else 0


def _is_pointless(one: _Waiting, state: State) -> bool:
    if state.ending and one.notice.kind not in OUTLIVES_THE_ONBOARDING:
        return True
    key = one.notice.while_open
    if key is None:
        return False
    if task := task_of(key):
        return task not in state.tasks
    milestone = state.milestone(key)
    if milestone is not None:
        return milestone.settled or milestone.rejections > one.rejections
    return state.issue(key) is None


def _is_overtaken(notice: Notice, later: Iterable[_Waiting]) -> bool:
    """Whether a newer one goes at the same moment and tells the same person of the same thing."""
    same = ((one.notice.to, one.notice.about, one.notice.not_before) for one in later if one.notice.collapses)
    return notice.collapses and (notice.to, notice.about, notice.not_before) in same
