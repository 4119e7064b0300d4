"""How is an onboarding started from the command line? With a deal file, from now or as of a day; or only planned."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from domain.calendar import WorkCalendar
from domain.deal import DealClosed
from domain.drafting import draft
from domain.plan import Course, Plan, PlannedMilestone, Reason
from domain.refusal import InvalidDeal
from domain.rules.admission import business_now, calendar_of, check_deal, read_deal
from domain.rules.closing import both_open
from domain.text import in_language
from domain.wording import reasons_in_words
from starter.cli.answers import answer, count, day_of, day_text, in_words, plain, table
from starter.cli.files import text_of, why_unread
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.times import moment

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from starter.doors.onboardings import Started
    from store.reads import OnboardingInFull

OPENS_WITHIN = 20.0
"""Seconds after which we say that no worker has taken it up yet; usually one is enough."""


async def start(
    deal: Path,
    *,
    as_of: Annotated[
        str | None, Parameter(help="Take up an onboarding that is already under way, as of this day.")
    ] = None,
    reached: Annotated[
        tuple[str, ...], Parameter(help="KEY or KEY=DATE of a milestone that was reached before; may be repeated.")
    ] = (),
    dry_run: Annotated[bool, Parameter(help="Only show the plan, with the reason for each date.")] = False,
    where: Where = NOWHERE,
) -> None:
    """Start the onboarding of a closed deal. A second start of the same deal changes nothing and says so.

    Parameters
    ----------
    deal
        A deal file: JSON as in examples/; /dev/stdin is what comes by a pipe.
    """
    raw = _with_options(read_file(deal), as_of=as_of, reached=reached)
    installation = installation_at(where)
    # Checked before connecting: a wrong file is refused even where nothing runs.
    closed, playbook, now = _checked(raw, installation)
    if dry_run:
        _show_plan(closed, playbook, installation, where, now)
        return
    from starter.doors.waiting_for_plan import drafted

    door = await installation.door()
    started = await door.start(raw)
    standing = await drafted(door, installation.engine, started.onboarding, within=OPENS_WITHIN)
    document = {
        **started.model_dump(mode="json"),
        "status": standing.status if standing else "opening",
        "ending": standing.ending if standing else None,
        "temporal_ui": installation.link(started.onboarding),
    }
    answer(where.json, document, lambda out: _show_start(out, installation, started, standing))


def read_file(path: Path) -> object:
    """The JSON value in a file, or on stdin. Raises InvalidDeal when it cannot be read or is no JSON."""
    if reason := why_unread(path):
        raise InvalidDeal(f"{path}: {reason}")
    try:
        return json.loads(text_of(path))
    except OSError as trouble:
        raise InvalidDeal(f"{path}: cannot be read: {trouble.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidDeal(f"{path}: is not written in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise InvalidDeal(f"{path}: is no JSON: {error}") from None


def _with_options(raw: object, *, as_of: str | None, reached: tuple[str, ...]) -> object:
    """The deal file with what the command line adds to it; dates are read in the customer's time zone."""
    if not (as_of or reached):
        return raw
    read, now = read_deal(raw), datetime.now(UTC)
    zone, closed_at = read.account.time_zone, read.closed_at
    assert isinstance(raw, dict), "read"
    taken_up = moment(as_of, zone=zone, now=now, closed_at=closed_at, field="as_of") if as_of else None
    added: list[dict[str, Any]] = []
    for option in reached:
        key, _, day = option.partition("=")
        field = f"reached.{key}"
        at = moment(day, zone=zone, now=now, closed_at=closed_at, field=field) if day else taken_up or now
        added.append({"milestone": key, "at": at.isoformat()})
    more: dict[str, Any] = {"as_of": taken_up.isoformat()} if taken_up else {}
    return {**raw, **more, "reached": [*raw.get("reached", []), *added]}


def _show_start(
    out: Console, installation: Installation, started: "Started", standing: "OnboardingInFull | None"
) -> None:
    onboarding, already, completed = started.onboarding, started.already, started.completed
    if already and standing is not None and standing.ended_at is not None:
        ended = f"{in_words(standing.ending or 'ended')} on {day_of(standing.ended_at, installation.zone(onboarding))}"
        out.print(plain(f"{onboarding} has ended ({ended}); nothing was started", "bold"))
        out.print(plain(f"all of it: day90 show {onboarding}", "dim"), soft_wrap=True)
        return
    words = "was started before; nothing was changed" if already else "started"
    if completed:
        words = f"was started before; its hand-off record got {', '.join(completed)}"
    out.print(plain(f"{onboarding} {words}", "bold"))
    if standing is None:
        out.print("no worker has taken it up yet; it waits: day90 up, or day90 worker")
        return
    zone = installation.zone(onboarding)
    out.print(plain(f"{standing.account}: owner {standing.owner}, playbook {standing.playbook}"))
    if standing.waiting_for:
        out.print(plain(f"waits for: {', '.join(standing.waiting_for)}"))
    if standing.go_live_due:
        out.print(plain(f"go-live due {day_of(standing.go_live_due, zone)}"))
    if standing.late:
        words = f"{count(len(standing.late), 'milestone')} overdue: {', '.join(standing.late)}"
        out.print(plain(words, "yellow"))
    out.print(plain(f"all of it: day90 show {onboarding}", "dim"), soft_wrap=True)
    if link := installation.link(onboarding):
        out.print(plain(f"Temporal UI: {link}", "dim"), soft_wrap=True)


