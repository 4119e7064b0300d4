"""How do the onboardings stand? Lists them, and shows one in full."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators
from rich.console import Console
from rich.text import Text

from domain.baseline import BaselineShown, shown_beside
from domain.calendar import WorkCalendar
from domain.deal import completeness, missing_from_hand_off
from domain.record import OnboardingStatus
from domain.rules.casting import doers
from domain.rules.record_keeping import phase_2
from domain.text import Text as Title
from domain.text import in_language
from domain.titles import titles_of
from domain.wording import custom_in_words
from starter.cli.answers import (
    answer,
    count,
    day_of,
    draw_facts,
    in_words,
    moment_of,
    plain,
    status_text,
    table,
    titled,
)
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.particulars import LAST_NEWS, draw_flags, draw_news, draw_people, draw_tasks, named, open_tasks
from starter.trouble import WrongOption

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from domain.record import MilestoneRow, RegisterRow
    from domain.write_back import WriteBackLine
    from store.ledger import SqlLedger
    from store.reads import OnboardingInFull, OnboardingLine, PortfolioPage
    from store.versions import UnderWay

SHOWN_RISKS = 5
PAUSE: Mapping[str, Title] = {"resume": "the end of the pause"}
"""What a paused onboarding waits for; no playbook has a title for it."""


def portfolio(
    *,
    status: Annotated[OnboardingStatus | None, Parameter(help="How it stands, or how it ended.")] = None,
    stage: Annotated[str | None, Parameter(help="A stage's key: only onboardings in which it is open.")] = None,
    owner: Annotated[str | None, Parameter(help="A staff handle.")] = None,
    late: Annotated[bool, Parameter(help="Only those with something overdue.")] = False,
    open: Annotated[bool, Parameter(help="Only those that have not ended.")] = False,
    limit: Annotated[int, Parameter(help="The most rows to show.", validator=validators.Number(gte=1))] = 50,
    after: Annotated[str | None, Parameter(help="The last id of the page before.")] = None,
    where: Where = NOWHERE,
) -> None:
    """List onboardings: status, go-live, how late each is, what it waits for."""
    from store.reads import calendars
    from store.reads import portfolio as read
    from store.versions import under_way

    installation = installation_at(where)
    _refuse_unknown(installation, stage=stage, owner=owner)
    page = read(
        installation.engine,
        status=status,
        stage=stage,
        owner=owner,
        late_only=late,
        # What has ended is late for nobody any more.
        open_only=open or late,
        limit=limit,
        after=after,
    )
    filtered = any((status, stage, owner, late, open, after))
    by_id = calendars(installation.engine, [line.onboarding for line in page.lines])
    days = _days_late(installation, page.lines, by_id)
    lines = [{**line.model_dump(mode="json"), "days_late": days.get(line.onboarding, 0)} for line in page.lines]
    versions = under_way(installation.engine)
    document = {"lines": lines, "after": page.after, "versions": [one.model_dump() for one in versions]}

    def drawn(out: Console) -> None:
        _list(out, page, days, by_id, titles=_titles_of_waits(installation.ledger, page.lines), filtered=filtered)
        _draw_versions(out, versions)

    answer(where.json, document, drawn)


def _titles_of_waits(ledger: "SqlLedger", lines: "Sequence[OnboardingLine]") -> Mapping[str, Mapping[str, Title]]:
    """What each onboarding calls what it waits for, by id and key: its playbook's words, and the titles of issues."""
    versions: dict[str | None, Playbook | None] = {None: None}
    titles: dict[str, Mapping[str, Title]] = {}
    for line in (one for one in lines if one.waiting_for):
        if line.playbook_hash not in versions:
            versions[line.playbook_hash] = ledger.playbook(line.playbook_hash or "")
        playbook = versions[line.playbook_hash] or ledger.dossier(line.onboarding).playbook
        titles[line.onboarding] = {**titles_of(playbook), **PAUSE}
        if not titles[line.onboarding].keys() >= set(line.waiting_for):
            raised = {row.key: row.title for row in ledger.registers(line.onboarding) if row.kind == "issue"}
            titles[line.onboarding] = {**raised, **titles[line.onboarding]}
    return titles


def _draw_versions(out: Console, versions: "Sequence[UnderWay]") -> None:
    """By which versions those of a playbook are under way, where it is more than one."""
    for playbook in dict.fromkeys(one.playbook for one in versions):
        by = [f"{one.onboardings} by {one.version[:12]}" for one in versions if one.playbook == playbook]
        if len(by) > 1:
            out.print(plain(f"{playbook}: {', '.join(by)}", "dim"), soft_wrap=True)


