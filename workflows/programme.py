"""What goes on after the hand-off? The success programme: check-ins and reviews, for years."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.onboarding import Bookkeeping
    from domain.agenda import Entry, ProgrammeChange, ProgrammeOccasion, ProgrammeStart, read_change, read_end
    from domain.news import short
    from domain.refusal import Refused
    from workflows import options, runs
    from workflows.alarm import Alarm


def id_of(onboarding: str) -> str:
    """The programme's workflow id: `success-` and the deal, as in the onboarding's id."""
    return f"success-{onboarding.removeprefix('onboarding-')}"


@workflow.defn(name="SuccessProgramme")
class SuccessProgramme:
    @workflow.init
    def __init__(self, start: ProgrammeStart) -> None:
        self.start = start
        self.entries = list(start.entries)
        self.changes: list[ProgrammeChange] = []
        self.to_plan = False
        self.revision = 0
        self.ended: str | None = None
        self.alarm = Alarm()

    @workflow.run
    async def run(self, start: ProgrammeStart) -> str:
        if not start.entries:
            await self._keep([])
        while self.ended is None:
            revision = self.revision
            if self.start.ends is not None and self.start.ends.at <= self.now:
                self.ended = self.start.ends.reason
                continue
            due = [entry for entry in self.entries if entry.due <= self.now]
            if due or self.changes or self.to_plan:
                await self._keep(due)
                continue
            if runs.time_for_a_new_run() and await runs.is_quiet(lambda: self.revision):
                self.alarm.stop()
                runs.begin_new_run(self.start.model_copy(update={"entries": tuple(self.entries)}))
            await self._sleep(revision)
        self.alarm.stop()
        await workflow.wait_condition(workflow.all_handlers_finished)
        # Those that ended before had their last changes written down, and called nothing off.
        if workflow.patched("calls-off-at-its-end") or self.changes:
            await self._keep([])
        return self.ended

    @property
    def now(self) -> datetime:
        return self.start.clock.business(workflow.now())

    async def _keep(self, due: list[Entry]) -> None:
        changes, self.changes = self.changes, []
        end_moved, self.to_plan = self.to_plan, False
        occasion = ProgrammeOccasion(
            programme=workflow.info().workflow_id,
            onboarding=self.start.onboarding,
            since=self.start.since,
            now=self.now,
            owner=self.start.owner,
            cast=self.start.cast,
            clock=self.start.clock,
            due=tuple(due),
            changes=tuple(changes),
            hour=self.start.hour,
            ended=self.ended,
            ends=self.start.ends,
            end_moved=end_moved,
        )
        self.entries = await workflow.execute_activity_method(
            Bookkeeping.keep_programme,
            occasion,
            start_to_close_timeout=options.PATIENTLY,
            retry_policy=options.PATIENT_RETRY,
            summary=", ".join(entry.key for entry in due) or self._what_for(changes),
        )

    def _what_for(self, changes: list[ProgrammeChange]) -> str:
        if self.ended is not None:
            return "end the programme"
        return "change the programme" if changes else "plan the programme"

    async def _sleep(self, revision: int) -> None:
        ends, entry = self.start.ends, min(self.entries, key=lambda entry: (entry.due, entry.slot), default=None)
        if entry is not None and (ends is None or entry.due + self.start.jitter < ends.at):
            due, words = entry.due + self.start.jitter, f"{entry.about.replace('_', ' ')} on {entry.occurrence}"
        else:
            assert ends is not None, "a programme has a next occasion, or an end"
            due, words = ends.at, f"the end: {ends.reason.replace('_', ' ')}"
        self.alarm.set(self.start.clock.wall(due) + options.CLOCK_GRAIN, words)
        lines = [f"- {entry.about.replace('_', ' ')}: {entry.occurrence}" for entry in self.entries]
        if ends is not None:
            lines.append(f"- ends: {ends.at:%Y-%m-%d %H:%M} UTC, {ends.reason.replace('_', ' ')}")
        workflow.set_current_details("\n".join(lines))
        await self.alarm.wait(lambda: self.revision != revision)

    @workflow.update
    def end_programme(self, reason: str = "") -> dict[str, Any]:
        """The customer left, or is cared for otherwise."""
        self.ended = reason or "ended"
        self.revision += 1
        return self.progress()

    @workflow.update
    def plan_end(self, end: Any) -> dict[str, Any]:
        """The customer leaves at a moment ahead: it goes on until then. Without an end it goes on for good."""
        self.start = self.start.model_copy(update={"ends": read_end(end)})
        self.to_plan = True
        self.revision += 1
        return self.progress()

    @plan_end.validator
    def refuse_end(self, end: Any) -> None:
        self._refuse(lambda: read_end(end))

    @workflow.update
    def change_programme(self, change: Any) -> dict[str, Any]:
        """Give the programme another owner, meet others of the customer, or at another hour."""
        changed = read_change(change)
        changed = changed.model_copy(
            update={"news_id": changed.news_id or _update_id(), "before": self.start.owner if changed.owner else None}
        )
        self.changes.append(changed)
        owner, cast = changed.owner or self.start.owner, {**self.start.cast, **changed.cast}
        hour = changed.hour or self.start.hour
        self.start = self.start.model_copy(update={"owner": owner, "cast": cast, "hour": hour})
        self.revision += 1
        return self.progress()

    @change_programme.validator
    def refuse_change(self, change: Any) -> None:
        self._refuse(lambda: read_change(change))

    def _refuse(self, read: Callable[[], object]) -> None:
        try:
            if self.ended is not None:
                raise Refused("this success programme has ended")
            read()
        except Refused as refusal:
            detail = {"field": refusal.field, "reason": refusal.reason}
            raise ApplicationError(str(refusal), detail, type="Refused", non_retryable=True) from None

    @workflow.signal
    def nudge(self) -> None:
        """Look up from waiting, and move to a newer version of the worker."""
        self.revision += 1

    @workflow.query
    def progress(self) -> dict[str, Any]:
        return {
            "onboarding": self.start.onboarding,
            "since": self.start.since.isoformat(),
            "owner": self.start.owner,
            "cast": self.start.cast,
            "hour": self.start.hour,
            "ended": self.ended,
            "ends_at": self.start.ends.at.isoformat() if self.start.ends is not None else None,
            "next": [{"cadence": entry.about, "on": entry.occurrence} for entry in self.entries],
        }


def _update_id() -> str:
    info = workflow.current_update_info()
    return short(info.id) if info is not None else ""
