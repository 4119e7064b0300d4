"""Who hears of red flags and course corrections, and by when is a correction to have helped? Our own people alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from domain.agenda.corrections import undated
from domain.agenda.state import CorrectionState, Fact
from domain.measure import in_words
from domain.naming import honoured
from domain.notice import Notice, task_slot
from domain.playbook import Correction, Playbook, RedFlag, Rung
from domain.record import RegisterRow
from domain.rules.briefing import Briefing, present
from domain.rules.record_keeping import merged, registers
from domain.text import in_language

Notices = list[Notice]
What = Literal["opened", "given", "escalated"]


# --- days


def set_days(briefing: Briefing) -> dict[str, date]:
    """Set by when each correction is to have helped that has no day yet, as the playbook has it; by its id."""
    due: dict[str, date] = {}
    for correction in undated(briefing.state):
        definition = _definition(briefing, correction)
        later = timedelta(days=definition.days if definition else Correction.model_fields["days"].default)
        due[correction.key] = briefing.calendar.working_day_from(briefing.today + later)
    briefing.state.tasks.update(due)
    return due


def rows(due: Mapping[str, date], now: datetime) -> list[RegisterRow]:
    """What those days change in the register."""
    return [
        RegisterRow(kind="correction", key=key, title="", status="open", at=now, data={"due": str(day)})
        for key, day in due.items()
    ]


# --- what is told


def raised(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> Notices:
    """To the owner, in the list of their morning."""
    open_one = _open_for(briefing, fact.data["category"])
    definition = correction_for(briefing.playbook, fact.data["category"], [fact.about])

    def facts(_: str, language: str) -> dict[str, Any]:
        return {
            "up": True,
            **_flag(briefing, fact.about, _row_of(fact), language),
            "raised_by": briefing.called([fact.by], language),
            "correction": open_one.key if open_one else "",
            "steps": _steps(briefing, definition, language),
        }

    return _to(briefing, "red_flag", [briefing.state.owner], fact, facts)


def lowered(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> Notices:
    open_one = _open_for(briefing, fact.data["category"])
    row = _flags(briefing).get(fact.about)

    def facts(_: str, language: str) -> dict[str, Any]:
        return {
            "up": False,
            **_flag(briefing, fact.about, row, language),
            "reason": fact.data.get("reason") or "",
            "correction": open_one.key if open_one else "",
        }

    return _to(briefing, "red_flag", [briefing.state.owner], fact, facts)


def opened(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> Notices:
    """To whoever has it, the owner and the manager: why, since when, what is done, by when."""
    return _told(briefing, fact, "opened", [_doer(briefing, fact.about), briefing.state.owner, *briefing.managers])


def changed(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> Notices:
    """To whoever has it from now on."""
    return _told(briefing, fact, "given", [_doer(briefing, fact.about)]) if fact.data.get("owner") else []


def escalated(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> Notices:
    """To whoever takes it over, and to those who answer for the customer."""
    return _told(briefing, fact, "escalated", [_doer(briefing, fact.about), *briefing.managers, briefing.state.owner])


def closed(briefing: Briefing, fact: Fact, _: Mapping[str, str]) -> Notices:
    row = briefing.tasks.get(fact.about)
    since = str(row.data.get("opened_at") or "") if row else ""

    def facts(_: str, language: str) -> dict[str, Any]:
        return {
            "correction": fact.about,
            "title": title_of(briefing, row, language),
            "outcome": fact.data["outcome"],
            "cause": str(row.data.get("cause") or "") if row else "",
            "since": since,
            "closed_by": briefing.called([fact.by], language, among_us=True),
            "note": fact.note or "",
        }

    return _to(briefing, "correction_closed", [briefing.state.owner, *briefing.managers], fact, facts)


def remind(
    briefing: Briefing, row: RegisterRow, *, slot: str, occurrence: str, reminds: bool, rungs: Sequence[Rung]
) -> Notices:
    """To whoever has it, to the owner once it is overdue, and up the ladder of what is ours."""
    due = briefing.state.tasks[row.key]
    late = briefing.calendar.working_days_between(due, briefing.today)
    doer = _doer(briefing, row.key)
    above = [id for rung in rungs for place in rung.to for id in _place(briefing, place)]
    below = [doer, *([briefing.state.owner] if late > 0 else [])] if reminds else []
    people = [*below, *above]
    return present(
        briefing.notice(
            "correction_due", id, f"{slot}/{occurrence}",
            {
                "correction": row.key,
                "title": title_of(briefing, row, briefing.language_of(id)),
                "due": str(due),
                "days": late,
                "responsible": "" if id == doer else briefing.called([doer], briefing.language_of(id)),
            },
            about=row.key, while_open=task_slot(row.key), collapses=True,
        )
        for id in dict.fromkeys(people)
    )  # fmt: skip


def _place(briefing: Briefing, place: str) -> list[str]:
    """Whom a rung means where what is late is ours: nobody of the customer's is asked to clear our way."""
    match place:
        case "owner":
            return [briefing.state.owner]
        case "owner_manager":
            return briefing.managers
        case _:
            return briefing.playing("executive")


# --- what they say


def as_work(briefing: Briefing, key: str) -> tuple[str, str]:
    """Who has that correction, as far as its own level says so, and what is done, in the language of the playbook."""
    correction = briefing.state.correction(key)
    definition = _definition(briefing, correction) if correction else None
    return _doer(briefing, key), briefing.say(definition.title, "en") if definition else key