def _days_late(
    installation: Installation, lines: "Sequence[OnboardingLine]", by_id: Mapping[str, WorkCalendar]
) -> dict[str, int]:
    """Working days since the first of what is overdue was due, by onboarding; as mails count them."""
    days: dict[str, int] = {}
    for line in lines:
        calendar, due = by_id.get(line.onboarding), line.late_since
        if calendar is not None and due is not None:
            today = calendar.day_of(installation.business_now(line.as_of))
            days[line.onboarding] = calendar.working_days_between(calendar.day_of(due), today)
    return days


def _refuse_unknown(installation: Installation, *, stage: str | None, owner: str | None) -> None:
    """Raise WrongOption for an unknown stage or owner, naming the known ones: a typing error must not look like "none".

    An owner who left the staff, and a stage that a playbook lost, are still known while onboardings have them.
    """
    from store.reads import portfolio as read

    if stage is not None:
        stages = list(dict.fromkeys(stage.key for book in installation.library.usable() for stage in book.stages))
        if stage not in stages and not read(installation.engine, stage=stage, limit=1).lines:
            raise WrongOption(f"--stage: {stage!r} is no stage; there are: {', '.join(stages)}")
    if owner is not None:
        handles = [member.handle for member in installation.staff().members]
        if owner not in handles and not read(installation.engine, owner=owner, limit=1).lines:
            raise WrongOption(f"--owner: {owner!r} is no staff handle; there are: {', '.join(handles)}")


def _list(
    out: Console,
    page: "PortfolioPage",
    days: Mapping[str, int],
    by_id: Mapping[str, WorkCalendar],
    *,
    titles: Mapping[str, Mapping[str, Title]],
    filtered: bool,
) -> None:
    if not page.lines:
        hint = "no onboarding fits these filters" if filtered else "no onboarding yet; start one: day90 start DEAL.json"
        out.print(hint)
        return
    columns = ("customer", "status", "go-live", "days late", "owner")
    zones = {id: calendar.time_zone for id, calendar in by_id.items()}
    rows = [_line(line, days.get(line.onboarding), zones.get(line.onboarding, "UTC")) for line in page.lines]
    out.print(
        table(
            "Onboardings",
            columns,
            rows,
            whole=("go-live",),
            below=[_below(line, titles.get(line.onboarding, {})) for line in page.lines],
        )
    )
    out.print()
    late = sum(1 for line in page.lines if line.late and line.ending is None)
    out.print(plain(f"{count(len(page.lines), 'onboarding')}, {late or 'none'} late", "dim"))
    if page.after:
        out.print(plain(f"more: --after {page.after}", "dim"))


def _line(line: "OnboardingLine", days: int | None, zone: str) -> Sequence[Text | str]:
    late = plain(days, "red") if days is not None else plain("")
    return plain(line.account, "bold"), status_text(line.status), _go_live(line, zone), late, line.owner


def _go_live(line: "OnboardingLine", zone: str) -> str:
    """The customer's day for which it is planned; whoever has opened and waits for none is live, unless it ended."""
    if line.go_live_due is not None:
        return day_of(line.go_live_due, zone)
    return "live" if line.as_of is not None and line.ending is None else "–"


def _below(line: "OnboardingLine", titles: Mapping[str, Title]) -> Sequence[Text]:
    """Its id, as every command takes it, and what it waits for, by titles: the keys have `day90 show`."""
    named = [(in_language(titles.get(key, key), "en"), key in line.late) for key in line.waiting_for]
    waits = Text(", ").join([plain(title, "red" if late else "") for title, late in named])
    waiting = [Text.assemble(("waits for ", "dim"), waits)] if line.waiting_for else []
    return [plain(line.onboarding, "dim"), *waiting]


