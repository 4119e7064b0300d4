"""How is a rehearsal shown in a terminal? Figures of all scenarios, what changes, which budgets break; one in full."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from domain.playbook import Budgets
from domain.rehearsal.budgets import in_words
from domain.rehearsal.report import DateGroup, Rehearsal, grouped, grouped_dates, hours_over, loads
from domain.rehearsal.story import Story
from domain.wording import day_in_words
from starter.cli.answers import count, plain, table
from starter.cli.answers import in_words as plainly

GROUPS_SHOWN = 25
"""Kinds of changes that a person reads through; the page and JSON have them all."""


def draw(out: Console, result: Rehearsal, budgets: Budgets | None, *, page: Path | None) -> None:
    """Print the answer of `day90 rehearse`."""
    against = f", against {result.against.named}" if result.against else ""
    out.print(plain(f"{result.playbook.named}: {count(len(result.stories), 'scenario')} rehearsed{against}", "bold"))
    out.print()
    if len(result.stories) == 1:
        _draw_story(out, result.stories[0])
    else:
        _draw_stories(out, result.stories)
        _draw_loads(out, result.on_time or result.stories, bool(result.on_time))
    if result.against is not None:
        _draw_changes(out, result)
    _draw_what_is_open(out, result)
    _draw_budgets(out, result, budgets)
    if page is not None:
        out.print(plain(f"the page: {page}", "dim"), soft_wrap=True)


def _draw_stories(out: Console, stories: Sequence[Story]) -> None:
    rows = [
        (
            story.scenario,
            _after(story.went_live_after),
            _after((story.ended_on - story.closed_on).days if story.ended_on else None),
            str(len(story.messages_to("customer"))),
            str(sum(mail.side == "customer" for mail in story.asks)),
            str(len(story.escalations)),
            str(story.longest_silence),
        )
        for story in stories
    ]
    columns = ("scenario", "live", "ends", "mails", "asks", "escalated", "silence")
    out.print(table("What people live through, in days and in mails to the customer", columns, rows))
    out.print()


def _draw_loads(out: Console, stories: Sequence[Story], on_time: bool) -> None:
    when = "with everything in time" if on_time else "in these scenarios"
    rows = [
        (
            plainly(load.role),
            _span(load.least, load.most),
            str(load.asks),
            str(load.most_a_week),
            str(load.most_a_day),
        )
        for load in loads(stories)
    ]
    out.print(table(f"Mails to one person, {when}", ("role", "mails", "asks", "most a week", "a day"), rows))
    out.print()
    if hours := hours_over(stories):
        lines = [(one.side, plainly(one.role), _span(round(one.least), round(one.most))) for one in hours]
        out.print(table(f"Hours, {when}", ("side", "role", "hours"), lines))
        out.print()


def _draw_story(out: Console, story: Story) -> None:
    out.print(plain(f"{story.scenario}: {story.title}", "bold"))
    ended = f"{plainly(story.ending or '')} on {_day(story.ended_on)}" if story.ended_on else "it has not ended"
    out.print(plain(f"closed on {_day(story.closed_on)}, live on {_day(story.went_live)}; {ended}"))
    silence, mails = count(story.longest_silence, "day"), count(len(story.messages_to("customer")), "mail")
    out.print(plain(f"{mails} to the customer; the longest silence is {silence}"))
    out.print()
    rows = [
        (one.key, _day(one.planned), _day(one.due) if one.due != one.planned else "", _settled(one.settled, one.status))
        for one in story.milestones
    ]
    out.print(table("Dates", ("milestone", "planned", "moved to", "settled"), rows))
    out.print()
    gates = [(one.key, _day(one.opened), _day(one.closed)) for one in story.stages]
    out.print(table("Gates", ("stage", "opened", "closed"), gates))
    out.print()
    lines = [
        (_day(mail.on), mail.to, f"{'+ ' if mail.joined else ''}{plainly(mail.kind)}", mail.about)
        for mail in story.mails
    ]
    out.print(table("Mails", ("day", "to", "what", "about"), lines))
    out.print()
    if story.hours:
        hours = [(one.side, plainly(one.role), _span(round(one.least), round(one.most))) for one in story.hours]
        out.print(table("Hours", ("side", "role", "hours"), hours))
        out.print()


def _draw_changes(out: Console, result: Rehearsal) -> None:
    moved, gone, new = (result.total(fate) for fate in ("moved", "gone", "new"))
    head = f"Mails: {moved:,} moved, {gone:,} gone, {new:,} new, {result.same:,} the same"
    out.print(plain(head, "bold"))
    if not result.changed:
        out.print(plain("nobody would notice a difference"))
        out.print()
        return
    out.print(plain(f"in {count(len(result.changed), 'scenario')} of {len(result.stories)}"))
    out.print()
    if dates := grouped_dates(result.differences):
        rows = [(one.what, _moved(one), str(one.scenarios), one.why) for one in dates]
        out.print(table("Dates that change", ("date", "how", "scenarios", "why"), rows))
        out.print()
    if groups := grouped(result.differences):
        lines = [
            (f"{plainly(one.kind)} {one.about}".strip(), plainly(one.role), one.fate, str(one.mails), one.why)
            for one in groups[:GROUPS_SHOWN]
        ]
        out.print(table("Mails that change", ("what", "to", "how", "mails", "why"), lines))
        if (more := len(groups) - GROUPS_SHOWN) > 0:
            out.print(plain(f"and {more} more: --html or --json has them all", "dim"))
        out.print()
    if len(result.differences) == 1:
        single = [
            (_day(one.before), _day(one.after), one.to, f"{plainly(one.kind)} {one.about}".strip())
            for one in result.differences[0].mails
        ]
        out.print(table("Each of them", ("before", "now", "to", "what"), single))
        out.print()


def _draw_what_is_open(out: Console, result: Rehearsal) -> None:
    for story in result.unended:
        waits = ", ".join(plainly(one) for one in story.waits_for[:3])
        what = f"{story.scenario} has not ended after {count(story.days, 'day')}: it waits for {waits}"
        out.print(plain(what, "yellow"))
    if result.unended:
        out.print(plain("If that is not meant: give the scenario more `days`, or let somebody do what it waits for."))
        out.print()
    refused = [(story.scenario, one) for story in result.stories for one in story.refusals]
    for scenario, one in refused:
        out.print(plain(f"{scenario}: on {_day(one.on)} {one.what} did not happen: {one.reason}", "yellow"))
    if refused:
        out.print()


def _draw_budgets(out: Console, result: Rehearsal, budgets: Budgets | None) -> None:
    if budgets is None:
        out.print(plain("The playbook has no budgets.", "dim"))
        return
    for breach in result.breaches:
        out.print(plain(f"{breach.budget} is broken in {breach.scenario}: {breach.what}", "red"))
    if result.breaches:
        for number, budget in enumerate(budgets.mails):
            if any(breach.budget == f"budgets.mails[{number}]" for breach in result.breaches):
                out.print(plain(f"budgets.mails[{number}] allows {in_words(budget)}"))
        out.print(plain(f"{count(len(result.breaches), 'budget')} broken", "bold"))
        return
    out.print(plain("Every budget of the playbook holds.", "green"))


def _moved(group: DateGroup) -> str:
    if group.fate != "moved":
        return group.fate
    if group.least == group.most:
        return f"{count(abs(group.least), 'day')} {'later' if group.least > 0 else 'sooner'}"
    return f"{group.least:+d} to {group.most:+d} days"


def _settled(on: date | None, status: str) -> str:
    if on is None:
        return "open"
    return _day(on) if status == "reached" else f"{status} {_day(on)}"


def _after(days: int | None) -> str:
    return "–" if days is None else str(days)


def _day(day: date | None) -> str:
    return day_in_words(day) if day else "–"


def _span(least: int, most: int) -> str:
    return str(least) if least == most else f"{least}–{most}"
