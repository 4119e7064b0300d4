"""How do customer and CSM meet before the signature? The introduction, from a late deal stage to its decision."""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.introduction import Introducing
    from activities.onboarding import Opening
    from domain import introduction
    from domain.introduction import (
        NEWS,
        IntroductionKept,
        IntroductionOutcome,
        IntroductionProgress,
        IntroductionState,
        IntroductionTurn,
        Said,
        SaleDecided,
        Step,
    )
    from domain.refusal import Refused, refuse_far_dates
    from workflows import options, runs, visibility
    from workflows.alarm import Alarm
    from workflows.updates import with_updates

STEPS_IN_WORDS = {
    "remind": "remind the CSM of the introduction",
    "escalate": "tell the CSM's manager",
    "ask": "ask the seller whether it goes on",
    "give_up": "end it for silence",
}


@workflow.defn(name="Introduction")
@with_updates(dict.fromkeys(NEWS, ""), answer=IntroductionProgress)
class Introduction:
    @workflow.init
    def __init__(self, start: Any = None) -> None:
        """News may be handled before `run` begins, so the state exists from here on."""
        carried = workflow.info().continued_run_id is not None
        of_id = IntroductionState(introduction=workflow.info().workflow_id)
        self.state = IntroductionState.model_validate(start["state"]) if carried else of_id
        self.revision = 0
        self.opening = not self.state.opened
        self.unheard: list[tuple[str, Any]] = []
        self.alarm = Alarm()

    @workflow.run
    async def run(self, start: Any = None) -> IntroductionOutcome:
        cancelled: BaseException | None = None
        try:
            if not self.state.opened:
                await self._open(start)
            await self._live()
        except BaseException as error:
            # News that waits for an opening that does not come is refused, so that nobody waits for ever.
            if not self.state.opened and isinstance(error, FailureError):
                self.state = self.state.model_copy(update={"failed": True})
                self.opening = False
                await workflow.wait_condition(workflow.all_handlers_finished)
            if not is_cancelled_exception(error) or not self.state.opened:
                raise
            cancelled = error
            self.state = introduction.told(self.state, SaleDecided(ending="withdrawn", by=None), self.now)
        self.alarm.stop()
        await self._finish()
        if cancelled is not None:
            raise cancelled
        return IntroductionOutcome(
            introduction=self.state.introduction, ending=self.state.ending or "", learnt=self.state.learnt
        )

    @property
    def now(self) -> datetime:
        """The present in business time, which a compressed clock runs ahead of the wall's."""
        return self.state.clock.business(workflow.now())

    # --- the story

    async def _open(self, start: Any) -> None:
        info = workflow.info()
        opening = Opening(
            onboarding=info.workflow_id, run=info.first_execution_run_id, started_at=workflow.now(), start=start
        )
        try:
            self.state = await workflow.execute_activity_method(
                Introducing.open_introduction,
                opening,
                start_to_close_timeout=options.PATIENTLY,
                retry_policy=options.PATIENT_RETRY,
                summary="begin the introduction: prospect, owner, day",
            )
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.non_retryable:
                raise error.cause from None
            raise
        workflow.upsert_search_attributes(
            [visibility.OWNER.value_set(self.state.learnt.owner), visibility.PLAYBOOK.value_set(self.state.playbook)]
        )
        for kind, raw in self.unheard:
            self._hear(kind, raw)
        self.unheard.clear()
        self.opening = False

    async def _live(self) -> None:
        """Act on what is due and on news; sleep until there is something again. Returns once it has ended."""
        while True:
            revision = self.revision
            due = introduction.due_steps(self.state, self.now)
            if due or self.state.pending:
                await self._keep(due)
                continue
            if self.state.ending is not None:
                return
            if runs.time_for_a_new_run() and await runs.is_quiet(lambda: self.revision):
                self.alarm.stop()
                runs.begin_new_run({"state": self.state})
            await self._sleep(revision)

    async def _keep(self, due: tuple[Step, ...]) -> None:
        self.state = introduction.expired(self.state, due, self.now)
        written = self.state
        answer: IntroductionKept = await workflow.execute_activity_method(
            Introducing.keep_introduction,
            IntroductionTurn(state=written, due=due, now=self.now),
            start_to_close_timeout=options.PATIENTLY,
            retry_policy=options.PATIENT_RETRY,
            summary=", ".join([*(h.kind.replace("_", " ") for h in written.pending), *(step.rule for step in due)]),
        )
        self.state = introduction.adopted(self.state, answer, written=written)
        workflow.set_current_details(self._details())

    async def _sleep(self, revision: int) -> None:
        step = introduction.next_step(self.state)
        if step is None:
            self.alarm.stop()
        else:
            wake_at = self.state.clock.wall(step.due) + options.CLOCK_GRAIN
            self.alarm.set(wake_at, STEPS_IN_WORDS[step.rule])
        await self.alarm.wait(lambda: self.revision != revision)

    async def _finish(self) -> None:
        """Write down what still came, and close at a quiet moment: an update in the closing task would be undone."""
        while True:
            while self.state.pending:
                await self._keep(())
            if await runs.is_quiet(lambda: self.revision):
                return

    def _details(self) -> str:
        progress = introduction.progress(self.state, self.now)
        lines = [f"**{progress.status}**, {progress.owner}"]
        lines += [f"- {STEPS_IN_WORDS[step.rule]}: {step.due:%Y-%m-%d}" for step in self.state.steps]
        lines += [f"- {len(progress.issues)} issues found, {len(progress.notes)} notes"]
        return "\n".join(lines)

    # --- news

    def refuse(self, kind: str, news: Any) -> None:
        """Raises Refused for news that is not allowed now, or of a date that nothing can be counted on from.

        Before the opening only nonsense and such dates are refused.
        """
        told = introduction.read_said(kind, news)
        if not self.opening:
            introduction.check(self.state, told)
        # Here alone: Temporal asks no validator in replay, and what was accepted before must be read again.
        if told.news_id not in self.state.seen:
            refuse_far_dates(told)

    def receive(self, kind: str, news: Any) -> IntroductionProgress:
        before = self.state
        self._tell(kind, news)
        return introduction.progress(self.state, self.now, repeated=self.state is before)

    def _tell(self, kind: str, raw: Any) -> None:
        """Let news change the state. Raises Refused."""
        before, news = self.state, introduction.read_said(kind, raw)
        self.state = introduction.told(before, news, self.now)
        if self.state is not before:
            self.revision += 1

    def _hear(self, kind: str, raw: Any) -> None:
        """Take a fact that a system states: never refused, recorded as refused where it is not allowed now."""
        if not self.state.opened:
            self.unheard.append((kind, raw))
            return
        try:
            said = introduction.read_said(kind, raw)
            introduction.check(self.state, said)
            self._refuse_far_fact(said)
            self._tell(kind, raw)
        except Refused as refusal:
            self.state = introduction.refused(self.state, kind, refusal, self.now)
            self.revision += 1

    @staticmethod
    def _refuse_far_fact(said: Said) -> None:
        try:
            refuse_far_dates(said)
        except Refused:
            # Such a fact was taken before; only its run, replayed, must take it again.
            if workflow.patched("refuses-far-dates"):
                raise

    @workflow.signal
    def sale_decided(self, news: Any = None) -> None:
        """The CRM says that the deal was won or lost."""
        self._hear("end_introduction", news)

    @workflow.signal
    def close_moved(self, news: Any = None) -> None:
        """The CRM expects the signature on another day."""
        self._hear("expect_close", news)

    @workflow.signal
    def nudge(self) -> None:
        """Look up from waiting, and move to a newer version of the worker."""
        self.revision += 1

    @workflow.query
    def progress(self) -> IntroductionProgress:
        return introduction.progress(self.state, self.now)
