"""How does news reach an onboarding over REST? One address for each kind, with that kind's own fields."""

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Body, Depends, Header, Request
from pydantic import BaseModel, Field, create_model

from domain.agenda import Progress
from domain.deal import Address
from domain.news import KINDS, remarks, sentence
from domain.playbook import content_hash
from domain.rehearsal.moving import MovedDate
from domain.wire import Instant, StrictWire, Wire
from playbooks.library import Library
from starter.doors.contacts import FACTS
from starter.doors.dates import dates_if, tell_with_dates
from starter.doors.onboardings import MAY_HAVE_A_TASK, OF_OURS
from starter.doors.registered import registered
from starter.web.api.answers import WRITING, OnboardingId, etag_of, problems
from starter.web.api.gate import api_router, key_of, key_parameter, needs
from starter.web.api.onboardings import known, shown
from starter.web.parts import WebParts
from starter.web.problems import Problem

SET_BY_US = ("via", "proved", "ignored")


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """An example of each update, with milestones and criteria of a playbook of day90's own, and its sample staff.

    Not of a company's playbook: its files may be broken, and the API must open all the same.
    """
    shipped = Library()
    playbook = shipped.get(shipped.choose(None))
    milestones = playbook.milestones
    signed = next((milestone.key for milestone in milestones if milestone.sign_off), milestones[0].key)
    kickoff = playbook.playing("kickoff") or milestones[0]
    go_live = playbook.playing("go_live") or milestones[0]
    vouched = next(one.key for one in playbook.hand_off.criteria if one.by == "attestation")
    judged = next(one for one in playbook.red_flags if one.found_by == "judgement")
    owner, manager, lead = "grace.lee", "nora.lindqvist", "project_lead"
    return {
        "reach_milestone": {"milestone": kickoff.key, "by": owner, "note": "All five points."},
        "reopen_milestone": {"milestone": kickoff.key, "by": owner, "reason": "The sponsor was missing."},
        "waive_milestone": {"milestone": kickoff.key, "by": manager, "reason": "Known from their pilot."},
        "sign_off": {"milestone": signed, "decision": "approve", "by": lead},
        "ask_sign_off": {"milestone": signed, "by": owner, "note": "Both dates now avoid your stocktaking."},
        "raise_issue": {"title": "Single sign-on fails", "severity": "high", "by": lead, "issue": "T-2041"},
        "acknowledge_issue": {"issue": "T-2041", "by": owner},
        "resolve_issue": {"issue": "T-2041", "by": owner},
        "dispute_issue": {"issue": "T-2041", "by": lead, "note": "It fails again since this morning."},
        "pause": {"reason": "Stocktaking", "by": owner},
        "resume": {"by": owner},
        "replan": {"milestone": go_live.key, "to": "2027-03-01", "reason": "Their fair comes first.", "by": owner},
        "reassign": {"owner": "jonas.weber", "reason": "On leave", "by": manager},
        "add_contact": {"name": "Ana Ruiz", "email": "ana.ruiz@pinecrest.example", "role": "champion", "by": owner},
        "correct_contact": {"person": "champion-2", "email": "a.ruiz@pinecrest.example", "by": owner},
        "replace_contact": {
            "person": lead,
            "name": "Ben Ito",
            "email": "ben.ito@pinecrest.example",
            "reason": "New job",
            "by": owner,
        },
        "remove_contact": {"person": "champion-2", "by": owner},
        "request_scope_change": {"title": "A second warehouse", "effort_days": 12, "request": "CR-7", "by": lead},
        "decide_scope_change": {"request": "CR-7", "decision": "phase_2", "by": manager},
        "record_risk": {"risk": "one_admin", "title": "One administrator", "probability": 3, "impact": 4, "by": owner},
        "record_win": {"title": "Orders without retyping", "slot": 30, "result": "40 minutes a day", "by": owner},
        "attest_criterion": {"criterion": vouched, "by": lead},
        "note": {"note": "Their new head of IT wants to see it first.", "by": owner},
        "add_task": {"title": "Send the list of carriers", "due": "2026-12-04", "owner": lead, "by": owner},
        "change_task": {"task": "task-1", "due": "2026-12-11", "by": owner},
        "close_task": {"task": "task-1", "by": lead},
        "raise_flag": {
            "flag": judged.key,
            "category": judged.category,
            "reason": "He no longer asks for the figures.",
            "by": owner,
        },
        "lower_flag": {"flag": judged.key, "by": owner},
        "open_correction": {"category": judged.category, "flags": [judged.key], "by": owner},
        "change_correction": {"correction": "correction-1", "cause": "motivation", "by": owner},
        "close_correction": {"correction": "correction-1", "outcome": "helped", "by": owner},
        "agree_slot": {"meeting": kickoff.key, "starts_at": "2026-11-12T10:00:00+01:00", "minutes": 45, "by": lead},
        "tell_attendance": {"meeting": kickoff.key, "answer": "accepted", "by": lead},
        "edit_draft": {"draft": "introduction", "text": "Welcome.\n\nYour kickoff is on Friday.", "by": owner},
        "send_draft": {"draft": "introduction", "by": owner},
        "stop_draft": {"draft": "introduction", "reason": "They have met already.", "by": owner},
        "end_onboarding": {"ending": "churned", "reason": "Insolvent", "by": manager},
        "change_playbook": {"to": content_hash(playbook), "reason": "Fewer mails", "by": manager},
        "take_back_ending": {"reason": "Another customer was meant.", "by": manager},
    }


