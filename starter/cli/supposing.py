"""What would follow if something were so? Asked of a running onboarding and shown; nothing is told or written."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter, validators
from pydantic import ValidationError
from rich.console import Console

from domain.refusal import what_is_wrong
from domain.rehearsal.difference import MailChange
from domain.rehearsal.supposing import AHEAD, FURTHEST_AHEAD, Shift, Supposition, WhatIf
from starter.cli.answers import answer, count, day_text, in_words, plain, table
from starter.cli.installation import installation_at
from starter.cli.news import draw_moved
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.cli.times import day
from starter.trouble import InvalidNews


async def what_if(
    onboarding: Onboarding,
    *,
    milestone: str | None = None,
    slips: str | None = None,
    to: str | None = None,
    update: str | None = None,
    news: str | None = None,
    days: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=FURTHEST_AHEAD))] = AHEAD,
    where: Where = NOWHERE,
) -> None:
    """What would follow if a milestone slipped, or anything else were told? A copy of the onboarding is asked.

    Parameters
    ----------
    milestone
        The key of a milestone that comes on another day.
    slips
        Working days that it comes later, like 10d.
    to
        The day on which it comes instead, like 2027-01-29.
    update
        Any update in place of a milestone that slips, like pause.
    news
        The fields of that update as JSON, like '{"reason": "Stocktaking"}'.
    days
        For how many days the mails are shown.
    """
    from starter.doors.trying import supposed

    fields = {"milestone": milestone, "slips": slips, "to": day(to, field="to"), "update": update, "days": days}
    supposition = _read({**fields, "news": _parsed(news)})
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    people = {person.id: person.name for person in installation.ledger.dossier(onboarding).people}
    result = await supposed(await installation.door(), onboarding, supposition)
    answer(where.json, result.model_dump(mode="json"), lambda out: _draw(out, result, people))


def _parsed(news: str | None) -> Any:
    try:
        return None if news is None else json.loads(news)
    except ValueError:
        raise InvalidNews('is no JSON object like {"reason": "Stocktaking"}', field="news") from None


def _read(fields: dict[str, Any]) -> Supposition:
    try:
        return Supposition.model_validate(fields)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise InvalidNews(reason, field=field) from None


def _draw(out: Console, result: WhatIf, people: dict[str, str]) -> None:
    moves = "It would move:" if result.moved else "No date would move."
    out.print(plain(f"Nothing was told or written. {moves}"))
    draw_moved(out, result.moved)
    dates = (("go-live", result.go_live), ("hand-off from", result.hand_off_from), ("hand-off by", result.hand_off_by))
    for name, shift in dates:
        if shift.was or shift.now:
            out.print(plain(f"  {name:<14} {_shifted(shift)}"))
    if result.ending:
        out.print(plain(f"  it would end: {in_words(result.ending)}"))
    out.print()
    out.print(plain(f"Mails until {day_text(result.until)}, if nobody reports anything:", "bold"))
    changes, escalations = count(len(result.mails), "change"), count(len(result.escalations), "escalation")
    out.print(plain(f"{changes}, {escalations} among them; {result.same} as they come anyway"))
    if result.mails:
        out.print(table("Mails that change", ("day", "to", "what", "how"), [_row(one, people) for one in result.mails]))


def _row(mail: MailChange, people: dict[str, str]) -> Sequence[str]:
    how = {"moved": f"else on {_day(mail.before)}", "gone": "would not come", "new": "new"}[mail.fate]
    what = f"{in_words(mail.kind)} {mail.about}".strip()
    return _day(mail.after or mail.before), people.get(mail.to, mail.to), what, f"{how}; {mail.why}".removesuffix("; ")


def _shifted(shift: Shift) -> str:
    if shift.was == shift.now:
        return f"{_day(shift.now)}, as now"
    return f"{_day(shift.now)} instead of {_day(shift.was)}"


def _day(on: date | None) -> str:
    return day_text(on) if on else "none"
