"""How is an onboarding written down? As rows of the journal, the read model and the registers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from domain.agenda.picture import late, status, waiting_for
from domain.agenda.state import Entry, Fact, State
from domain.agenda.timing import next_entry
from domain.attention import Attention
from domain.calendar import WorkCalendar
from domain.news import BY_RULE
from domain.plan import Plan
from domain.playbook import Playbook
from domain.record import AttendanceRow, JournalRow, MilestoneRow, RegisterRow, StageRow, Standing

NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


def journal(
    facts: Sequence[Fact], entries: Sequence[Entry], now: datetime, *, more: Mapping[str, Mapping[str, Any]] = NOTHING
) -> list[JournalRow]:
    """One row of the journal for every fact, and for every entry that was acted on, with `more` data by its key."""
    rows = [
        JournalRow(
            key=fact.key,
            at=fact.at,
            kind=fact.kind,
            about=fact.about,
            by=fact.by,
            via=fact.via,
            proved=fact.proved,
            note=fact.note,
            data=fact.data,
        )
        for fact in facts
    ]
    rows += [
        JournalRow(
            key=entry.key,
            at=now,
            kind=entry.rule,
            about=entry.about,
            data={"due": entry.due.isoformat(), **more.get(entry.key, {})},
        )
        for entry in entries
    ]
    return rows


def standing(
    state: State,
    plan: Plan,
    playbook: Playbook,
    calendar: WorkCalendar,
    now: datetime,
    *,
    attention: Attention | None = None,
) -> Standing:
    """The onboarding's row of the read model, as of `now`."""
    entry = next_entry(state)
    go_live = state.playing("go_live")
    valued_at = first_value_at(state)
    windows = {stage.key: (str(stage.opens_on), str(stage.closes_on)) for stage in plan.stages}
    return Standing(
        status=status(state, now),
        owner=state.owner,
        touch=state.touch,
        playbook=playbook.key,
        playbook_hash=state.playbook_hash or None,
        open_stages=tuple(stage.key for stage in state.stages if stage.status == "open"),
        waiting_for=tuple(waiting_for(state)),
        late=tuple(late(state, now)),
        next_key=entry.key if entry else None,
        next_due=entry.due if entry else None,
        go_live_due=go_live.due if go_live and not go_live.settled else None,
        first_value_at=valued_at,
        days_to_first_value=days_to_first_value(state, calendar, valued_at),
        ending=state.ending,
        ended_at=now if state.ending else None,
        as_of=now,
        stages=tuple(
            StageRow(
                key=stage.key,
                title=stage.title,
                status=stage.status,
                opens_on=opens_on,
                closes_on=closes_on,
            )
            for stage in state.stages
            for opens_on, closes_on in [windows.get(stage.key) or _lived(stage.key, state, calendar)]
        ),
        milestones=milestone_rows(state, plan),
        attention=attention,
    )


def _lived(stage: str, state: State, calendar: WorkCalendar) -> tuple[str, str]:
    """First and last day of a stage that is no part of the plan any more: of what was settled in it."""
    moments = [m.at or m.due for m in state.milestones if m.stage == stage]
    days = sorted(str(calendar.day_of(moment)) for moment in moments)
    return (days[0], days[-1]) if days else ("", "")


def milestone_rows(state: State, plan: Plan) -> tuple[MilestoneRow, ...]:
    """The milestones as the read model has them, each with the reasons for its date."""
    planned = {milestone.key: milestone for milestone in plan.milestones}
    return tuple(
        MilestoneRow(
            key=milestone.key,
            stage=milestone.stage,
            title=milestone.title,
            status=milestone.status,
            due=milestone.due,
            at=milestone.at,
            reasons=planned[milestone.key].reasons_in_json if milestone.key in planned else (),
            optional=milestone.optional,
        )
        for milestone in state.milestones
    )


def first_value_at(state: State) -> datetime | None:
    """When the customer had the first value; None before, where it was waived, and where no milestone stands for it."""
    first = state.playing("first_value")
    return first.at if first is not None and first.status == "reached" else None


