"""How is a success programme looked at, changed and ended? Through updates of its own workflow."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from domain.agenda import EndAhead, read_change
from domain.news import ProgrammeEnding
from domain.refusal import Refused
from domain.wire import Wire
from starter.doors.onboardings import OnboardingDoor
from starter.doors.people import member
from starter.doors.updating import Tries, answered
from starter.trouble import InvalidNews, NotFound, NotReachable
from workflows.programme import id_of

LEFT: ProgrammeEnding = "customer_left"
CHANGEABLE = frozenset({"owner", "project_lead", "executive_sponsor", "hour", "by", "news_id"})


class NextOccasion(Wire):
    cadence: str
    on: date


class ProgrammeProgress(Wire):
    """How a success programme stands: who owns it, whom it meets instead of those of the deal, and what comes next.

    `hour` is at which its meetings begin, by the customer's clock; None where each is agreed by itself. `ends_at` is
    when it ends, where that lies ahead and is known.
    """

    onboarding: str
    since: str
    owner: str
    project_lead: str | None = None
    executive_sponsor: str | None = None
    hour: str | None = None
    ended: str | None = None
    ends_at: datetime | None = None
    next: tuple[NextOccasion, ...] = ()


async def programme_of(door: OnboardingDoor, onboarding: str) -> ProgrammeProgress:
    """How the programme after that onboarding stands. Raises NotFound, NotReachable."""
    try:
        answer = await _handle(door, onboarding).query("progress", rpc_timeout=door.one_try)
    except WorkflowQueryFailedError as failure:
        raise NotReachable(f"the success programme does not answer: {failure.message}") from None
    except RPCError as failure:
        if failure.status == RPCStatusCode.NOT_FOUND:
            raise NotFound(f"{onboarding}: no success programme; one begins with the hand-off") from None
        raise NotReachable(f"Temporal does not answer: {failure.message}") from failure
    return _shown(answer)


async def change_programme(door: OnboardingDoor, onboarding: str, raw: Mapping[str, Any]) -> ProgrammeProgress:
    """Give it another owner, meet others of the customer, or at another hour.

    Raises InvalidNews, Refused, NotFound, NotReachable.
    """
    change = {name: value for name, value in raw.items() if value is not None}
    if unknown := sorted(change.keys() - CHANGEABLE):
        raise InvalidNews("is no field that we know", field=unknown[0])
    if isinstance(change.get("owner"), str):
        change["owner"] = member(change["owner"], team=door.staff())
    for field in ("project_lead", "executive_sponsor", "by"):
        if isinstance(change.get(field), str):
            change[field] = await _person(door, onboarding, change[field], field=field)
    change |= {"via": door.via, "news_id": change.get("news_id") or uuid4().hex}
    try:
        read_change(change)
    except Refused as refusal:
        raise InvalidNews(refusal.reason, field=refusal.field) from None
    return _shown(await _answered(door, onboarding, "change_programme", change))


async def end_programme(door: OnboardingDoor, onboarding: str, ending: ProgrammeEnding) -> ProgrammeProgress:
    """End it: nobody is invited any more. Raises Refused, NotFound, NotReachable."""
    return _shown(await _answered(door, onboarding, "end_programme", ending))


async def plan_end(door: OnboardingDoor, onboarding: str, at: datetime | None) -> ProgrammeProgress:
    """Let it end at that moment, since the customer leaves then; None takes that back.

    Raises Refused, NotFound, NotReachable.
    """
    end = EndAhead(at=at, reason=LEFT).model_dump(mode="json") if at is not None else None
    try:
        return _shown(await _answered(door, onboarding, "plan_end", end))
    except WorkflowUpdateFailedError:
        # A programme that no deploy has woken yet is with a worker of the version before.
        raise NotReachable("the success programme is at an older version, which knows no end that lies ahead") from None


async def _answered(door: OnboardingDoor, onboarding: str, update: str, content: Mapping[str, Any] | str | None) -> Any:
    await programme_of(door, onboarding)
    tries = Tries(one_try=door.one_try, patience=door.patience, opens_within=door.opens_within, opening="")

    async def refuse_if_ended() -> None:
        if not (await door.state(id_of(onboarding))).open:
            raise Refused("this success programme has ended")

    return await answered(_handle(door, onboarding), update, content, tries=tries, refuse_if_ended=refuse_if_ended)


async def _person(door: OnboardingDoor, onboarding: str, named: str, *, field: str) -> str:
    try:
        return await door.person(onboarding, named)
    except InvalidNews as refusal:
        raise InvalidNews(refusal.reason, field=field) from None


def _handle(door: OnboardingDoor, onboarding: str) -> Any:
    return door.client.get_workflow_handle(id_of(onboarding))


def _shown(answer: Any) -> ProgrammeProgress:
    cast = answer.get("cast", {})
    met = {role: cast[role][0] for role in ("project_lead", "executive_sponsor") if cast.get(role)}
    return ProgrammeProgress.model_validate({**answer, **met})
