"""How is a planned change made? One update to each onboarding of the plan, a few at a time, and told what became of it.

The id of each update is made of the plan: applied again, after whatever has cut it short, nothing is done twice.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from domain.agenda import State
from domain.news import PlaybookChanged, short
from domain.playbook import Playbook
from domain.refusal import Refused
from domain.rehearsal.planning import Planned
from domain.wire import Wire
from starter.doors.onboardings import OnboardingDoor
from starter.doors.planning import planned_now, state_of
from starter.trouble import NotFound, NotReachable
from store.change_plans import TAKEN_FOR, KeptPlan, SqlChangePlans
from store.reads import changed, journal

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.ledger import SqlLedger

AT_ONCE = 4
"""Onboardings that are changed at the same time: the workers have other work, too."""
SILENT_IN_A_ROW = 2 * AT_ONCE
"""So many that do not answer one after the other, and the rest is left: it is not the onboardings that are ill. A
worker that is killed under load silences all that are told at that moment, and comes back."""
LOOKS_EVERY = 0.5
"""Seconds between two looks at an onboarding that does not answer, or whose change is not written down yet."""
TAKEN_AGAIN_EVERY = TAKEN_FOR.total_seconds() / 3
NOT_TRIED = "it was not its turn yet"

When = Literal["now", "next-stage", "never"]
Outcome = Literal["changed", "waits", "withdrawn", "outdated", "refused", "left"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is told to each onboarding besides the version. `by` is the handle of a member of staff."""

    when: When
    reason: str
    by: str


class Applied(Wire):
    """What became of the change for one onboarding.

    `before` says that it was made before, by this plan. `outdated` is who has moved on since the plan, `left` who did
    not answer; neither was changed.
    """

    onboarding: str
    account: str
    outcome: Outcome
    before: bool = False
    reason: str = ""


@asynccontextmanager
async def taken(plans: SqlChangePlans, kept: KeptPlan) -> AsyncIterator[None]:
    """Have the plan to ourselves meanwhile. Raises Refused where it, or another of its playbook, is being applied."""
    us = uuid4().hex
    if other := await asyncio.to_thread(plans.take, kept.plan, us):
        raise Refused(
            f"plan {other[:12]} of {kept.plan.playbook} is being applied just now: wait until that has ended; if it was"
            f" killed, try again in {TAKEN_FOR.seconds} s"
        )
    keeping = asyncio.create_task(_keep_taken(plans, kept, us))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        plans.release(kept.plan, us)


async def _keep_taken(plans: SqlChangePlans, kept: KeptPlan, us: str) -> None:
    while True:
        await asyncio.sleep(TAKEN_AGAIN_EVERY)
        # Lost only to who came after we were still for longer than that; what they do under the same ids is done once.
        await asyncio.to_thread(plans.take, kept.plan, us)


