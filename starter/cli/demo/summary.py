"""How did the demo end? A summary from the read model, the mails and the journal."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from domain.notice import DIGEST
from domain.record import Dossier
from domain.wording import day_in_words
from starter.cli.answers import count, in_words, plain, status_text, table
from starter.cli.installation import Installation
from starter.cli.room import address_of_pages

if TYPE_CHECKING:
    from starter.doors.onboardings import Run
    from store.reads import OnboardingInFull


def show_summary(
    out: Console, installation: Installation, onboarding: "OnboardingInFull", *, dossier: Dossier, programme: "Run"
) -> None:
    """Print planned and real dates of milestones, mails by kind, the length of the journal, and where the mails are."""
    from store.reads import journal, notices

    calendar = dossier.calendar
    rows: list[tuple[Text | str, ...]] = []
    for milestone in onboarding.milestones:
        due = calendar.day_of(milestone.due)
        real = calendar.day_of(milestone.at) if milestone.at else None
        reached = day_in_words(real) if real else milestone.status
        rows.append((milestone.key, day_in_words(due), reached, _difference((real - due).days if real else 0)))
    out.print()
    out.print(table("Milestones", ("milestone", "due", "reached", ""), rows, whole=("milestone", "due")))
    mails = notices(installation.engine, onboarding.onboarding, limit=100_000)
    news = [mail for mail in mails if mail.kind != DIGEST]
    kinds = Counter(mail.kind for mail in news if mail.state == "sent")
    out.print()
    sent = ", ".join(f"{in_words(kind)} {number}" for kind, number in kinds.most_common())
    messages = len({mail.message_id for mail in news if mail.state == "sent"})
    states = Counter(mail.state for mail in news)
    others = "".join(f", {number} {state}" for state, number in states.items() if state != "sent")
    entries = len(journal(installation.engine, onboarding.onboarding))
    out.print(Text.assemble(("status       ", "dim"), status_text(onboarding.status)))
    out.print(Text.assemble(("mails        ", "dim"), plain(f"{messages} sent{others}; what was sent in them: {sent}")))
    out.print(Text.assemble(("journal      ", "dim"), count(entries, "row")))
    out.print(Text.assemble(("what follows ", "dim"), plain(f"{programme.onboarding} ({programme.status.lower()})")))
    out.print(Text.assemble(("mails in     ", "dim"), plain(installation.settings.mail_folder)), soft_wrap=True)


def show_health(out: Console, installation: Installation, onboarding: str, *, name: str) -> int | None:
    """Print the customer's score, what costs it most, and where the desk says why. Returns the score as it is shown."""
    from starter.doors.health import outlook_of

    outlook = outlook_of(installation.engine, onboarding, now=datetime.now(UTC), day_length=installation.day_length)
    score = "no score yet" if outlook.shown is None else f"health {outlook.shown} of 100, {outlook.band}"
    worst = next(iter(outlook.raise_most), None)
    why = f"; what costs most: {worst.title}, {worst.value:g} {worst.unit} (target {worst.target:g})" if worst else ""
    flags = f"; {count(len(outlook.flags), 'red flag')} up" if outlook.flags else ""
    out.print(Text.assemble(("health       ", "dim"), plain(f"{name}: {score}{flags}{why}")), soft_wrap=True)
    if address := address_of_pages(installation):
        out.print(plain(f"             {address}/desk/onboardings/{onboarding}/figures", "dim"), soft_wrap=True)
    return outlook.shown


def _difference(days: int) -> Text:
    """A difference in words: `3 days early`, `1 day late`; empty for zero."""
    if days > 0:
        return plain(f"{count(days, 'day')} late", "red")
    return plain(f"{count(-days, 'day')} early" if days else "", "dim")