def days_to_first_value(state: State, calendar: WorkCalendar, at: datetime | None) -> int | None:
    """Calendar days in the customer's zone from the close to the first value, as the plan counts its days."""
    if at is None or state.closed_at is None:
        return None
    return (calendar.day_of(at) - calendar.day_of(state.closed_at)).days


def registers(facts: Sequence[Fact]) -> list[RegisterRow]:
    """What the facts change in the registers of issues, risks, wins, scope changes, tasks, flags and corrections.

    An empty title keeps the one that is there, and `data` is laid over what is there: facts tell only what changed.
    """
    return [row for fact in facts for row in register_rows(fact)]


def merged(rows: Iterable[RegisterRow]) -> list[RegisterRow]:
    """One row about each thing, from rows in the order of events.

    An empty title, or a value of None, keeps that of the rows before.
    """
    standing: dict[tuple[str, str], RegisterRow] = {}
    for row in rows:
        before = standing.get((row.kind, row.key), row)
        given = {name: value for name, value in row.data.items() if value is not None}
        values = {"title": row.title or before.title, "data": {**row.data, **before.data, **given}}
        standing[row.kind, row.key] = row.model_copy(update=values)
    return list(standing.values())


def register_rows(fact: Fact | JournalRow) -> list[RegisterRow]:
    """What that fact, or a row of the journal that tells it, changes in the registers."""
    if fact.kind == "resumed":
        days, corrected = fact.data.get("tasks") or {}, fact.data.get("corrections") or {}
        return [
            *(_task(fact, key, status="open", due=day) for key, day in days.items()),
            *(_correction(fact, key, status="open", due=day) for key, day in corrected.items()),
        ]
    if fact.kind == "correction_opened":
        return [*(_flag(fact, key, status="up") for key in fact.data["raised"]), _opened(fact)]
    if fact.kind == "correction_closed":
        closed = _correction(fact, fact.about, status=fact.data["outcome"], closed_by=fact.by, closed_at=_day(fact))
        return [*(_flag(fact, key, status="down") for key in fact.data["lowered"]), closed]
    row = _register_row(fact)
    return [row] if row is not None else []


def attendance(facts: Iterable[Fact]) -> list[AttendanceRow]:
    """What people have answered to invitations, by those facts."""
    return [
        AttendanceRow(
            meeting=fact.about,
            occasion=fact.data["occasion"] or "",
            person=fact.data["person"],
            answer=fact.data["answer"],
            sequence=fact.data["sequence"],
            at=fact.at,
        )
        for fact in facts
        if fact.kind == "attendance_told"
    ]


def newest_answers(rows: Iterable[AttendanceRow]) -> list[AttendanceRow]:
    """Of each person's answers to each meeting that which counts: to the highest version, and of several the latest."""
    newest: dict[tuple[str, str, str], AttendanceRow] = {}
    for row in rows:
        there = newest.setdefault((row.meeting, row.occasion, row.person), row)
        if (row.sequence, row.at) >= (there.sequence, there.at):
            newest[row.meeting, row.occasion, row.person] = row
    return list(newest.values())


def _task(fact: Fact | JournalRow, key: str, *, title: str = "", status: str, **data: Any) -> RegisterRow:
    return RegisterRow(kind="task", key=key, title=title, status=status, at=fact.at, data=data)


def _flag(fact: Fact | JournalRow, key: str, *, status: str) -> RegisterRow:
    names = ("category", "since", "figures", "reason")
    data = {name: fact.data.get(name) for name in names} if status == "up" else {}
    judged = {"judged": fact.via != BY_RULE, "raised_by": fact.by or ""} if status == "up" else {}
    return RegisterRow(kind="flag", key=key, title="", status=status, at=fact.at, data={**data, **judged})


def _correction(fact: Fact | JournalRow, key: str, *, status: str, **data: Any) -> RegisterRow:
    return RegisterRow(kind="correction", key=key, title="", status=status, at=fact.at, data=data)


