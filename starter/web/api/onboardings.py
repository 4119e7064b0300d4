"""Which onboardings are there, how does each one stand, and how is one started?"""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from pydantic import Field
from starlette.responses import JSONResponse

from domain.baseline import BaselineShown, shown_beside
from domain.deal import DealClosed, completeness, missing_from_hand_off
from domain.record import OnboardingStatus, RegisterRow
from domain.rules.record_keeping import phase_2
from domain.wire import Instant, Slug, Wire
from runtime.connection import namespace
from starter.doors.waiting_for_plan import drafted
from starter.doors.whys import look_into, reasons_of
from starter.web.api.answers import NOT_MODIFIED, TAGGED, WRITING, IfNoneMatch, OnboardingId, problems, tagged
from starter.web.api.cursors import Cursor, Limit, Next, cursor_of, number_after, place_after
from starter.web.api.gate import api_router, key_parameter, needs
from starter.web.parts import WebParts
from store.meetings import MeetingShown, SqlMeetings
from store.pages import NoticeShown, journal_page, notice_page
from store.reads import JournalEntry, NoticeState, OnboardingInFull, OnboardingLine, also_of_account, one, portfolio

OPENS_WITHIN = 5.0
"""Seconds that a start waits for a worker; usually one is enough, and proxies wait for thirty."""
EXAMPLE: dict[str, Any] = {
    "source": "file",
    "id": "acme_2026",
    "closed_at": "2026-11-02T10:00:00-05:00",
    "account": {"name": "Acme Inc.", "country": "US", "time_zone": "America/New_York"},
    "stakeholders": [{"name": "Ada Young", "email": "ada.young@acme.example", "role": "project_lead"}],
    "yearly_value": 48000,
}


class StartedOnboarding(Wire):
    onboarding: str
    already: bool = Field(
        description="true when it had been started before; then at most its hand-off record was completed"
    )
    completed: tuple[str, ...] = Field(
        (), description="fields that were missing in its hand-off record and were filled in"
    )
    status: str = Field(description="`opening` while no worker has taken it up")
    ending: str | None = None


class OnboardingPage(Wire):
    items: tuple[OnboardingLine, ...]
    next: Next


class OtherOfAccount(Wire):
    """Another onboarding of the same customer."""

    onboarding: str
    status: str
    owner: str
    playbook: str
    opened_at: Instant
    go_live_due: Instant | None
    ending: str | None
    ended_at: Instant | None


class HandOffRecord(Wire):
    """How complete the hand-off record is, and what only your company has in it."""

    completeness: float = Field(description="share that is filled in, 0 to 1")
    missing: tuple[str, ...] = Field(description="what the seller is asked for, in words")
    custom: dict[str, Any] = Field(description="the deal file's `custom`, as it came")


class OnboardingShown(OnboardingInFull):
    also_of_account: tuple[OtherOfAccount, ...] = Field(
        description="other onboardings of the same customer, the latest first"
    )
    hand_off: HandOffRecord
    time_zone: str = Field(description="the customer's time zone, in which its days are counted")
    temporal_ui: str | None = Field(description="its page in the Temporal UI, where one is known")
    meetings: tuple[MeetingShown, ...] = Field(
        (), description="meetings whose hour is agreed, by their hours, with what people have answered"
    )
    phase_2: tuple[RegisterRow, ...] = Field(
        description="changes of scope that were put off until after this onboarding, the oldest first"
    )
    baseline: BaselineShown | None = Field(
        description="the plan as it was agreed to, and how far each milestone has moved since; null before an agreement"
    )


class DatedMilestone(Wire):
    key: str
    title: str
    stage: str
    status: Literal["open", "reached", "waived"]
    due: Instant
    at: Instant | None
    optional: bool
    because: tuple[str, ...] = Field(description="how the date came about, a sentence for each step")


class DatedStage(Wire):
    key: str
    title: str
    status: Literal["ahead", "open", "closed"]
    opens_on: str
    closes_on: str


class PlanShown(Wire):
    onboarding: str
    playbook: str
    revision: int = Field(
        description="number of the plan: 1 for the first one, one more for each later one; 0 while none is drafted"
    )
    stages: tuple[DatedStage, ...]
    milestones: tuple[DatedMilestone, ...]
    hand_off_from: Instant | None
    hand_off_by: Instant | None


