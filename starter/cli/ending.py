"""What will follow when an onboarding ends? Shown, and asked, before it is told."""

from typing import TYPE_CHECKING, Any

from rich.console import Console

from domain.legible import legible
from domain.news import HANDED_OVER, OnboardingEnded
from starter.cli.answers import console, in_words, plain
from starter.cli.asking import ask
from starter.cli.installation import installation_at
from starter.cli.options import Details, Where
from starter.trouble import WrongOption

if TYPE_CHECKING:
    from starter.doors.trying import Tried


async def ask_before_the_end(where: Where, onboarding: str, details: Details, **fields: Any) -> None:
    """Show who would be written to and how long it could be taken back, and ask. Raises Refused, WrongOption."""
    from starter.doors.trying import tried

    if where.json:
        raise WrongOption("a program cannot be asked: add --yes")
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    door = await installation.door()
    news = {**details.fields(), **fields}
    news.pop("at", None)
    announced = (await tried(door, onboarding, "end_onboarding", news)).news
    ended = await tried(door, onboarding, "end_onboarding", {**news, "grace_hours": 0.0})
    assert isinstance(announced, OnboardingEnded)
    out = console()
    _show_what_follows(out, onboarding, ended, announced)
    ask(out, "End it?")


def _show_what_follows(out: Console, onboarding: str, ended: "Tried", announced: OnboardingEnded) -> None:
    people = {person.id: legible(person.name) for person in ended.dossier.people}
    receivers = ", ".join(dict.fromkeys(people.get(notice.to, notice.to) for notice in ended.to_customer))
    told = f"at the customer's it is told to {receivers}" if receivers else "the customer hears nothing of it"
    steps = ["no reminder, meeting or report follows, and what waits to be sent is withdrawn"]
    if announced.ending in HANDED_OVER:
        steps.append("the success programme begins")
    account = legible(ended.dossier.deal.account.name)
    out.print(plain(f"{account} would end: {in_words(announced.ending)}", "bold"), soft_wrap=True)
    if hours := announced.grace_hours:
        span = "one working hour" if hours == 1 else f"{hours:g} working hours"
        out.print(plain(f"  for {span} it can be taken back: day90 take-back {onboarding}"), soft_wrap=True)
        out.print(plain("  meanwhile no new reminder or invitation is written; what was written before still goes"))
        out.print(plain("  the owner and their manager hear of it at once"))
        out.print(plain(f"  then {told}"), soft_wrap=True)
    else:
        out.print(plain(f"  at once, and for good: {told}"), soft_wrap=True)
    for step in steps:
        out.print(plain(f"  {step}"), soft_wrap=True)
