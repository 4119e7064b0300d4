"""What would another version of a playbook have changed for past onboardings? Lived again from what was recorded."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from starter.cli.answers import answer, count, in_words, plain, table
from starter.cli.files import why_unread
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.progress import progress_of
from starter.trouble import UnreadableFile, WrongOption

if TYPE_CHECKING:
    from domain.playbook import Playbook
    from domain.rehearsal.counterfactual import Counterfactual
    from domain.rehearsal.report import MailGroup

ALL = "all"
SHORTEST_HASH = 6
"""Characters of a version's hash that tell it from the others of a company."""
GROUPS_SHOWN, UNTOLD_SHOWN = 25, 10


def what_if(key: str, *, past: str = ALL, to: str | None = None, where: Where = NOWHERE) -> None:
    """What would another version have changed? Past onboardings are lived again; nothing is told or written.

    Parameters
    ----------
    key
        The playbook that they went by.
    past
        Which of them: all, those of one ending (handed_over, churned …), or one by its id or customer.
    to
        The other version: a file, or the hash of one that is kept. [default: the playbook as it is today]
    """
    from domain.rehearsal.counterfactual import counterfactual
    from domain.rehearsal.report import grouped, version
    from domain.text import in_language
    from starter.reliving import relived

    installation = installation_at(where)
    named, playbook = _version(installation, key, to)
    onboardings = _meant(installation, key, past)
    with progress_of("lived again", len(onboardings), quiet=where.json) as done:
        results = relived(
            installation.engine,
            installation.ledger,
            onboardings,
            playbook,
            installation.staff(),
            done=done,
        )
    other = version(playbook, named=named, title=in_language(playbook.title, "en"))
    result = counterfactual(key, other, results)
    document = result.model_dump(mode="json")
    document["groups"] = [group.model_dump(mode="json") for group in grouped([one.mails for one in result.onboardings])]
    answer(where.json, document, lambda out: _draw(out, result))


def _version(installation: Installation, key: str, to: str | None) -> "tuple[str, Playbook]":
    """The other version and how it was named. Raises UnknownPlaybook, BadPlaybook, UnreadableFile, WrongOption."""
    from playbooks.library import load_playbook
    from store.versions import kept_versions

    if to is None:
        return key, installation.library.get(key)
    path = Path(to)
    if path.suffix or len(path.parts) > 1 or path.is_file():
        if reason := why_unread(path):
            raise UnreadableFile(f"{path}: {reason}")
        return to, load_playbook(path)
    if len(to) < SHORTEST_HASH:
        raise WrongOption(f"--to: {to!r} is no file, and a hash has {SHORTEST_HASH} characters at least")
    versions = kept_versions(installation.engine, key, to)
    if len(versions) != 1:
        what = "several kept versions begin" if versions else "it is no file, and no kept version begins"
        raise WrongOption(f"--to: {what} with {to!r}: name a file, or more of the hash")
    return versions[0][0][:12], versions[0][1]


def _meant(installation: Installation, key: str, past: str) -> list[str]:
    """Ids of the onboardings that are meant. Raises WrongOption where there is none, UnknownOnboarding."""
    from typing import get_args

    from domain.news import Ending
    from store.versions import ended_onboardings

    engine = installation.engine
    if past == ALL or past in get_args(Ending):
        onboardings = list(ended_onboardings(engine, key, ending=None if past == ALL else past))
        if not onboardings:
            which = "has ended" if past == ALL else f"has ended as {past}"
            raise WrongOption(f"--past: no onboarding by {key!r} {which}")
        return onboardings
    onboarding = installation.meant(past)
    if onboarding not in ended_onboardings(engine, key):
        raise WrongOption(f"--past: {onboarding} has not ended, or went by another playbook than {key!r}")
    return [onboarding]


def _draw(out: Console, result: "Counterfactual") -> None:
    from domain.rehearsal.report import grouped

    lived, escalated = len(result.onboardings), result.escalated
    out.print(plain(f"{count(lived, 'past onboarding')} of {result.playbook}, by {result.to.named}", "bold"))
    lines = [
        (escalated.sooner, f"would have been escalated sooner, by {_days(escalated.days_sooner)} in the middle"),
        (escalated.later, f"would have been escalated later, by {_days(escalated.days_later)} in the middle"),
        (escalated.newly, "would have been escalated, and were not"),
        (escalated.no_more, "would not have been escalated, and were"),
        (sum(one.ending != one.would_end for one in result.onboardings), "would have ended otherwise, or not yet"),
    ]
    for number, words in lines:
        if number:
            out.print(plain(f"{number} of {lived} {words}"))
    differences = [one.mails for one in result.onboardings]
    moved, gone, new = (sum(one.count(fate) for one in differences) for fate in ("moved", "gone", "new"))
    same = sum(one.same for one in differences)
    out.print(plain(f"Mails: {moved:,} moved, {gone:,} gone, {new:,} new, {same:,} the same"))
    out.print()
    if groups := grouped(differences):
        rows = [_row(group) for group in groups[:GROUPS_SHOWN]]
        out.print(table("Mails that change", ("what", "to", "how", "mails", "onboardings", "why"), rows))
        if (more := len(groups) - GROUPS_SHOWN) > 0:
            out.print(plain(f"and {more} more: --json has them all", "dim"))
        out.print()
    _draw_what_is_not_known(out, result)


def _days(number: float) -> str:
    return "1 day" if number == 1 else f"{number:g} days"


def _row(group: "MailGroup") -> tuple[str, ...]:
    what = f"{in_words(group.kind)} {group.about}".strip()
    return what, in_words(group.role), group.fate, str(group.mails), str(group.scenarios), group.why


def _draw_what_is_not_known(out: Console, result: "Counterfactual") -> None:
    reasons = Counter(f"{one.kind} {one.about}: {one.reason}" for each in result.onboardings for one in each.untold)
    if reasons:
        out.print(plain(f"{count(reasons.total(), 'recorded fact')} has no place in that version:"))
        for reason, times in reasons.most_common(UNTOLD_SHOWN):
            out.print(plain(f"  {times} × {reason}"), soft_wrap=True)
    for one in result.left_out:
        out.print(plain(f"left out: {one.onboarding}: {one.why}", "yellow"), soft_wrap=True)
    as_then = sum(one.as_then for one in result.onboardings)
    out.print(
        plain(f"By their own version {as_then} of {len(result.onboardings)} tell everybody what they were told then.")
    )
    out.print(plain("The staff is today's. People do what they did: nobody answers a mail that comes sooner."))
