"""How does a closed deal become a customer who stands on their own? The onboarding, from deal close to hand-off."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from activities.onboarding import Bookkeeping, Opening
    from domain import agenda
    from domain.agenda import Consequences, Entry, FoldingState, Occasion, Outcome, ProgrammeStart, Progress, State
    from domain.news import KINDS, read_news, sentence
    from domain.refusal import refuse_far_dates
    from workflows import options, runs, visibility, words
    from workflows.alarm import Alarm
    from workflows.programme import SuccessProgramme, id_of
    from workflows.updates import with_updates

SIGNALS = {news.signal: kind for kind, news in KINDS.items() if news.signal}
"""What systems may state as facts, and the update that each of them is like."""


@workflow.defn(name="Onboarding")
@with_updates({kind: sentence(kind) for kind in KINDS}, answer=Progress)
class Onboarding:
    @workflow.init
    def __init__(self, start: Any = None) -> None:
        """News may be handled before `run` begins, so the state exists from here on."""
        info = workflow.info()
        self.kept = FoldingState(agenda.carried(start) if info.continued_run_id else State(onboarding=info.workflow_id))
        self.revision = 0
        self.opening = not self.state.opened
        self.unheard: list[tuple[str, Any]] = []
        self.alarm = Alarm()

    @workflow.run
    async def run(self, start: Any = None) -> Outcome:
        cancelled: BaseException | None = None
        try:
            if not self.state.opened:
                await self._open(start)
            await self._live()
        except BaseException as error:
            # No other error ends a run; one by which it leaves a worker's memory lets nothing be awaited.
            if not self.state.opened and isinstance(error, FailureError):
                await self._answer_what_waits()
            if not is_cancelled_exception(error) or not self.state.opened:
                raise
            cancelled = error if self.state.ending is None else None
            agenda.cancel(self.state, self.now)
        await self._finish_even_if_cancelled()
        if cancelled is not None:
            raise cancelled
        return self._outcome()

    @property
    def state(self) -> State:
        return self.kept.state

    @state.setter
    def state(self, state: State) -> None:
        self.kept = FoldingState(state)

    @property
    def now(self) -> datetime:
        return _now(self.state)

    @property
    def _handed_over(self) -> bool:
        return self.state.ending in ("handed_over", "handed_over_with_exceptions")

    # --- the story

    async def _open(self, start: Any) -> None:
        info = workflow.info()
        opening = Opening(
            onboarding=info.workflow_id, run=info.first_execution_run_id, started_at=workflow.now(), start=start
        )
        opened = await self._write(Bookkeeping.open_onboarding, opening, "open the onboarding: deal, people, plan")
        self.state = agenda.carried(opened)
        for kind, raw in self.unheard:
            agenda.hear(self.state, kind, raw, self.now)
        self.unheard.clear()
        self.opening = False

    async def _answer_what_waits(self) -> None:
        """It does not open: news that waits for that is refused, so that nobody waits for ever."""
        self.state.failed = True
        self.opening = False
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _live(self) -> None:
        """Act on what is due and on what has been heard; sleep until there is something again."""
        while True:
            seen = self.revision
            agenda.unfold(self.state, self.now)
            due = agenda.due(self.state, self.now)
            if due or self.state.pending:
                await self._take_turn(due)
            self._publish()
            if self.revision != seen or self.state.pending or agenda.due(self.state, self.now):
                continue
            if self.state.ending:
                break
            if runs.time_for_a_new_run() and await runs.is_quiet(lambda: self.revision):
                self.alarm.stop()
                runs.begin_new_run(agenda.packed(self.state))
            await self._sleep(seen)
        self.alarm.stop()

    async def _take_turn(self, due: list[Entry]) -> None:
        # As it stands now: handlers go on changing the state, and the write may be tried again as a normal activity.
        info = workflow.info()
        occasion = Occasion(
            state=self.state, due=tuple(due), now=self.now, run=info.run_id, task=info.get_current_history_length()
        ).model_dump(mode="json")
        written = self.state.facts
        consequences: Consequences = await self._write(
            Bookkeeping.take_turn, occasion, words.turn_in_words(self.state, due)
        )
        agenda.adopt(self.state, consequences, acted_on=due, written=written)
        agenda.unfold(self.state, self.now)

    async def _sleep(self, seen: int) -> None:
        """Until news comes or the next entry is due, whichever is first."""
        entry = agenda.next_entry(self.state)
        if entry is None:
            self.alarm.stop()
        else:
            wake_at = self.state.clock.wall(agenda.wakes_at(self.state, entry)) + options.CLOCK_GRAIN
            self.alarm.set(wake_at, words.summary_of(self.state, entry))
        # Not in replay, where the next wake-up is a moment away.
        if self.revision == seen and not workflow.unsafe.is_replaying():
            self.kept.fold()
        await self.alarm.wait(lambda: self.revision != seen)

    async def _start_programme(self) -> None:
        state = self.state
        start = ProgrammeStart(
            onboarding=state.onboarding,
            since=self.now,
            owner=state.owner,
            cast=state.cast,
            clock=state.clock,
            jitter=state.jitter,
        )
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await workflow.start_child_workflow(
                SuccessProgramme.run,
                start,
                id=id_of(state.onboarding),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                cancellation_type=workflow.ChildWorkflowCancellationType.ABANDON,
                static_summary="success programme: monthly check-in, quarterly review",
                memo=workflow.memo() or None,
            )

    async def _finish_even_if_cancelled(self) -> None:
        """Somebody may press Cancel while goodbye is being said; a workflow is cancelled once, so twice is enough."""
        try:
            await self._finish()
        except BaseException as error:
            if not is_cancelled_exception(error):
                raise
            await self._finish()

    async def _finish(self) -> None:
        """Hand over to the programme, and close at a quiet moment: an update in the closing task would be undone."""
        self.alarm.stop()
        if self._handed_over:
            await self._start_programme()
        while True:
            while self.state.pending:
                await self._take_turn([])
            self._publish()
            if await runs.is_quiet(lambda: self.revision):
                return

    def _outcome(self) -> Outcome:
        state = self.state
        return Outcome(
            onboarding=state.onboarding,
            ending=state.ending or "",
            exceptions=tuple(state.exceptions),
            programme=id_of(state.onboarding) if self._handed_over else "",
        )

    # --- writing and showing

    async def _write(self, step: Callable[..., Any], argument: Any, summary: str) -> Any:
        """Within this task while the database answers, as an activity of its own for as long as it does not."""
        try:
            return await workflow.execute_local_activity_method(
                step,
                argument,
                schedule_to_close_timeout=options.BRIEFLY,
                retry_policy=options.BRIEF_RETRY,
                summary=summary,
            )
        except FailureError as error:
            # Out of tries, and whenever it is read back from its marker, a local activity's failure comes bare.
            cause = error.cause if isinstance(error, ActivityError) else error
            if isinstance(cause, ApplicationError) and cause.non_retryable:
                raise cause from None
            if is_cancelled_exception(error):
                # Not `from None`: that clears the cause, and with it the sign that this is a cancellation.
                raise
        return await workflow.execute_activity_method(
            step,
            argument,
            start_to_close_timeout=options.PATIENTLY,
            retry_policy=options.PATIENT_RETRY,
            summary=summary,
        )

    def _publish(self) -> None:
        state = self.state
        progress = agenda.progress(state, self.now)
        wanted = visibility.attributes(state, progress)
        if updates := visibility.updates(wanted, workflow.info().typed_search_attributes):
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(words.details(state, progress))

    # --- news

    def refuse(self, kind: str, news: Any) -> None:
        """Raises Refused for news that is not allowed now, or of a date that nothing can be counted on from.

        Before the opening only nonsense and such dates are refused.
        """
        told = read_news(kind, news)
        if not self.opening:
            agenda.check(self.state, told, self.now)
        # Here alone: Temporal asks no validator in replay, and what was accepted before must be read again.
        if told.news_id not in self.state.seen:
            refuse_far_dates(told)

    def receive(self, kind: str, news: Any) -> Progress:
        told = read_news(kind, news)
        if changed := agenda.apply(self.state, told, self.now):
            self.revision += 1
        opened, held = agenda.opened_by(self.state, told), agenda.held_back(self.state, told)
        return agenda.progress(self.state, self.now, repeated=not changed, held=held, opened=opened)

    @workflow.signal(dynamic=True)
    def hear(self, signal: str, args: Sequence[RawValue]) -> None:
        """A fact that a system states, by one of SIGNALS; a signal of any other name is recorded and harmless."""
        kind, raw = SIGNALS.get(signal, f"signal {signal}"), _first_readable(args)
        if self.state.opened:
            agenda.hear(self.state, kind, raw, self.now)
        else:
            self.unheard.append((kind, raw))
        self.revision += 1

    @workflow.signal
    def nudge(self) -> None:
        """Look up from waiting: after a deploy, so that what is idle notices the newer version and moves to it."""
        self.revision += 1

    # --- questions

    @workflow.query
    def progress(self) -> Progress:
        state = self.kept.glimpse()
        return agenda.progress(state, _now(state))

    @workflow.query
    def knows(self, news_id: str) -> bool:
        """Whether that piece of news was applied; the last 500 are remembered."""
        return news_id in self.kept.glimpse().seen

    @workflow.query
    def carried(self) -> bytes:
        """The whole state, packed: what would follow from news is tried on a copy of it (`starter/doors/dates.py`)."""
        return agenda.packed(self.kept.glimpse())

    @workflow.query
    def agenda(self) -> list[dict[str, Any]]:
        return agenda.agenda(self.kept.glimpse())

    @workflow.query
    def plan(self) -> dict[str, Any]:
        return agenda.plan(self.kept.glimpse())

    @workflow.query
    def why(self, key: str = "") -> str:
        state = self.kept.glimpse()
        return agenda.why(state, key, _now(state))


def _now(state: State) -> datetime:
    """Business time: the plan's own clock."""
    return state.clock.business(workflow.now())


def _first_readable(args: Sequence[RawValue]) -> Any:
    """What a signal brought; None when it is nothing that we can decode, which is then refused like any nonsense."""
    try:
        return workflow.payload_converter().from_payload(args[0].payload) if args else None
    except (ValueError, LookupError, RuntimeError):
        return None