class Told(Progress):
    """How the onboarding stands after the news, and the id of what the news opened."""

    issue: str | None = Field(None, description="of an issue that was raised")
    request: str | None = Field(None, description="of a scope change that was requested")
    task: str | None = Field(None, description="of a task that was added")
    correction: str | None = Field(None, description="of a course correction that has begun")
    moved: tuple[MovedDate, ...] = Field((), description="what re-planning or resuming has moved, with the reasons")


class WouldMove(Wire):
    """What a piece of news would move, and the day of a go-live that lies ahead then."""

    moved: tuple[MovedDate, ...]
    go_live_due: Instant | None = None


def news_routes(parts: WebParts) -> APIRouter:
    router = api_router("news")
    shown_by_kind = examples()
    for kind in KINDS:
        router.post(
            f"/onboardings/{{onboarding}}/news/{kind}",
            summary=sentence(kind).removesuffix("."),
            openapi_extra=needs("onboardings:write"),
            response_model=Told,
            response_description="how the onboarding stands now; `repeated` when it was known already",
            responses=problems(*WRITING, "wrong-media-type", "not-found", "refused", "precondition-failed"),
            name=kind,
            description=remarks(kind) or None,
            dependencies=[Depends(key_parameter)],
        )(_telling(parts, kind, example=shown_by_kind[kind]))
    router.post(
        "/onboardings/{onboarding}/dates-if/replan",
        summary="What would re-planning move? Nothing is told or written",
        openapi_extra=needs("onboardings:read"),
        response_model=WouldMove,
        response_description="the dates that would move, with the reasons",
        responses=problems("malformed", "too-large", "too-slow", "wrong-media-type", "not-found", "refused"),
        name="dates_if_replanned",
    )(_trying(parts, "replan", example=shown_by_kind["replan"]))
    return router


def _trying(parts: WebParts, kind: str, *, example: Mapping[str, Any]) -> Any:
    async def would_move(onboarding: OnboardingId, news: Any) -> WouldMove:
        await known(parts, onboarding)
        dates = await dates_if(await parts.door(), onboarding, kind, news.model_dump(mode="json", exclude_unset=True))
        return WouldMove(**dates._asdict())

    would_move.__annotations__["news"] = Annotated[body_of(kind), Body(examples=[dict(example)])]
    return would_move


@cache
def body_of(kind: str) -> type[BaseModel]:
    """The fields of that news as a sender may give them: unknown ones refused, and none of what we set ourselves."""
    fields: dict[str, Any] = {
        name: (field.annotation if not field.metadata else Annotated[field.annotation, *field.metadata], field)
        for name, field in KINDS[kind].model_fields.items()
        if name not in SET_BY_US
    }
    who = "a stakeholder's id, a staff handle, or the e-mail address of either"
    fields["by"] = (str | None, Field(None, description=who, max_length=254))
    if kind in MAY_HAVE_A_TASK:
        fields["owner"] = (str | None, Field(None, description=f"who has the task: {who}", max_length=254))
    if kind in OF_OURS:
        needed = KINDS[kind].model_fields["owner"].is_required()
        of_ours = "a staff handle, or that person's e-mail address"
        owner = Field(... if needed else None, description=of_ours, max_length=254)
        fields["owner"] = (str if needed else str | None, owner)
    if kind in FACTS and kind != "add_contact":
        fields["person"] = (str, Field(description="a contact's id, or their e-mail address", max_length=254))
    if "email" in fields:
        fields["email"] = (Address | None, Field(None, description="where their mail goes"))
    made: type[BaseModel] = create_model(KINDS[kind].__name__, __base__=StrictWire, **fields)
    return made


def _telling(parts: WebParts, kind: str, *, example: Mapping[str, Any]) -> Any:
    async def tell(
        request: Request,
        onboarding: OnboardingId,
        news: Any,
        if_match: Annotated[
            str | None, Header(description="ETag of the state that it is meant for; else 412", max_length=100)
        ] = None,
    ) -> Told:
        await known(parts, onboarding)
        if if_match is not None:
            await asyncio.to_thread(_refuse_unless_as_known, parts, onboarding, if_match)
        said: dict[str, Any] = news.model_dump(mode="json", exclude_unset=True)
        key = key_of(request)
        # Named here already: what it opened is found under this id, even when the same news is sent again.
        said["news_id"] = said.get("news_id") or (key.news_id if key else uuid4().hex)
        door = await parts.door()
        progress, moved = await tell_with_dates(door, parts.engine, onboarding, kind, said)
        opened = await registered(parts.engine, kind, said, progress)
        return Told.model_validate({**dict(progress), **opened, "moved": moved or ()})

    tell.__annotations__["news"] = Annotated[body_of(kind), Body(examples=[dict(example)])]
    tell.__doc__ = None
    return tell


def _refuse_unless_as_known(parts: WebParts, onboarding: str, etag: str) -> None:
    """Raises Problem when it was written anew since."""
    current = etag_of(shown(parts, onboarding).model_dump_json(by_alias=True).encode())
    if etag.strip() not in ("*", current):
        raise Problem(
            "precondition-failed", "read it again: it is not in that state any more", headers={"ETag": current}
        )