def _checked(raw: object, installation: Installation) -> "tuple[DealClosed, Playbook, datetime]":
    """The deal, its playbook, and the business time at which it would start. Raises InvalidDeal."""
    deal = read_deal(raw)
    day_length = installation.stack.day_length if installation.stack else installation.settings.day_length
    now = business_now(deal, wall=datetime.now(UTC), day_length=day_length)
    playbook = check_deal(
        deal, library=installation.library, team=installation.staff(), calendars=installation.calendars, now=now
    )
    return deal, playbook, now


def _show_plan(deal: DealClosed, playbook: "Playbook", installation: Installation, where: Where, now: datetime) -> None:
    """Print the plan that a start would draft; nothing is stored, and nothing needs to run."""
    calendar = both_open(calendar_of(deal, installation.calendars), deal, ours=installation.staff().closures)
    reached = {before.milestone: before.at for before in deal.reached}
    plan = draft(playbook, deal, calendar, Course(reached=reached))
    overdue = [planned.key for planned in plan.milestones if planned.key not in reached and planned.due < now]
    document = {
        **plan.model_dump(mode="json"),
        "as_of": now.isoformat(),
        "reached": {key: at.isoformat() for key, at in reached.items()},
        "overdue": overdue,
    }
    answer(where.json, document, lambda out: _draw_plan(out, deal, playbook, plan, calendar, overdue=overdue, now=now))


def _draw_plan(
    out: Console,
    deal: DealClosed,
    playbook: "Playbook",
    plan: Plan,
    calendar: WorkCalendar,
    *,
    overdue: Sequence[str],
    now: datetime,
) -> None:
    titles = {milestone.key: in_language(milestone.title, "en") for milestone in playbook.milestones}
    reached = {before.milestone: before.at for before in deal.reached}
    zone = deal.account.time_zone
    guessed = " Days off are guessed: they differ within the country, and no subdivision is named." * calendar.guessed
    out.print(plain(f"{deal.account.name}, {playbook.key}: what a start would plan", "bold"))
    out.print(plain(f"closed on {day_of(deal.closed_at, zone)}, dates in {zone}; nothing was started.{guessed}", "dim"))

    def standing(planned: PlannedMilestone) -> str:
        if planned.key in reached:
            return f"reached on {day_of(reached[planned.key], zone)}"
        words = _why(planned.reasons, titles)
        if planned.key not in overdue:
            return words
        days = calendar.working_days_between(planned.on, calendar.day_of(now))
        return "; ".join([f"overdue by {count(days, 'working day')}", *([words] if words else [])])

    for stage in plan.stages:
        rows = [
            (planned.key, day_text(planned.on), _counted(planned.reasons, titles), standing(planned))
            for planned in plan.milestones
            if planned.stage == stage.key
        ]
        title = next(in_language(other.title, "en") for other in playbook.stages if other.key == stage.key)
        out.print()
        out.print(table(title, ("milestone", "due", "day", "note"), rows, whole=("due",)))
    out.print()
    hand_off = f"hand-off from {day_of(plan.hand_off_from, zone)}, by {day_of(plan.hand_off_by, zone)}"
    out.print(plain(f"{count(len(plan.milestones), 'milestone')}; {hand_off}"))
    if reached or overdue:
        out.print(plain(f"as of {day_of(now, zone)}: {len(reached)} reached, {len(overdue)} overdue"))


def _counted(reasons: Sequence[Reason], titles: Mapping[str, str]) -> str:
    """The day that was counted to, like `60` or `Go-live + 14`; empty for a date that was not counted."""
    for reason in reasons:
        if reason.kind == "counted":
            day, anchor = reason.detail["day"], reason.detail["anchor"]
            return f"{day}" if anchor == "close" else f"{titles.get(anchor, anchor)} + {day}"
    return ""


def _why(reasons: Sequence[Reason], titles: Mapping[str, str]) -> str:
    """How a date came about; empty when it is simply the day that was counted to."""
    if [reason.kind for reason in reasons] in ([], ["counted"]):
        return ""
    return "; ".join(reasons_in_words(tuple(reasons), dict(titles)))