@dataclass(kw_only=True)
class Applying:
    """A plan that is applied. `told` is called after each onboarding, whatever became of it."""

    door: OnboardingDoor
    ledger: "SqlLedger"
    engine: "Engine"
    kept: KeptPlan
    to: Playbook
    order: Order
    told: Callable[[], None] = lambda: None
    _silent: int = field(default=0, init=False)

    async def all(self, planned: Sequence[Planned]) -> list[Applied]:
        """What became of each, in their order."""
        turns, made = asyncio.Semaphore(AT_ONCE), await self._made(planned)

        async def in_turn(one: Planned) -> Applied:
            if one.onboarding in made:
                applied = _became(one, "changed").model_copy(update={"before": True})
            else:
                async with turns:
                    applied = await self._one(one)
            self.told()
            return applied

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(in_turn(one)) for one in planned]
        return [task.result() for task in tasks]

    def news_id(self, onboarding: str) -> str:
        """The id of the update to that onboarding: the same each time this plan is applied.

        Another when it is planned anew: who was changed and went back may be changed again.
        """
        named = f"{self.kept.plan.hash} {self.kept.made_at.isoformat()} {self.order.when} {onboarding}"
        return hashlib.sha256(named.encode()).hexdigest()[:32]

    async def _made(self, planned: Sequence[Planned]) -> frozenset[str]:
        """Those in whose journal the change of this plan stands already, and who still go by its version.

        They are not asked again: a thousand answers, each from a workflow that is replayed for it, would keep those
        waiting who are left. What a journal says that Temporal does not know yet is told to it again (decision 17).
        """
        if self.order.when == "never":
            return frozenset()
        keys = {one.onboarding: f"playbook_changed/{short(self._ordered(one.onboarding))}" for one in planned}
        return await asyncio.to_thread(changed, self.engine, self.kept.plan.to, keys)

    def _ordered(self, onboarding: str) -> str:
        """The key of the journal's row that says that this change was ordered."""
        return f"fact/playbook_change_ordered/{self.kept.plan.to}/{short(self.news_id(onboarding))}"

    async def _one(self, planned: Planned) -> Applied:
        if self._silent >= SILENT_IN_A_ROW:
            return _became(planned, "left", NOT_TRIED)
        try:
            applied = await self._changed(planned)
        except NotReachable as trouble:
            self._silent += 1
            return _became(planned, "left", str(trouble))
        except (Refused, NotFound) as refusal:
            applied = _became(planned, "refused", str(getattr(refusal, "reason", refusal)))
        self._silent = 0
        return applied

    async def _changed(self, planned: Planned) -> Applied:
        """Raises Refused, NotFound, NotReachable."""
        onboarding, to, order = planned.onboarding, self.kept.plan.to, self.order
        news_id = self.news_id(onboarding)
        state = await self._state(onboarding)
        if news_id in state.seen:
            return (await self._as_it_stands(planned)).model_copy(update={"before": True})
        if order.when == "never":
            if state.playbook_ahead is None or state.playbook_ahead.to != to:
                return _became(planned, "refused", "no change to that version waits")
        elif outdated := await self._outdated(planned, state):
            return outdated
        news = {"when": order.when, "reason": order.reason, "by": order.by, "news_id": news_id}
        await self.door.tell(onboarding, PlaybookChanged.update, news if order.when == "never" else {**news, "to": to})
        return await self._as_it_stands(planned)

    async def _outdated(self, planned: Planned, state: State) -> Applied | None:
        """What became of it where it is not what the plan saw."""
        to = self.kept.plan.to
        if state.ending:
            return _became(planned, "refused", f"it has ended: {state.ending}")
        if state.playbook_hash == to:
            return _became(planned, "refused", "it goes by that version already, and not by this plan")
        nothing = timedelta(0)
        now = await asyncio.to_thread(planned_now, self.door, self.ledger, state, self.to, to, ahead=nothing)
        if now.refused:
            return _became(planned, "refused", now.refused)
        if planned.refused:
            return _became(planned, "outdated", f"the plan has it as refused: {planned.refused}")
        return None if planned.is_what(now) else _became(planned, "outdated", _what_moved(planned, now))

    async def _written(self, onboarding: str) -> State:
        """The state once no change is being made. Raises NotReachable where that takes too long.

        Mostly it is so at once: a turn is written before its update is answered. But where the database was away, or a
        worker was killed, the turn comes later.
        """
        until = self._until()
        while (state := await self._state(onboarding)).change_due is not None:
            if asyncio.get_running_loop().time() > until:
                raise NotReachable("it was told, and the change is not written down yet: is a worker running?")
            await asyncio.sleep(LOOKS_EVERY)
        return state

    async def _state(self, onboarding: str) -> State:
        """Its state, asked for as long as news is told: a worker that was killed comes back. Raises like `state_of`."""
        until = self._until()
        while True:
            try:
                return await state_of(self.door, onboarding)
            except NotReachable:
                if asyncio.get_running_loop().time() > until:
                    raise
                await asyncio.sleep(LOOKS_EVERY)

    def _until(self) -> float:
        return asyncio.get_running_loop().time() + self.door.patience.total_seconds()

    async def _as_it_stands(self, planned: Planned) -> Applied:
        """What became of it, once it was told. Raises NotFound, NotReachable."""
        state = await self._written(planned.onboarding)
        to, ahead = self.kept.plan.to, state.playbook_ahead
        if self.order.when == "never":
            return _became(planned, "withdrawn")
        if ahead is not None and ahead.to == to:
            return _became(planned, "waits", "" if ahead.when == "next-stage" else "it was paused, or is about to end")
        if state.playbook_hash == to:
            return _became(planned, "changed")
        ordered = short(self._ordered(planned.onboarding))
        rows = await asyncio.to_thread(journal, self.engine, planned.onboarding, about=to)
        refusals = [row for row in rows if row.key == f"playbook_change_refused/{ordered}"]
        if refusals:
            return _became(planned, "refused", str(refusals[0].data["reason"]))
        return _became(planned, "outdated", "it was told this plan before, and has gone another way since")


def _became(planned: Planned, outcome: Outcome, reason: str = "") -> Applied:
    return Applied(onboarding=planned.onboarding, account=planned.account, outcome=outcome, reason=reason)


def _what_moved(planned: Planned, now: Planned) -> str:
    """In which way the plan does not hold any more."""
    if now.goes_by != planned.goes_by:
        return f"it goes by {now.goes_by[:12]} by now, not by {planned.goes_by[:12]}"
    if now.seen != planned.seen:
        return "something was reached, asked for or told since the plan"
    return "the change would move other dates by now"