class AgendaEntry(Wire):
    key: str
    due: Instant
    rule: str
    about: str


class AgendaShown(Wire):
    items: tuple[AgendaEntry, ...]


class JournalShown(Wire):
    items: tuple[JournalEntry, ...]
    next: Next


class NoticesShown(Wire):
    items: tuple[NoticeShown, ...]
    next: Next


class WhyShown(Wire):
    key: str
    now: str | None = Field(
        description="what the workflow says about the present; null when it could not be asked or knows nothing"
    )
    date: tuple[str, ...] = Field(description="how the date came about")
    happened: tuple[JournalEntry, ...]
    notices: tuple[NoticeShown, ...]


def onboarding_routes(parts: WebParts) -> APIRouter:
    router = api_router("onboardings")

    @router.post(
        "/onboardings",
        summary="Start the onboarding of a closed deal",
        openapi_extra=needs("onboardings:write"),
        status_code=201,
        response_model=StartedOnboarding,
        response_description="started; Location is its address",
        responses={
            200: {"model": StartedOnboarding, "description": "it had been started before"},
            **problems(*WRITING, "wrong-media-type", "unusable-playbook"),
        },
        dependencies=[Depends(key_parameter)],
    )
    async def start_onboarding(deal: Annotated[DealClosed, Body(examples=[EXAMPLE])]) -> Response:
        """The body is a deal file, as `day90 start` takes it. A deal has one onboarding, for ever: when it is sent
        again, the answer is 200, and at most missing fields of the hand-off record are filled in.
        """
        door = await parts.door()
        started = await door.start(deal.model_dump(mode="json", exclude_unset=True))
        standing = await drafted(door, parts.engine, started.onboarding, within=OPENS_WITHIN)
        answer = StartedOnboarding(
            onboarding=started.onboarding,
            already=started.already,
            completed=started.completed,
            status=standing.status if standing else "opening",
            ending=standing.ending if standing else None,
        )
        return JSONResponse(
            answer.model_dump(mode="json"),
            status_code=200 if started.already else 201,
            headers={"Location": f"/api/v1/onboardings/{started.onboarding}"},
        )

    @router.get(
        "/onboardings",
        summary="List onboardings",
        openapi_extra=needs("onboardings:read"),
        responses=problems(),
    )
    def list_onboardings(
        *,
        status: Annotated[OnboardingStatus | None, Query(description="how it stands, or how it ended")] = None,
        owner: Annotated[Slug | None, Query(description="a staff handle")] = None,
        stage: Annotated[Slug | None, Query(description="a stage's key: only onboardings in which it is open")] = None,
        late: Annotated[bool, Query(description="only open ones with something overdue")] = False,
        open: Annotated[bool, Query(description="only those that have not ended")] = False,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> OnboardingPage:
        """Sorted by id, so that a line that changes between two pages is neither skipped nor shown twice."""
        page = portfolio(
            parts.engine,
            status=status,
            owner=owner,
            stage=stage,
            late_only=late,
            # What has ended is late for nobody any more.
            open_only=open or late,
            limit=limit,
            after=place_after("onboardings", cursor),
        )
        return OnboardingPage(items=page.lines, next=cursor_of("onboardings", page.after))

    @router.get(
        "/onboardings/{onboarding}",
        summary="One onboarding in full",
        openapi_extra=needs("onboardings:read"),
        response_model=OnboardingShown,
        responses={200: TAGGED, **NOT_MODIFIED, **problems("not-found")},
    )
    def get_onboarding(onboarding: OnboardingId, if_none_match: IfNoneMatch = None) -> Response:
        """Plan, registers and what comes next, as last written to the store."""
        return tagged(shown(parts, onboarding), if_none_match=if_none_match)

    @router.get(
        "/onboardings/{onboarding}/plan",
        summary="The plan, with the reasons for each date",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    def get_plan(onboarding: OnboardingId) -> PlanShown:
        standing = one(parts.engine, onboarding)
        return PlanShown(
            onboarding=onboarding,
            playbook=standing.playbook,
            revision=standing.revision,
            stages=tuple(DatedStage.model_validate(stage.model_dump()) for stage in standing.stages),
            milestones=tuple(
                DatedMilestone(
                    **milestone.model_dump(exclude={"reasons"}), because=tuple(reasons_of(milestone, standing))
                )
                for milestone in standing.milestones
            ),
            hand_off_from=standing.plan.hand_off_from if standing.plan else None,
            hand_off_by=standing.plan.hand_off_by if standing.plan else None,
        )

    @router.get(
        "/onboardings/{onboarding}/agenda",
        summary="What will happen by itself",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found", "refused"),
    )
    async def get_agenda(onboarding: OnboardingId) -> AgendaShown:
        """The soonest first. The workflow is asked, so this needs Temporal and a worker."""
        await known(parts, onboarding)
        entries = await (await parts.door()).ask(onboarding, "agenda")
        return AgendaShown.model_validate({"items": entries})

    @router.get(
        "/onboardings/{onboarding}/why/{key:path}",
        summary="Why a date is that date, why something happened or has not",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    async def get_why(
        onboarding: OnboardingId,
        key: Annotated[
            str,
            Path(
                description="key of a milestone, a stage, an issue, a criterion, or an entry of the agenda or journal",
                min_length=1,
                max_length=500,
            ),
        ],
    ) -> WhyShown:
        """The past comes from the journal, the present from the workflow if it can be asked."""
        why = await look_into(onboarding, key, engine=parts.engine, ledger=parts.ledger, door=parts.door)
        return WhyShown(
            key=key,
            now=why.now,
            date=tuple(why.date),
            happened=tuple(why.entries),
            notices=tuple(NoticeShown.model_validate(mail.model_dump()) for mail in why.mails),
        )

    @router.get(
        "/onboardings/{onboarding}/journal",
        summary="The journal: everything that has happened",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    def list_journal(onboarding: OnboardingId, limit: Limit = 50, cursor: Cursor = None) -> JournalShown:
        """Entries in the order in which they were written, the oldest first."""
        after = number_after("journal", cursor) or 0
        parts.ledger.dossier(onboarding)
        page = journal_page(parts.engine, onboarding, after=after, limit=limit)
        return JournalShown(items=page.rows, next=cursor_of("journal", page.after))

    @router.get(
        "/onboardings/{onboarding}/notices",
        summary="What was written to whom",
        openapi_extra=needs("onboardings:read"),
        responses=problems("not-found"),
    )
    def list_notices(
        onboarding: OnboardingId, state: NoticeState | None = None, limit: Limit = 50, cursor: Cursor = None
    ) -> NoticesShown:
        """Notices, the newest first; people stand there by their ids, and the texts are left out."""
        before = number_after("notices", cursor)
        parts.ledger.dossier(onboarding)
        page = notice_page(parts.engine, onboarding, state=state, before=before, limit=limit)
        return NoticesShown(items=page.rows, next=cursor_of("notices", page.before))

    return router


def shown(parts: WebParts, onboarding: str) -> OnboardingShown:
    """The onboarding in full, as the API shows it. Raises UnknownOnboarding."""
    standing = one(parts.engine, onboarding)
    dossier = parts.ledger.dossier(onboarding)
    agreed = parts.ledger.baseline(onboarding, dossier.playbook)
    deal = dossier.deal
    record = HandOffRecord(
        completeness=completeness(deal), missing=missing_from_hand_off(deal), custom=dict(deal.custom)
    )
    ui = parts.settings.temporal_ui
    link = f"{ui}/namespaces/{namespace()}/workflows/{onboarding}" if ui else None
    others = tuple(OtherOfAccount(**dict(other)) for other in also_of_account(parts.engine, onboarding))
    return OnboardingShown(
        **dict(standing),
        also_of_account=others,
        hand_off=record,
        time_zone=dossier.calendar.time_zone,
        temporal_ui=link,
        meetings=tuple(SqlMeetings(parts.engine).of(onboarding)),
        phase_2=phase_2(standing.registers),
        baseline=shown_beside(agreed, standing.milestones, dossier.calendar),
    )


async def known(parts: WebParts, onboarding: str) -> None:
    """Raise UnknownOnboarding unless the store has that onboarding: Temporal also has workflows that are none."""
    await asyncio.to_thread(parts.ledger.dossier, onboarding)
