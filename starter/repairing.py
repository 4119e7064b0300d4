"""How is it mended? One remedy for each thing that the sweep finds: what it will do in words, and the deed."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest, UnpauseWorkflowExecutionRequest
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.confirming import ConfirmingOffice
from activities.ports import Pasts
from activities.sweep import SETTLES, Sweeping, Swept
from domain.agenda import ProgrammeStart
from domain.clock import DAY
from domain.finding import Finding, FindingKind
from domain.refusal import Refused
from domain.rules.accounts import as_it_came
from domain.rules.casting import staff_person
from domain.rules.rebuilding import CannotRebuild, rebuild
from domain.rules.sweeping import nightly_trouble
from domain.wire import Instant, Wire
from runtime.fleet import TemporalFleet
from starter.doors.bell import WakeSender, look_at_usage, wake_receiver, wake_sender
from starter.doors.introductions import Prospects
from starter.doors.onboardings import WORKFLOW, OnboardingDoor
from starter.doors.renewing import RenewalDoor
from starter.doors.schedules import COLLECTING, RECONCILING, SWEEPING, Planned, run_schedule
from starter.trouble import NotFound, NotReachable
from store.census import SqlCensus
from store.confirmations import SqlConfirmations
from workflows.mailbox import SCHEDULE as MAILBOX
from workflows.programme import id_of as programme_of
from workflows.receiver import ID as RECEIVER
from workflows.reconciliation import SCHEDULE as RECONCILIATION
from workflows.sender import id_of as sender_of
from workflows.sweep import SCHEDULE as SWEEP
from workflows.usage import ID as USAGE

UNDRAWN = "an older version wrote it last: what the desk shows of it is not complete before its next turn"
LOOKING_THREADS = 4
"""A command's own: pages are read one after the other, second looks some together."""


class Remedy(NamedTuple):
    """What is the matter, what will be done about it, and the deed, which answers with what has come of it."""

    finding: Finding
    says: str
    do: Callable[[], Awaitable[str]]


class Nightly(Wire):
    """When the last sweep of a night ended, as far as Temporal remembers, and why that is a trouble, in words."""

    ended_at: Instant | None = None
    trouble: str = ""