def show(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """Show one onboarding in full: plan, people, tasks, registers, last news, what comes next."""
    from starter.cli.meetings import draw_meetings
    from store.meetings import SqlMeetings
    from store.reads import also_of_account, news, one
    from store.write_backs import SqlWriteBacks

    installation = installation_at(where)
    standing = one(installation.engine, installation.meant(onboarding))
    others = also_of_account(installation.engine, standing.onboarding)
    zone = installation.zone(standing.onboarding)
    dossier = installation.ledger.dossier(standing.onboarding)
    deal, calendar = dossier.deal, dossier.calendar
    agreed = installation.ledger.baseline(standing.onboarding, dossier.playbook)
    baseline = shown_beside(agreed, standing.milestones, calendar)
    people = {person.id: person for person in dossier.people}
    acting = doers(dossier, installation.staff(), standing.owner) if standing.owner else {}
    now = installation.business_now(standing.as_of)
    day = (min(now, standing.ended_at or now) - deal.closed_at).days
    tasks, told = open_tasks(standing.registers), news(installation.engine, standing.onboarding, limit=LAST_NEWS)
    meetings = SqlMeetings(installation.engine).of(standing.onboarding)
    missing = missing_from_hand_off(deal)
    link = installation.link(standing.onboarding)
    crm = SqlWriteBacks(installation.engine).of(standing.onboarding)
    document = {
        **standing.model_dump(mode="json"),
        "day": day,
        "people": [person.model_dump(mode="json") for person in dossier.people],
        "responsible": {key: named(ids, people) for key, ids in acting.items()},
        "meetings": [one.model_dump(mode="json") for one in meetings],
        "open_tasks": [row.model_dump(mode="json") for row in tasks],
        "last_news": [entry.model_dump(mode="json") for entry in told],
        "time_zone": zone,
        "temporal_ui": link,
        "also_of_account": [other.onboarding for other in others],
        "write_back": crm.model_dump(mode="json") if crm else None,
        "phase_2": [row.model_dump(mode="json") for row in phase_2(standing.registers)],
        "baseline": baseline.model_dump(mode="json") if baseline else None,
        "hand_off": {"completeness": completeness(deal), "missing": list(missing), "custom": deal.custom},
    }

    def drawn(out: Console) -> None:
        owner = people[standing.owner].name if standing.owner in people else None
        draw(
            out,
            standing,
            zone=zone,
            link=link,
            crm=crm,
            owner_from=deal.owner_from,
            baseline=baseline,
            day=day,
            owner=owner,
            acting=acting,
        )
        draw_people(out, dossier.people)
        draw_tasks(out, tasks, today=calendar.day_of(now))
        draw_flags(out, standing.registers, dossier.playbook, today=calendar.day_of(now))
        draw_meetings(out, meetings, people, zone=zone)
        draw_registers(out, standing.registers, zone=zone)
        draw_news(out, told, zone=zone)
        draw_next(out, standing, titles=titles_of(dossier.playbook), zone=zone)
        lacks = f"; missing: {', '.join(missing)}" if missing else ""
        out.print(plain(f"hand-off record {completeness(deal):.0%} complete{lacks}"))
        for name, value in custom_in_words(deal.custom):
            out.print(plain(f"  {name}: {value}"), soft_wrap=True)
        for other in others:
            out.print(plain(f"the same customer's: {_other(other, zone)}"))
        for person in deal.stakeholders:
            if person.known_from:
                source = f"{person.name} ({in_words(person.role)}) is known from {person.known_from}"
                out.print(plain(source))

    answer(where.json, document, drawn)


def _other(other: "OnboardingLine", zone: str) -> str:
    ended = f" since {day_of(other.ended_at, zone)}" if other.ended_at else ""
    stages = f" ({', '.join(in_words(stage) for stage in other.open_stages)})" if other.open_stages else ""
    return f"{other.onboarding}, {in_words(other.status)}{ended}{stages}, owner {other.owner or 'not assigned yet'}"


def draw(
    out: Console,
    onboarding: "OnboardingInFull",
    *,
    zone: str,
    link: str | None,
    crm: "WriteBackLine | None" = None,
    owner_from: str | None = None,
    baseline: BaselineShown | None = None,
    day: int,
    owner: str | None,
    acting: Mapping[str, Sequence[str]],
) -> None:
    """Print how an onboarding stands and its plan, with dates in the customer's time zone."""
    out.print(Text.assemble(plain(onboarding.account, "bold"), "  ", status_text(onboarding.status), f", day {day}"))
    handle = f"{owner} ({onboarding.owner})" if owner else onboarding.owner
    facts = [
        ("onboarding", onboarding.onboarding),
        ("owner", f"{handle}, as in {owner_from}" if owner_from else handle),
        ("playbook", onboarding.playbook),
        ("dates in", zone),
    ]
    if onboarding.first_value_at:
        facts.append(("first value", _first_value(onboarding, zone)))
    if onboarding.ended_at:
        facts.append(("ended", f"{in_words(onboarding.ending or '')} on {day_of(onboarding.ended_at, zone)}"))
    if baseline:
        facts.append(("plan agreed", f"{day_of(baseline.agreed_at, zone)}, {_slip_in_all(baseline)}"))
    if link:
        facts.append(("Temporal UI", link))
    if crm:
        facts.append((f"in {crm.source}", _written_back(crm, zone)))
    draw_facts(out, facts, width=12)
    moved = {slip.milestone: slip.days for slip in baseline.milestones if slip.days} if baseline else {}
    columns = ("milestone", "due", "state", *(("slip",) if moved else ()), "who")
    for stage in onboarding.stages:
        out.print()
        milestones = [milestone for milestone in onboarding.milestones if milestone.stage == stage.key]
        rows = [
            (
                *_milestone(milestone, late=milestone.key in onboarding.late, zone=zone),
                *((_slip(moved.get(milestone.key)),) if moved else ()),
                ", ".join(acting.get(milestone.key, ())) if milestone.status == "open" else "",
            )
            for milestone in milestones
        ]
        title = f"{stage.title}: {stage.key} ({in_words(stage.status)})"
        out.print(table(title, columns, rows, whole=("milestone", "due")))


def draw_next(out: Console, onboarding: "OnboardingInFull", *, titles: Mapping[str, Title], zone: str) -> None:
    """Print what it waits for, and what comes by itself, with the titles of its playbook."""
    out.print()
    if onboarding.waiting_for:
        out.print(plain(f"waits for: {', '.join(titled(key, titles) for key in onboarding.waiting_for)}"))
    if onboarding.next_key:
        by_itself = titled(onboarding.next_key, titles)
        out.print(plain(f"next by itself: {by_itself}, {day_of(onboarding.next_due, zone)}"))
    out.print(plain("more of it: day90 agenda, journal, mails, issue list, task list;", "dim"))
    out.print(plain("why a date is that date: day90 why, with a key of those above", "dim"))


def _slip(days: int | None) -> str:
    return f"{days:+d}" if days else ""


def _slip_in_all(baseline: BaselineShown) -> str:
    """How far the plan is from what was agreed, in working days, by the milestone that is furthest from it."""
    furthest = max((slip.days for slip in baseline.milestones), default=0)
    return f"at most {count(furthest, 'working day')} later since" if furthest > 0 else "nothing is later since"


def _first_value(onboarding: "OnboardingInFull", zone: str) -> str:
    days = onboarding.days_to_first_value or 0
    return f"{count(days, 'day')} after the close, on {day_of(onboarding.first_value_at, zone)}"


def _written_back(crm: "WriteBackLine", zone: str) -> str:
    """Whether the CRM's record is up to date, and if not, why."""
    tried = f", last tried {moment_of(crm.at, zone)}" if crm.at else ""
    if crm.state == "written":
        return f"written {moment_of(crm.at, zone)}" if crm.at else "nothing to write yet"
    if crm.state == "refused":
        return f"not written: {crm.reason}{tried}"
    return f"not written yet{f': {crm.reason}' if crm.reason else ''}{tried}"


def _milestone(milestone: "MilestoneRow", *, late: bool, zone: str) -> Sequence[Text | str]:
    if milestone.status != "open":
        state = plain(f"{milestone.status} {day_of(milestone.at, zone)}", "green")
    elif late:
        state = plain("late", "red")
    else:
        state = plain("open, optional" if milestone.optional else "open")
    return milestone.key, day_of(milestone.due, zone), state


def draw_registers(out: Console, registers: Sequence["RegisterRow"], *, zone: str) -> None:
    put_off = phase_2(registers)
    for register, title in (("issue", "Issues"), ("scope_change", "Scope changes"), ("win", "Wins")):
        listed = [row for row in registers if row.kind == register and row not in put_off]
        rows = [(row.key, row.status, day_of(row.at, zone), row.title) for row in listed]
        if rows:
            out.print()
            out.print(table(title, ("key", "status", "since", "title"), rows, whole=("key",)))
    if put_off:
        out.print()
        later = [(row.key, day_of(row.at, zone), _effort(row), row.title) for row in put_off]
        out.print(table("For phase 2", ("key", "since", "effort", "title"), later, whole=("key",)))
    risks = [row for row in registers if row.kind == "risk" and row.status == "open"]
    if risks:
        risks.sort(key=lambda row: -int(row.data.get("score") or 0))
        gravest = [(row.key, str(row.data.get("score") or "–"), row.title) for row in risks[:SHOWN_RISKS]]
        more = f", the {SHOWN_RISKS} gravest" if len(risks) > SHOWN_RISKS else ""
        out.print()
        out.print(table(f"Risks ({count(len(risks), 'open one')}{more})", ("key", "score", "title"), gravest))


def _effort(row: "RegisterRow") -> str:
    """The days of work that were named with a change of scope."""
    days = row.data.get("effort_days")
    return f"{days:g} d" if days else "–"
