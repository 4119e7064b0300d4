"""Is what a thrown-away task had written told again, or taken back where it cannot be?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.confirming import ConfirmingOffice
from domain.agenda import Progress, State, progress
from domain.record import Unconfirmed, UnconfirmedRow
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ONE = "onboarding-file-1"
NEWS = Unconfirmed(update="reach_milestone", body={"milestone": "met"}, news_id="n-1", run="run-1", task=10)


@dataclass
class MemoryConfirmations:
    """One row waits; what became of it is kept."""

    twin: bool = False
    became: list[str] = field(default_factory=list)

    def ready(self, **_: Any) -> list[int]:
        return [] if self.became else [1]

    def next_ready(self, **_: Any) -> None:
        return None

    def take(self, seq: int) -> UnconfirmedRow | None:
        return None if self.became else UnconfirmedRow(onboarding=ONE, kind="milestone_reached", news=NEWS)

    def postpone(self, seq: int) -> None:
        self.became.append(f"{seq} postponed")

    def confirm(self, seq: int) -> None:
        self.became.append(f"{seq} confirmed")

    def has_a_twin(self, seq: int) -> bool:
        return self.twin

    def take_back(self, seq: int, news: Unconfirmed, *, reason: str) -> None:
        self.became.append(f"{seq} taken back: {reason}")


@dataclass
class Workflow:
    """An onboarding that knows some news, and takes or refuses what is told."""

    news: set[str] = field(default_factory=set)
    refuses: Exception | None = None
    silent: Exception | None = None
    told: list[tuple[str, Unconfirmed]] = field(default_factory=list)
    looked_again: list[str] = field(default_factory=list)

    async def knows(self, onboarding: str, news_id: str) -> bool:
        if self.silent:
            raise self.silent
        return news_id in self.news

    async def tell_again(self, onboarding: str, news: Unconfirmed) -> Progress:
        if self.refuses:
            raise self.refuses
        self.told.append((onboarding, news))
        return progress(State(onboarding=onboarding), NOW, repeated=False)

    async def look_again(self, onboarding: str) -> None:
        self.looked_again.append(onboarding)


async def delivered(
    workflow: Workflow, *, twin: bool = False, rows: MemoryConfirmations | None = None
) -> tuple[str, list[str]]:
    rows = rows or MemoryConfirmations(twin)
    office = ConfirmingOffice(confirmations=rows, door=workflow, threads=ThreadPoolExecutor(1))
    return await office.deliver(1), rows.became


async def test_what_temporal_knows_is_confirmed_and_not_told_again() -> None:
    workflow = Workflow(news={"n-1"})

    assert ("sent", ["1 confirmed"]) == await delivered(workflow)
    assert [] == workflow.told


async def test_what_temporal_never_heard_of_is_told_again_under_its_own_id() -> None:
    """So that the turn it takes finds its fact written, and nobody is told of it twice."""
    workflow = Workflow()

    assert ("sent", ["1 confirmed"]) == await delivered(workflow)
    assert [(ONE, NEWS)] == workflow.told


async def test_what_its_caller_told_again_under_another_id_is_taken_back_untold() -> None:
    """The other row stands for both."""
    workflow = Workflow()

    outcome = await delivered(workflow, twin=True)

    assert ("refused", ["1 taken back: the same was told under another id"]) == outcome
    assert [] == workflow.told


async def test_what_said_nothing_new_is_taken_back_although_temporal_knows_it() -> None:
    """Its caller repeated it after somebody else had told the same; or we told it and died before we took it back."""
    workflow = Workflow(news={"n-1"})

    outcome = await delivered(workflow, twin=True)

    assert ("refused", ["1 taken back: the same was told under another id"]) == outcome


async def test_what_somebody_tells_while_we_tell_it_again_stands_once() -> None:
    """Nobody had told it when we asked; ours came second, and said nothing new."""
    workflow, rows = Workflow(), MemoryConfirmations()

    async def somebody_is_first(onboarding: str, news: Unconfirmed) -> Progress:
        rows.twin = True
        return progress(State(onboarding=onboarding), NOW, repeated=True)

    workflow.tell_again = somebody_is_first  # type: ignore[method-assign]  # for this one time

    assert ("refused", ["1 taken back: the same was told under another id"]) == await delivered(workflow, rows=rows)


async def test_what_would_be_refused_now_is_taken_back_and_the_picture_drawn_anew() -> None:
    """Its caller came again under another id, or somebody has decided otherwise meanwhile."""
    workflow = Workflow(refuses=Refused("is reached already", field="milestone"))

    assert ("refused", ["1 taken back: is reached already"]) == await delivered(workflow)
    assert [ONE] == workflow.looked_again


@pytest.mark.parametrize("trouble", [NotReachable("nobody answers"), NotFound("no such onboarding in Temporal")])
async def test_an_onboarding_that_does_not_answer_is_asked_again_later(trouble: Exception) -> None:
    """One that Temporal has lost is brought back from its journal, which must not lose a row before that."""
    assert ("put_off", ["1 postponed"]) == await delivered(Workflow(silent=trouble))