class Mending(NamedTuple):
    """What is done about a subject; `left` is what a person has to do besides, in words."""

    remedies: Sequence[Remedy]
    left: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Repairing:
    """Looks through the eyes of the sweep, and repairs through the door. Every repair may be ordered twice."""

    door: OnboardingDoor
    census: SqlCensus
    channels: Sequence[str]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    prospects: Prospects | None = None
    looked_through: Collection[str] = ()
    settles: timedelta = SETTLES
    written_to: Callable[[], Collection[str]] = tuple
    pasts: Pasts | None = None
    reads_mail: bool = False
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LOOKING_THREADS))

    async def look(self, *, tell: Callable[[str], None] = lambda _: None) -> Swept:
        """The whole fleet. Raises NotReachable."""
        try:
            return await self._sweeping.look(tell=tell)
        except RPCError as failure:
            raise NotReachable(f"Temporal does not answer: {failure.message}") from failure

    async def nightly(self) -> Nightly:
        """How it stands with the sweep of the night, which nothing else watches. Raises NotReachable."""
        fleet = TemporalFleet(self.door.client)
        try:
            schedule, ended_at = await fleet.schedule(SWEEP), await fleet.last_ended("Sweep")
        except RPCError as failure:
            raise NotReachable(f"Temporal does not answer: {failure.message}") from failure
        return Nightly(ended_at=ended_at, trouble=nightly_trouble(schedule, ended_at, now=self.now()))

    async def remedies(self, subject: str) -> Mending:
        """What mends the onboarding, or another workflow. Raises Refused when nothing does, NotReachable."""
        try:
            if subject == SWEEP:
                return Mending([await self._sweep()])
            if self.of_house(subject):
                found = await self._sweeping.look_at_house(subject)
                if not found:
                    raise Refused(f"nothing is the matter with {subject}")
                return Mending([await self._of_house(finding) for finding in found])
            found = list(await self._sweeping.look_at(subject) or await self._undrawn(subject))
            if not found and not await self._known(subject):
                raise NotFound(f"{subject}: neither the store nor Temporal knows it")
            if not found:
                raise Refused(f"nothing is the matter with {subject}")
            return await self._what_can_be_done(found)
        except RPCError as failure:
            raise NotReachable(f"Temporal does not answer: {failure.message}") from failure

    async def _undrawn(self, subject: str) -> Sequence[Finding]:
        """Of an onboarding that has had no turn since an older version wrote it: the desk lacks what is new since."""
        since = await asyncio.to_thread(self.census.undrawn_since, subject)
        if since is None:
            return ()
        return [Finding(kind="store_differs", subject=subject, since=since, cause=UNDRAWN)]

    async def _what_can_be_done(self, found: Sequence[Finding]) -> Mending:
        """What no command mends does not keep the rest from being mended: who has no owner must run to be given one."""
        remedies: list[Remedy] = []
        refusals: list[Refused] = []
        for finding in found:
            try:
                remedies.append(await self._of_onboarding(finding))
            except Refused as refusal:
                refusals.append(refusal)
        if not remedies:
            raise refusals[0]
        return Mending(remedies, [refusal.reason for refusal in refusals])

    def of_house(self, named: str) -> bool:
        """Is it a workflow beside the onboardings?"""
        return named in (RECEIVER, USAGE, RECONCILIATION, MAILBOX, SWEEP) or named.startswith((SENDER, INTRODUCTION))

    @property
    def _sweeping(self) -> Sweeping:
        return Sweeping(
            fleet=TemporalFleet(self.door.client),
            census=self.census,
            staff=self.door.staff,
            channels=self.channels,
            programme_of=programme_of,
            sender_of=sender_of,
            receiver=RECEIVER,
            now=self.now,
            threads=self.threads,
            wake=WakeSender(self.door.client, self.door.task_queue),
            day_length=self.door.day_length,
            settles=self.settles,
            looked_through=self.looked_through,
            written_to=self.written_to,
            pasts=self.pasts,
            departures=self._renewals,
            reads_mail=self.reads_mail,
        )

    @property
    def _renewals(self) -> RenewalDoor:
        async def door() -> OnboardingDoor:
            return self.door

        return RenewalDoor(engine=self.census.engine, door=door)

    async def _known(self, onboarding: str) -> bool:
        if await asyncio.to_thread(self.census.line, onboarding) is not None:
            return True
        return await TemporalFleet(self.door.client).look(onboarding) is not None

    # --- onboardings

    async def _of_onboarding(self, finding: Finding) -> Remedy:
        id = finding.subject
        match finding.kind:
            case "stopped" if finding.cause == "completed":
                raise Refused("the store is older than Temporal; what to do: docs/operations.md, `unknown`")
            case "stopped" | "not_closed":
                return await self._go_on(
                    finding, "its workflow goes on from its last finished step, with all news since"
                )
            case "stuck":
                return await self._go_on(
                    finding,
                    "its last finished step is taken again. Deploy a worker that can run it first: without one it"
                    " fails again",
                )
            case "lost":
                return await self._again(finding)
            case "paused_in_temporal":
                paused = programme_of(id) if finding.cause.startswith(PROGRAMME) else id
                return Remedy(finding, "its workflow is released in Temporal", lambda: self._unpause(paused))
            case "not_started":
                return Remedy(finding, "the deal that is kept starts its onboarding", lambda: self._start(id))
            case "asleep" | "overdue":
                return Remedy(finding, "it is woken, and drafts its agenda anew", lambda: self._wake(id))
            case "programme_missing" | "programme_untold":
                return await self._programme(finding)
            case "mail_given_up":
                return Remedy(
                    finding,
                    f"the mail that {finding.owner} did not get goes again, to the address in the staff directory",
                    lambda: self._send_again(finding),
                )
            case "store_differs":
                return await self._agree(finding)
            case "unknown":
                raise Refused(await self._how_to_take_it_up(id))
            case _:
                raise Refused(f"{finding.kind.replace('_', ' ')}: {WHAT_TO_DO[finding.kind].format(id=id)}")

    async def _go_on(self, finding: Finding, says: str) -> Remedy:
        """Reset what is there: the history up to the last finished task stays, signals and updates since are kept."""
        id = finding.subject if not finding.cause.startswith(PROGRAMME) else programme_of(finding.subject)
        last = await self._last_finished_task(id)
        if last is None and (finding.kind != "stopped" or finding.cause.startswith(PROGRAMME)):
            raise Refused(f"none of its tasks has finished yet: deploy a worker that can run it, and {id} goes on")
        if last is None:
            return await self._again(finding)
        run, event = last
        return Remedy(finding, says, lambda: self._reset(id, run, event))

    async def _last_finished_task(self, id: str) -> tuple[str, int] | None:
        """The newest run that took the deal up, and the number of its last event that a finished workflow task wrote.

        One that was started beside it failed at once, and going back in that one would lead nowhere.
        """
        for run in await TemporalFleet(self.door.client).runs(id):
            finished, opened = 0, True
            async for event in self.door.client.get_workflow_handle(id, run_id=run).fetch_history_events():
                if event.HasField("workflow_task_completed_event_attributes"):
                    finished = event.event_id
                if event.HasField("workflow_execution_failed_event_attributes"):
                    failure = event.workflow_execution_failed_event_attributes.failure
                    opened = failure.application_failure_info.type not in OPENED_NOTHING
            if finished and opened:
                return run, finished
        return None

    async def _reset(self, id: str, run: str, event: int) -> str:
        await self.door.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=self.door.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=id, run_id=run),
                reason="day90 repair",
                workflow_task_finish_event_id=event,
                # The same repair, ordered twice, makes one new run.
                request_id=f"repair-{run}-{event}",
            ),
            retry=True,
        )
        return f"{id} goes on"

    async def _again(self, finding: Finding) -> Remedy:
        """Nothing of it is in Temporal: its past is lived through again, here first, to see whether that can be."""
        id = finding.subject
        if id.startswith(INTRODUCTION):
            return self._introduction_anew(finding)
        past = await asyncio.to_thread(self.door.deals.past, id)
        if past is None:
            says = "its plan was never written: it begins anew, with the deal that is kept"
            return Remedy(finding, says, lambda: self._start_again(id))
        if self.door.day_length != DAY:
            raise Refused(SHOW_ANEW)
        dossier = await asyncio.to_thread(self.door.deals.dossier, id)
        try:
            await asyncio.to_thread(rebuild, dossier, past, self.door.staff(), now=datetime.now(UTC))
        except CannotRebuild as trouble:
            raise Refused(f"{trouble}; what to do: docs/operations.md, `lost`") from None
        says = (
            f"it is started again as it stood on {past.as_of:%Y-%m-%d %H:%M} UTC, lived through again from"
            f" {len(past.rows)} rows of its journal; what has been told is not told again"
        )
        return Remedy(finding, says, lambda: self._start_again(id))

    async def _start_again(self, id: str) -> str:
        try:
            await self.door.client.start_workflow(
                WORKFLOW,
                {"again": True},
                id=id,
                task_queue=self.door.task_queue,
                static_summary="taken up again from the store",
                static_details=f"Temporal had lost it.\n\nAll of it: `day90 show {id}`",
            )
        except WorkflowAlreadyStartedError:
            return f"{id} runs already"
        return f"{id} started again"

    async def _unpause(self, id: str) -> str:
        await self.door.client.workflow_service.unpause_workflow_execution(
            UnpauseWorkflowExecutionRequest(
                namespace=self.door.client.namespace, workflow_id=id, reason="day90 repair", request_id=uuid4().hex
            )
        )
        return f"{id} goes on"

    async def _start(self, id: str) -> str:
        deal = await asyncio.to_thread(self.door.deals.kept_deal, id)
        if deal is None:
            raise Refused(f"{id}: no deal is kept; start it with the deal file: day90 start DEAL.json")
        already = (await self.door.start(as_it_came(deal).model_dump(mode="json"))).already
        return f"{id} runs already" if already else f"{id} started"

    async def _how_to_take_it_up(self, id: str) -> str:
        """In words, with the commands: only the CRM has the deal, but what was reached, its workflow knows."""
        try:
            milestones = (await self.door.ask(id, "plan"))["milestones"]
        except (Refused, NotFound, NotReachable):
            reached = "--reached MILESTONE=DAY … (start a worker, and this says which)"
        else:
            reached = " ".join(f"--reached {m['key']}={m['at']}" for m in milestones if m["status"] == "reached")
        return (
            f"the deal's record is in no store. Restore a newer backup, and it goes on by itself. If there is none, end"
            f" it, and start it again from the CRM's deal file:\n"
            f"temporal workflow terminate --workflow-id {id}\n"
            f"day90 start DEAL.json --as-of {datetime.now(UTC):%Y-%m-%dT%H:%M}+00:00 {reached}".rstrip()
        )

    async def _agree(self, finding: Finding) -> Remedy:
        """The workflow decides: what it does not know is told again or taken back, then it draws the store anew."""
        if "open in the store alone" in finding.cause or "open in its workflow alone" in finding.cause:
            unconfirmed = await asyncio.to_thread(self.census.unconfirmed_of, finding.subject)
            if not unconfirmed:
                raise Refused(WHAT_TO_DO["store_differs"].format(id=finding.subject))
        says = "what its workflow never heard of is told again or taken back, and the store is drawn anew from it"
        return Remedy(finding, says, lambda: self._confirm_all(finding.subject))

    async def _confirm_all(self, id: str) -> str:
        office = ConfirmingOffice(
            confirmations=SqlConfirmations(self.census.engine, after=timedelta(0)),
            door=self.door,
            threads=self.threads,
        )
        became = [await office.deliver(seq) for seq in await asyncio.to_thread(self.census.unconfirmed_of, id)]
        await asyncio.to_thread(self.census.break_seals, id)
        await self.door.look_again(id)
        told = f"{became.count('sent')} confirmed, {became.count('refused')} taken back; " if became else ""
        return f"{told}{id} draws its part of the store anew"

    async def _wake(self, id: str) -> str:
        await self.door.client.get_workflow_handle(id).signal("nudge")
        return f"{id} was woken; day90 sweep says whether that was enough"

    async def _programme(self, finding: Finding) -> Remedy:
        """What has been announced before is not announced again; what lies ahead is counted from the hand-off."""
        if finding.kind == "programme_untold":
            says = "its success programme is told when the customer leaves, or that they stay, as was recorded last"
            return Remedy(finding, says, lambda: self._tell_programme(finding.subject))
        line = await asyncio.to_thread(self.census.line, finding.subject)
        if line is None or line.ended_at is None:
            raise Refused(f"nothing is the matter with {finding.subject}")
        if self.door.day_length != DAY:
            raise Refused(SHOW_ANEW)
        start = ProgrammeStart(
            onboarding=line.onboarding, since=line.ended_at, owner=line.owner, cast={"csm": [line.owner]}
        )
        says = f"its success programme is started, counted from the hand-off on {line.ended_at:%Y-%m-%d}"
        return Remedy(finding, says, lambda: self._start_programme(start))

    async def _start_programme(self, start: ProgrammeStart) -> str:
        id = programme_of(start.onboarding)
        try:
            await self.door.client.start_workflow(
                "SuccessProgramme",
                start,
                id=id,
                task_queue=self.door.task_queue,
                static_summary="success programme: monthly check-in, quarterly review",
            )
        except WorkflowAlreadyStartedError:
            return f"{id} runs already"
        return f"{id} started"

    async def _tell_programme(self, id: str) -> str:
        then = await self._renewals.tell(id, now=self.now())
        if then == "not_reached":
            raise NotReachable(f"the success programme of {id} does not answer: is a worker of this version running?")
        return f"{programme_of(id)} {TOLD[then]}"

    async def _send_again(self, finding: Finding) -> str:
        member = self.door.staff().member(finding.owner)
        if member is None:
            raise Refused(WHAT_TO_DO["without_owner"].format(id=finding.subject))
        now = self.now()
        deal = await asyncio.to_thread(self.door.deals.kept_deal, finding.subject)
        person = staff_person(member, deal.account.language if deal else member.languages[0])
        since = now - REPORTED_WITH_MARGIN
        mails = await asyncio.to_thread(self.census.send_again, finding.subject, person, since=since, at=now)
        for channel in self.channels:
            await wake_sender(self.door.client, channel, task_queue=self.door.task_queue)
        return f"{mails} waiting again"

    # --- workflows beside the onboardings

    async def _of_house(self, finding: Finding) -> Remedy:
        """An introduction has a past like an onboarding; the others take up whatever waits, and may begin anew."""
        id = finding.subject
        if id == RECONCILIATION:
            says = "its schedule runs again, and now. What fails stands in its runs in the Temporal UI"
            return Remedy(finding, says, lambda: self._schedule(RECONCILING))
        if id == MAILBOX:
            says = "its schedule runs again, and now. What fails stands in its runs in the Temporal UI"
            return Remedy(finding, says, lambda: self._schedule(COLLECTING))
        if id.startswith(INTRODUCTION) and finding.kind in ("lost", "not_started"):
            return self._introduction_anew(finding)
        if finding.kind == "paused_in_temporal" or id.startswith(INTRODUCTION):
            return await self._of_onboarding(finding)
        if finding.kind == "stuck":
            says = "its workflow is replaced by a new one, which takes up what waits. Deploy a worker that can run it"
            return Remedy(finding, says, lambda: self._begin(id, WorkflowIDConflictPolicy.TERMINATE_EXISTING))
        if finding.kind == "tried_often":
            raise Refused(WHAT_TO_DO["tried_often"].format(id=id))
        return Remedy(finding, WOKEN[finding.kind], lambda: self._begin(id, WorkflowIDConflictPolicy.USE_EXISTING))

    async def _sweep(self) -> Remedy:
        nightly = await self.nightly()
        if not nightly.trouble:
            raise Refused(f"nothing is the matter with {SWEEP}")
        finding = Finding(kind="sweep_missing", subject=SWEEP, since=nightly.ended_at, cause=nightly.trouble)
        says = "its schedule runs again, and it sweeps at once"
        return Remedy(finding, says, lambda: self._schedule(SWEEPING))

    async def _schedule(self, planned: Planned) -> str:
        await run_schedule(self.door.client, planned, task_queue=self.door.task_queue)
        return f"{planned.id} runs by its schedule, and now"

    def _introduction_anew(self, finding: Finding) -> Remedy:
        says = "it begins anew, with the prospect that is kept; what was learnt stays in its journal"
        return Remedy(finding, says, lambda: self._introduce(finding.subject))

    async def _introduce(self, id: str) -> str:
        prospect = await asyncio.to_thread(self.prospects.kept, id) if self.prospects else None
        if self.prospects is None or prospect is None:
            raise Refused(f"{id}: no prospect is kept")
        await self.door.introductions.begin(prospect.model_dump(mode="json"))
        return f"{id} begun"

    async def _begin(self, id: str, conflict: WorkflowIDConflictPolicy) -> str:
        client, queue = self.door.client, self.door.task_queue
        if id == RECEIVER:
            await wake_receiver(client, task_queue=queue, conflict=conflict)
        elif id == USAGE:
            await look_at_usage(client, task_queue=queue, conflict=conflict)
        else:
            channel = id.removeprefix(SENDER)
            await asyncio.to_thread(self.census.end_rests, channel)
            await wake_sender(client, channel, task_queue=queue, conflict=conflict)
        return f"{id} was {'woken' if conflict == WorkflowIDConflictPolicy.USE_EXISTING else 'replaced'}"


