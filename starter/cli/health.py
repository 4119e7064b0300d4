"""How healthy is a customer, and what would lift the score? Of an onboarding, or of figures in a file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from domain.measure.health import half_up
from starter.cli.answers import answer, count, in_words, plain, table
from starter.cli.files import why_unread
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Where
from starter.trouble import UnreadableFile, WrongOption

if TYPE_CHECKING:
    from domain.measure.given import GivenCustomer
    from domain.measure.health import Health, HealthPart
    from domain.measure.targets import IndicatorSeen, TargetSeen
    from starter.doors.health import LastLook, Outlook
    from store.evaluations import EvaluatedWeek

COLOURS = {"green": "bold green", "amber": "bold yellow", "red": "bold red"}


def health(customer: str, *, playbook: str | None = None, where: Where = NOWHERE) -> None:
    """How healthy is a customer? A score from 0 to 100, what it is made of, and what would lift it most.

    Parameters
    ----------
    customer
        An onboarding: its id, the deal's id, or a part of the customer's name that only one has. Or a JSON file with
        figures, like examples/health/customer-a.json; then no server and no store is needed.
    playbook
        For a file: whose score is computed. [default: the file's own word, else that of the largest deals]
    """
    from starter.doors.health import outlook_of

    path = Path(customer)
    if path.suffix == ".json" or path.is_file():
        given, result = _of_file(path, playbook, where)
        name = given.customer or path.name
    elif playbook is not None:
        raise WrongOption("--playbook: is for figures in a file; an onboarding has its own playbook")
    else:
        installation = installation_at(where)
        onboarding = installation.meant(customer)
        name = installation.ledger.dossier(onboarding).deal.account.name
        outlook = outlook_of(installation.engine, onboarding, now=datetime.now(UTC), day_length=installation.day_length)
        answer(where.json, outlook.model_dump(mode="json"), lambda out: _draw_all(out, name, outlook))
        return
    answer(where.json, result.model_dump(mode="json"), lambda out: _draw(out, name, result))


def _of_file(path: Path, playbook: str | None, where: Where) -> "tuple[GivenCustomer, Health]":
    """What the file says and the score by it. Raises UnreadableFile, UnknownPlaybook, Refused."""
    from domain.measure.given import facts_of, read_customer
    from domain.measure.health import health
    from domain.playbook import content_hash

    given = read_customer(_read(path))
    library = installation_at(where).library
    rules = library.get(playbook or given.playbook or library.choose(None))
    return given, health(rules, facts_of(given, rules), hashed=content_hash(rules))


def _read(path: Path) -> Any:
    if reason := why_unread(path):
        raise UnreadableFile(f"{path}: {reason}")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise UnreadableFile(f"{path}: is no JSON: {error}") from None


def _draw_all(out: Console, name: str, outlook: "Outlook") -> None:
    _draw(out, name, outlook)
    out.print()
    if not outlook.flags:
        out.print(plain("No red flag is up.", "bold"))
    for flag in outlook.flags:
        up = "since today" if not flag.days else f"for {count(flag.days, 'day')}, since day {flag.since}"
        out.print(plain(f"{flag.title} ({flag.category}), up {up}", "bold red"))
        out.print(plain(f"  {flag.correction_title}: {' '.join(flag.steps)}"))
    if outlook.alarm:
        out.print(plain("Together they are an alarm: begin the correction, and tell the manager.", "bold"))
    out.print()
    rows = [_of_target(target) for target in outlook.targets if target.state != "not_due"]
    rows += [_of_week(week) for week in outlook.indicators if week.state != "not_due"]
    if rows:
        out.print(table("Targets and weeks that have come", ("what", "how it stands", "is", "wanted"), rows))
    if outlook.last:
        out.print(plain(_since(outlook.last, outlook)))
        out.print()
    if outlook.history:
        columns = ("week from", "score", "band", "known", "flags that were up", "note")
        weeks = map(_of_past_week, reversed(outlook.history))
        out.print(table("Week by week, the last one first", columns, weeks, whole=("week from",)))
    ahead = sum(target.state == "not_due" for target in outlook.targets)
    if ahead:
        out.print(plain(f"{count(ahead, 'target')} not due yet."))


def _since(last: "LastLook", outlook: "Outlook") -> str:
    """How today's score stands against the one that was kept."""
    on = f"{last.at:%Y-%m-%d}"
    if last.shown == outlook.shown:
        return f"The last look, on {on}, came to the same."
    was = "no score" if last.shown is None else f"{last.shown} of 100, {last.band}"
    why = "figures have come since" if last.has_news else "days have gone by since"
    return f"The last look, on {on}, came to {was}; {why}."


def _of_past_week(week: "EvaluatedWeek") -> tuple[str, ...]:
    score = "not known" if week.score is None else f"{half_up(week.score)}"
    flags = ", ".join(in_words(flag.key) for flag in week.flags)
    known = "" if week.known is None else f"{100 * week.known:.0f} %"
    alarm = f"{flags} (alarm)" if week.alarm else flags
    return week.week.isoformat(), score, week.band or "", known, alarm, week.note or ""


def _of_target(target: "TargetSeen") -> tuple[str, ...]:
    wanted = f"at least {target.at_least:g}" if target.at_least is not None else ""
    wanted = f"below {target.below:g}" if target.below is not None else wanted
    value = "" if target.value is None else f"{target.value:g}"
    return target.title, _stands(target.state, target.colour), value, f"{wanted} {target.unit}".strip()


def _of_week(week: "IndicatorSeen") -> tuple[str, ...]:
    lacks = f"not yet: {', '.join(map(in_words, week.lacks))}" if week.lacks else ""
    return f"Week {week.week}: {week.title}", _stands(week.state, week.colour), "", lacks


def _stands(state: str, colour: str | None) -> str:
    return f"{in_words(state)}, {colour}" if colour not in (None, "green") else in_words(state)


def _draw(out: Console, name: str, result: "Health") -> None:
    known = f"{100 * result.confidence:.0f} % of what is due is known"
    if result.shown is None:
        out.print(plain(f"{name}: no score, since only {known}", "bold"))
    else:
        between = f"; between {result.lowest:.0f} and {result.highest:.0f}, whatever the rest is"
        style = COLOURS[result.band or "red"]
        out.print(plain(f"{name}: {result.shown} of 100, {result.band}", style))
        out.print(plain(known + (between if result.confidence < 1 else "")))
    out.print()
    columns = ("part", "is", "worth 80", "points", "of", "as of", "from")
    out.print(table(f"By {result.playbook} {result.playbook_hash[:12]}", columns, map(_row, result.parts)))
    if result.raise_most:
        out.print()
        out.print(plain("What would lift it most:", "bold"))
    for one in result.raise_most:
        then = f"the score would be {one.score_then:.0f}"
        out.print(plain(f"  {one.title}: from {one.value:g} to {one.target:g} {one.unit}: {then}"))


def _row(part: "HealthPart") -> tuple[str, ...]:
    if part.state == "capped":
        return part.title, count(int(part.value or 0), "issue"), "", f"{part.points:.1f}", "", "", ""
    target = f"{part.target:g} {part.unit}"
    if part.state == "unknown":
        return part.title, "not measured", target, "", "", "", ""
    if part.state == "not_due":
        counts = f"counts from day {part.due_on}" if part.due_on is not None else "does not count yet"
        return part.title, counts, target, "", "", "", ""
    since = part.since.date().isoformat() if part.since else ""
    return part.title, f"{part.value:g}", target, f"{part.points:.1f}", f"{part.weight:.1f}", since, part.origin or ""