def correction_for(playbook: Playbook, category: str, flags: Iterable[str]) -> Correction | None:
    """What the playbook does about those flags, or about others of the category; None where it names nothing."""
    by_key = {flag.key: flag for flag in playbook.red_flags}
    named = [by_key[key] for key in flags if key in by_key and by_key[key].category == category]
    others = [flag for flag in playbook.red_flags if flag.category == category]
    keys = [flag.correction for flag in (*named, *others)]
    return next((one for key in keys for one in playbook.corrections if one.key == key), None)


def title_of(briefing: Briefing, row: RegisterRow | None, language: str) -> str:
    """What is done, in the playbook's words; the correction's id where it has none."""
    if row is None:
        return ""
    definition = correction_for(briefing.playbook, str(row.data.get("category")), row.data.get("flags") or ())
    return briefing.say(definition.title, language) if definition else row.key


def flag_title(playbook: Playbook, key: str, language: str) -> str:
    """The flag in the playbook's words; its name, spelled out, where people have made it up."""
    flag = next((flag for flag in playbook.red_flags if flag.key == key), None)
    return in_language(flag.title, language) if flag else key.replace("_", " ")


def _told(briefing: Briefing, fact: Fact, what: What, people: Iterable[str]) -> Notices:
    row, due = briefing.tasks.get(fact.about), briefing.state.tasks.get(fact.about)
    if row is None or due is None:
        # Closed in the same breath: nobody has to begin.
        return []
    return _to(
        briefing, "correction_opened", people, fact,
        lambda id, language: {
            "what": what,
            "yours": id == _doer(briefing, row.key),
            "due": str(due),
            **_particulars(briefing, row, fact, language),
        },
        while_open=task_slot(row.key),
    )  # fmt: skip


def _particulars(briefing: Briefing, row: RegisterRow, fact: Fact, language: str) -> dict[str, Any]:
    flags, doer = _flags(briefing), _doer(briefing, row.key)
    keys = row.data.get("flags") or ()
    definition = correction_for(briefing.playbook, str(row.data["category"]), keys)
    return {
        "correction": row.key,
        "title": title_of(briefing, row, language),
        "category": row.data["category"],
        "flags": [_flag(briefing, key, flags.get(key), language) for key in keys],
        "reason": row.data.get("reason") or "",
        "steps": _steps(briefing, definition, language),
        "responsible": honoured(briefing.name(doer, language), briefing.person(doer), language, among_us=True),
        "cause": row.data.get("cause") or "",
        "note": fact.note or "",
    }


def _steps(briefing: Briefing, definition: Correction | None, language: str) -> list[str]:
    return [briefing.say(step, language) for step in definition.steps] if definition else []


def _flag(briefing: Briefing, key: str, row: RegisterRow | None, language: str) -> dict[str, Any]:
    """A flag with what speaks for it, as it was when it went up."""
    definition: RedFlag | None = next((one for one in briefing.playbook.red_flags if one.key == key), None)
    data = row.data if row else {}
    figures = data.get("figures") or {}
    since = data.get("since") or (str(briefing.calendar.day_of(row.at)) if row else "")
    rule = definition.rule if definition and definition.rule and not data.get("judged") else ""
    return {
        "flag": key,
        "title": flag_title(briefing.playbook, key, language),
        "category": data.get("category") or (definition.category if definition else ""),
        "since": since,
        "figures": in_words.lines(rule, figures, language),
        "reason": data.get("reason") or "",
    }


def _flags(briefing: Briefing) -> dict[str, RegisterRow]:
    """The rows of the flags, with what has just happened."""
    rows = merged([*briefing.registers, *registers(briefing.state.pending)])
    return {row.key: row for row in rows if row.kind == "flag"}


def _row_of(fact: Fact) -> RegisterRow:
    return next(row for row in registers([fact]) if row.kind == "flag")


def _open_for(briefing: Briefing, category: str) -> CorrectionState | None:
    return next((one for one in briefing.state.corrections if one.category == category), None)


def _definition(briefing: Briefing, correction: CorrectionState) -> Correction | None:
    row = briefing.tasks.get(correction.key)
    return correction_for(briefing.playbook, correction.category, row.data.get("flags") or () if row else ())


def _doer(briefing: Briefing, key: str) -> str:
    """Whoever of ours has it: who was named, else the owner, or those above once it has not helped.

    Never anybody of the customer's, who would read what we think of them.
    """
    row, correction = briefing.tasks.get(key), briefing.state.correction(key)
    named = str(row.data.get("owner") or "") if row else ""
    if named and briefing.team.member(named) is not None:
        return named
    if correction is None or correction.level == 0:
        return briefing.state.owner
    definition = _definition(briefing, correction)
    above = definition.escalates_to if definition else ("owner_manager", "executive")
    place = above[min(correction.level, len(above)) - 1] if above else "owner_manager"
    people = briefing.managers if place == "owner_manager" else briefing.playing("executive")
    return people[0] if people else briefing.state.owner


def _to(
    briefing: Briefing,
    kind: Literal["red_flag", "correction_opened", "correction_closed"],
    people: Iterable[str],
    fact: Fact,
    facts: Callable[[str, str], dict[str, Any]],
    *,
    while_open: str | None = None,
) -> Notices:
    """One notice to each, in their language; nobody hears of what they did themselves."""
    return present(
        briefing.notice(
            kind, id, fact.key, facts(id, briefing.language_of(id)), about=fact.about, while_open=while_open
        )
        for id in dict.fromkeys(people)
        if not briefing.are_one(id, fact.by)
    )  # fmt: skip