SENDER = sender_of("")
INTRODUCTION = "introduction-"
"""How the ids of senders and introductions begin."""
WOKEN: dict[FindingKind, str] = {
    "sender_stopped": "it is started, and sends what waits",
    "mail_waits": "it looks again at once. What keeps the messages back is told beside `seen`: day90 sweep",
    "telling_waits": "it looks again at once. What keeps it back is told beside `seen`: day90 sweep",
    "unconfirmed": "it looks again at once. What keeps it back is told beside `seen`: day90 sweep",
    "deliveries_wait": "it looks again at once. What keeps each of them: day90 inbox --state waiting",
}
"""What a workflow does that is woken."""
TOLD = {
    "goes_on": "goes on for good",
    "ends_ahead": "ends on the day on which the customer leaves",
    "ended": "has ended",
    "over": "had ended before",
}
"""What has become of a success programme that was told of a customer who leaves, or stays."""
OPENED_NOTHING = frozenset({"AlreadyOnboarded", "InvalidDeal"})
"""Failures of a run that never took its deal up: another had, or the deal was wrong."""
PROGRAMME = "success programme: "
"""How the cause begins where the programme is meant, not the onboarding."""
REPORTED_WITH_MARGIN = timedelta(days=8)
"""A day more than the sweep reports a refused mail for: what was seen last night can be mended this morning."""
SHOW_ANEW = "on a compressed clock nobody knows any more when its days began: start a show anew"
WHAT_TO_DO = {
    "not_opened": "it opens by itself, within a minute, once what is told beside `seen` is mended: day90 sweep",
    "store_differs": "no turn draws issues anew: raise or resolve those of {id} again: day90 issue --help",
    "tried_often": "mend what is told beside `seen`, and {id} goes on by itself within a minute: day90 sweep",
    "without_owner": "name the new owner: day90 reassign {id} HANDLE",
}
"""Where no repair of ours would be sound, and what a person does instead."""
