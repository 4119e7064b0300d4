"""How does a running onboarding go on by another version of its playbook? Commands to plan it, to do it, to go back."""

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from domain.refusal import Refused
from domain.wording import day_in_words
from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where
from starter.cli.progress import progress_of

if TYPE_CHECKING:
    from domain.rehearsal.planning import Planned, PlanOfChange


async def plan(
    key: str,
    *,
    to: Annotated[str | None, Parameter(help="A version's hash, or how it begins; by default the file's.")] = None,
    only: Annotated[
        str | None, Parameter(name="--for", help="Only onboardings whose id or account has that in it.")
    ] = None,
    where: Where = NOWHERE,
) -> None:
    """Show what another version of a playbook would change for each running onboarding; nothing is changed."""
    from domain.playbook import content_hash
    from domain.rehearsal.planning import PlanOfChange, hash_of
    from starter.doors.planning import plan_all
    from starter.doors.versions import version
    from store.change_plans import SqlChangePlans

    installation = installation_at(where)
    book = installation.library.get(key)
    hashed = content_hash(book)
    if to is not None:
        hashed, book = version(to, installation.ledger, installation.library)
    door = await installation.door()
    running = _running(installation, key, only)
    with progress_of("planned", len(running), quiet=where.json) as told:
        planned = await plan_all(door, installation.ledger, running, book, hashed, told=told)
    whole = PlanOfChange(playbook=key, to=hashed, hash=hash_of(hashed, planned), onboardings=tuple(planned))
    if planned:
        # The file of the version may be another one by the time that this is applied.
        installation.ledger.keep_playbook(book)
        SqlChangePlans(installation.engine).keep(whole)
    answer(where.json, whole.model_dump(mode="json"), lambda out: _draw(out, whole))


def _running(installation: Installation, key: str, only: str | None) -> list[str]:
    """Ids of the onboardings that have not ended and go by any version of that playbook."""
    from store.reads import portfolio

    ids: list[str] = []
    after: str | None = None
    while True:
        page = portfolio(installation.engine, open_only=True, limit=100, after=after)
        wanted = (only or "").casefold()
        ids += [
            line.onboarding
            for line in page.lines
            if line.playbook == key and (wanted in line.onboarding.casefold() or wanted in line.account.casefold())
        ]
        after = page.after
        if after is None:
            return ids


def _draw(out: Console, whole: "PlanOfChange") -> None:
    out.print(plain(f"{whole.playbook} to {whole.to[:12]}, for {count(len(whole.onboardings), 'onboarding')}", "bold"))
    for one in whole.onboardings:
        out.print()
        out.print(plain(f"{one.account} ({one.onboarding}), now by {one.goes_by[:12]}", "bold"), soft_wrap=True)
        for line in _lines(one):
            out.print(plain(f"  {line}"), soft_wrap=True)
        if one.mails:
            fewer = [(mail.kind.replace("_", " "), mail.to, str(mail.before), str(mail.after)) for mail in one.mails]
            out.print(table("Messages of the next 30 days", ("kind", "to", "now", "then"), fewer))
    out.print()
    if not whole.onboardings:
        out.print(plain("Nobody is under way by another version of it: there is nothing to change."))
        return
    out.print(plain(f"Nothing was changed. Plan {whole.hash[:12]}"))
    out.print(plain(f"to do it: day90 playbook apply {whole.hash[:12]} --reason … --by …", "dim"), soft_wrap=True)


def _lines(one: "Planned") -> list[str]:
    if one.refused:
        return [f"cannot be changed: {one.refused}"]
    difference = one.difference
    lines = [f"{new.milestone}: {day_in_words(new.was)}, then {day_in_words(new.now)}" for new in difference.moved]
    lines += [f"{key} waits for {', '.join(keys) or 'nothing'}" for key, keys in difference.waits_for.items()]
    lines += [f"{key} is signed by {' or '.join(ids) or 'nobody'}" for key, ids in difference.signed_by.items()]
    named = {
        "new": difference.added,
        "gone": difference.gone,
        "settled, and stays": difference.retired,
        "meetings and letters that differ": difference.cadences,
        "criteria that differ": difference.criteria,
        "asked for a signature at once": one.asked,
    }
    lines += [f"{what}: {', '.join(keys)}" for what, keys in named.items() if keys]
    return lines or ["nothing changes"]


async def change(
    onboarding: Onboarding,
    *,
    to: Annotated[str | None, Parameter(help="The version's hash, or how it begins.")] = None,
    when: Annotated[
        Literal["now", "next-stage", "never"], Parameter(help="never withdraws a change that waits for the next stage.")
    ] = "now",
    reason: Annotated[str, Parameter(help="The reason; it is recorded, and our own side reads it.")],
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "change_playbook", details, to=to, when=when, reason=reason)


async def revert(
    onboarding: Onboarding,
    *,
    reason: Annotated[str, Parameter(help="The reason; it is recorded, and our own side reads it.")],
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    """Take the last change of an onboarding's playbook back; what happened meanwhile stays."""
    from domain.rules.changing import version_before
    from store.reads import journal

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    to = version_before(journal(installation.engine, onboarding))
    if to is None:
        raise Refused(
            "its playbook was never changed, or all changes were taken back; "
            "a change that waits is withdrawn with `day90 playbook change --when never`"
        )
    await tell(where, onboarding, "change_playbook", details, to=to, when="now", reason=reason)