def _opened(fact: Fact | JournalRow) -> RegisterRow:
    names = ("category", "flags", "since", "figures", "reason", "owner", "due")
    data = {name: fact.data.get(name) for name in names}
    by_rule = fact.via == BY_RULE
    return _correction(
        fact, fact.about, status="open", **data, by_rule=by_rule, opened_by=fact.by, opened_at=_day(fact)
    )


def _day(fact: Fact | JournalRow) -> str:
    return str(fact.at.date())


def _register_row(fact: Fact | JournalRow) -> RegisterRow | None:
    title = str(fact.data.get("title") or "")
    data: dict[str, Any]
    match fact.kind:
        case "issue_raised" | "issue_judged_anew" | "issue_acknowledged" | "issue_resolved" | "issue_not_solved":
            words = {"issue_acknowledged": "open", "issue_resolved": "resolved"}
            data = {"severity": fact.data.get("severity"), fact.kind: fact.at.isoformat()}
            status = words.get(fact.kind, "open")
            return RegisterRow(kind="issue", key=fact.about, title=title, status=status, at=fact.at, data=data)
        case "risk_recorded":
            data = {n: v for n, v in fact.data.items() if n not in ("title", "closed", "evidence")}
            if "probability" in data and "impact" in data:
                data["score"] = data["probability"] * data["impact"]
            status = "came_true" if fact.data.get("came_true") else "closed" if fact.data.get("closed") else "open"
            return RegisterRow(kind="risk", key=fact.about, title=title, status=status, at=fact.at, data=data)
        case "win_recorded":
            data = {name: fact.data[name] for name in ("slot", "baseline", "result")}
            win = f"win-{fact.key.rpartition('/')[2]}"
            return RegisterRow(kind="win", key=win, title=title, status="shown", at=fact.at, data=data)
        case "scope_change_requested":
            data = {"effort_days": fact.data["effort_days"]}
            return RegisterRow(
                kind="scope_change", key=fact.about, title=title, status="waiting", at=fact.at, data=data
            )
        case "scope_change_decided":
            data = {"reason": fact.data["reason"], "by": fact.by}
            return RegisterRow(
                kind="scope_change",
                key=fact.about,
                title=title,
                status=fact.data["decision"],
                at=fact.at,
                data=data,
            )
        case "task_added":
            data = {"due": fact.data["due"], "owner": fact.data["owner"], "given_by": fact.by}
            return _task(fact, fact.about, title=title, status="open", **data)
        case "task_changed":
            data = {"due": fact.data["due"], "owner": fact.data["owner"]}
            return _task(fact, fact.about, title=title, status="open", **data)
        case "task_closed":
            return _task(fact, fact.about, status=fact.data["outcome"], closed_by=fact.by)
        case _:
            return _of_corrections(fact)


def _of_corrections(fact: Fact | JournalRow) -> RegisterRow | None:
    match fact.kind:
        case "flag_raised":
            return _flag(fact, fact.about, status="up")
        case "flag_lowered":
            return _flag(fact, fact.about, status="down")
        case "correction_changed":
            data = {name: fact.data[name] for name in ("due", "owner", "cause")}
            return _correction(fact, fact.about, status="open", **data)
        case "correction_escalated":
            # Whoever had it has it no more; its day is set in the same turn.
            return _correction(fact, fact.about, status="open", level=fact.data["level"], owner="")
        case _:
            return None


def phase_2(rows: Iterable[RegisterRow]) -> tuple[RegisterRow, ...]:
    """The changes of scope that were put off until after the onboarding, in the order of `rows`."""
    return tuple(row for row in rows if row.kind == "scope_change" and row.status == "phase_2")


def shipped_risks(playbook: Playbook, at: datetime) -> list[RegisterRow]:
    """The risks that every onboarding of this playbook starts with (RSK-P)."""
    return [
        RegisterRow(
            kind="risk",
            key=risk.key,
            title=risk.title if isinstance(risk.title, str) else risk.title.get("en", risk.key),
            status="open",
            at=at,
            data={
                "probability": risk.probability,
                "impact": risk.impact,
                "score": risk.probability * risk.impact,
                "owner": risk.owner,
            },
        )
        for risk in playbook.risks
    ]
