"""How is an onboarding given to another owner, or all those of somebody? The latter with a preview."""

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from domain.refusal import Refused
from domain.rules.handing_on import Caution, cautions
from domain.team import Member, Team
from starter.cli.answers import answer, count, in_words, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where
from starter.trouble import NotFound, NotReachable, WrongOption

if TYPE_CHECKING:
    from store.reads import OnboardingLine

TOLD_EVERY = 25
"""Onboardings between two lines of progress: each takes a turn of its workflow."""
Handle = Annotated[str | None, Parameter(help="A staff handle, or that person's e-mail address.")]


async def reassign(
    onboarding: Onboarding | None = None,
    owner: Handle = None,
    *,
    all_of: Annotated[
        str | None, Parameter(help="Give away all open onboardings of that owner; a handle, even of one who has left.")
    ] = None,
    to: Handle = None,
    yes: Annotated[bool, Parameter(help="Do it; without this --all-of only shows what would go to whom.")] = False,
    reason: Annotated[str | None, Parameter(help="The reason; it is recorded and passed on.")] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    if all_of is None:
        new = to or owner
        if onboarding is None or new is None:
            raise WrongOption("reassign: name the onboarding and its new owner, or --all-of HANDLE --to HANDLE")
        await tell(where, onboarding, "reassign", details, owner=new, reason=reason)
        return
    if onboarding is not None or to is None:
        raise WrongOption("reassign: with --all-of name nothing but --to, the handle of the new owner")
    await _reassign_all(where, all_of, to, details, reason=reason, yes=yes)


async def _reassign_all(where: Where, before: str, to: str, details: Details, *, reason: str | None, yes: bool) -> None:
    from starter.doors.people import member

    installation = installation_at(where)
    team = installation.staff()
    now = team.member(member(to, team=team, field="to"))
    assert now is not None, "checked"
    if now.handle == before:
        raise WrongOption(f"--to: {before} owns them already: name who takes them over")
    lines = _open_ones_of(installation, before, team)
    has = len(_pages(installation, now.handle))
    against = _cautions(installation, lines, now, has=has)
    document = {
        "owner": before,
        "to": now.handle,
        "onboardings": [line.onboarding for line in lines],
        "cautions": against,
        "dry_run": not yes,
    }
    if not yes:
        answer(where.json, document, lambda out: _preview(out, lines, before, now, against))
        return
    failed: dict[str, str] = {}
    door = await installation.door()
    news = {**details.fields(), "owner": now.handle, "reason": reason}
    for number, line in enumerate(lines, start=1):
        try:
            await door.tell(line.onboarding, "reassign", {k: v for k, v in news.items() if v is not None})
        except (Refused, NotFound, NotReachable) as error:
            failed[line.onboarding] = str(error)
        if number % TOLD_EVERY == 0 and not where.json:
            print(f"{number} of {len(lines)} given to {now.handle}", file=sys.stderr)
    answer(where.json, {**document, "failed": failed}, lambda out: _done(out, lines, before, now, failed))


def _open_ones_of(installation: Installation, owner: str, team: Team) -> list["OnboardingLine"]:
    """The open onboardings of that owner, who need not be of the staff any more. Raises WrongOption."""
    lines = _pages(installation, owner)
    if not lines and team.member(owner) is None:
        raise WrongOption(f"--all-of: {owner!r} is nobody of the staff and owns no onboarding that is open")
    return lines


def _pages(installation: Installation, owner: str) -> list["OnboardingLine"]:
    from store.reads import portfolio

    lines: list[OnboardingLine] = []
    after: str | None = None
    while True:
        page = portfolio(installation.engine, owner=owner, open_only=True, limit=100, after=after)
        lines += page.lines
        if (after := page.after) is None:
            return lines


def _cautions(installation: Installation, lines: list["OnboardingLine"], now: Member, *, has: int) -> list[str]:
    """What speaks against it, in sentences."""
    languages = {installation.ledger.dossier(line.onboarding).deal.account.language for line in lines}
    tiers = {line.touch for line in lines}
    each = cautions(now, has=has, tiers=tiers, languages=languages, gets=len(lines))
    return [_sentence(one, now.handle) for one in each]


def _sentence(one: Caution, handle: str) -> str:
    match one.what:
        case "full":
            return f"{handle} would have {one.has} onboardings, and has room for {one.room}"
        case "tier":
            return f"{handle} serves no {' and no '.join(one.named)} touch"
        case "language":
            return f"{handle} does not speak {' and '.join(one.named)}, which customers of these read"
        case "role":
            return f"{handle} is {in_words(one.named[0])} and no CSM"


def _preview(out: Console, lines: list["OnboardingLine"], before: str, now: Member, against: list[str]) -> None:
    rows = [(line.onboarding, line.account, in_words(line.status), line.touch) for line in lines]
    if rows:
        heads = ("onboarding", "account", "status", "touch")
        out.print(table("Would be given away", heads, rows, whole=("onboarding",)))
    out.print(plain(f"{count(len(lines), 'onboarding')} of {before} would go to {now.handle} ({now.named('en')})."))
    for caution in against:
        out.print(plain(f"But {caution}.", "yellow"))
    if lines:
        out.print(plain("Each project lead and both owners would get a mail. Nothing was changed: --yes does it."))


def _done(out: Console, lines: list["OnboardingLine"], before: str, now: Member, failed: dict[str, str]) -> None:
    out.print(plain(f"{count(len(lines) - len(failed), 'onboarding')} of {before} now belong to {now.handle}."))
    for onboarding, reason in failed.items():
        out.print(plain(f"  {onboarding} stays with {before}: {reason}"), soft_wrap=True)
    if failed:
        out.print(plain("Give the same command again for those once the reason is gone."))
