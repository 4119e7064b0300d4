"""Does anybody fall through, and how is it mended? The sweep, looked at now, and one repair at a time."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from domain.finding import EXPLAINED, Finding
from domain.refusal import Refused
from domain.text import in_language
from domain.trouble import UnknownOnboarding
from starter.cli.answers import answer, console, count, draw_facts, in_words, plain
from starter.cli.asking import ask
from starter.cli.codes import FOUND, OK
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Where

NAMED = 10
"""Onboardings that are named in a line; `--json` names them all."""
DESK = "desk"
"""The subject of a repair that stands for all of which the desk does not show everything."""

if TYPE_CHECKING:
    from activities.sweep import Swept
    from starter.repairing import Nightly, Repairing


async def sweep(*, where: Where = NOWHERE) -> int:
    """Compare store and Temporal now: who would fall through? Exit code 6 when a person is needed.

    It writes to nobody: the report of the night does.
    """
    repairing = await repairing_at(installation_at(where))
    out = Console(stderr=True, highlight=False)
    if where.json or not out.is_terminal:
        swept = await repairing.look()
    else:
        with out.status("looking…") as status:
            swept = await repairing.look(tell=status.update)
    nightly = await repairing.nightly()

    def drawn(out: Console) -> None:
        draw(out, swept)
        out.print(_in_words(nightly), soft_wrap=True)

    answer(where.json, {**swept.model_dump(mode="json"), "nightly": nightly.model_dump(mode="json")}, drawn)
    return FOUND if swept.findings else OK


def draw(out: Console, swept: "Swept") -> None:
    """What was found, each with its reason and its command; then how much was looked at."""
    for finding in swept.findings:
        _draw_finding(out, finding)
    looked = (
        f"{count(swept.onboardings, 'open onboarding')} and {count(swept.programmes, 'success programme')} looked at"
    )
    if silent := len(swept.not_compared):
        named = ", ".join([*swept.not_compared[:NAMED], *(["…"] if silent > NAMED else [])])
        words = f"{count(silent, 'onboarding')} did not answer, so not compared: {named}"
        out.print(plain(words, "yellow"))
    _draw_past(out, swept)
    if not swept.findings:
        out.print(plain(f"nobody falls through: {looked}", "green"))
        return
    out.print(plain(f"{count(len(swept.findings), 'finding')}; {looked}", "dim"))


def _draw_past(out: Console, swept: "Swept") -> None:
    """Those that have ended, of which the rules tell something else now than they told then."""
    for left in swept.not_relived:
        out.print(plain(f"{left.onboarding} has ended, and is not lived again: {left.why}", "yellow"), soft_wrap=True)
    for onboarding, number in Counter(one.onboarding for one in swept.not_reproduced).items():
        unlike = [one for one in swept.not_reproduced if one.onboarding == onboarding]
        named = ", ".join(f"{in_words(one.kind)} {one.occasion} ({one.how})" for one in unlike[:NAMED])
        more = ", …" if number > NAMED else ""
        words = (
            f"{onboarding} has ended, and lived again it tells otherwise of {count(number, 'notice')}: {named}{more}"
        )
        out.print(plain(words, "yellow"), soft_wrap=True)


def _in_words(nightly: "Nightly") -> Text:
    ended = f"last ended {nightly.ended_at:%Y-%m-%d %H:%M} UTC" if nightly.ended_at else "has not ended yet"
    if nightly.trouble:
        return plain(f"the nightly sweep {ended}: {nightly.trouble}; day90 repair sweep", "red")
    return plain(f"the nightly sweep {ended}", "dim")


def _draw_finding(out: Console, finding: Finding) -> None:
    explained = EXPLAINED[finding.kind]
    out.print(
        Text.assemble(plain(finding.subject, "bold"), "  ", plain(in_language(explained.what, "en"), "red")),
        soft_wrap=True,
    )
    facts = [("finding", in_words(finding.kind)), ("owner", finding.owner), ("seen", finding.cause)]
    if finding.since is not None:
        facts.insert(1, ("since", f"{finding.since:%Y-%m-%d %H:%M} UTC"))
    facts += [("why", in_language(explained.why, "en")), ("do", finding.command)]
    draw_facts(out, [(f"  {name}", words) for name, words in facts], width=10)
    out.print()


async def repair(
    subject: str,
    *,
    yes: Annotated[bool, Parameter(help="Do it without asking.")] = False,
    where: Where = NOWHERE,
) -> None:
    """Mend what the sweep finds: says first what it will do, and refuses where nothing is the matter.

    Parameters
    ----------
    subject
        An onboarding (its id, the deal's id, a part of the customer's name), or another workflow: sender-mail,
        receiver, reconciliation, mailbox, usage, an introduction's id. `desk` stands for all onboardings of which the
        desk does not show everything yet after an upgrade.
    """
    installation = installation_at(where)
    repairing = await repairing_at(installation)
    if subject == DESK:
        await _draw_anew(repairing, yes=yes, as_json=where.json)
        return
    subject = subject if repairing.of_house(subject) else _meant(installation, subject)
    remedies, left = await repairing.remedies(subject)
    out = console()
    if not where.json:
        for remedy in remedies:
            out.print(plain(f"{subject}: {in_words(remedy.finding.kind)}; {remedy.says}"))
        for words in left:
            out.print(plain(f"{subject}: left to you: {words}"))
    if not yes:
        ask(out)
    done = [await remedy.do() for remedy in remedies]
    said = [
        {"finding": remedy.finding.kind, "did": remedy.says, "now": now}
        for remedy, now in zip(remedies, done, strict=True)
    ]
    said_of = {"subject": subject, "repairs": said, "left": list(left)}
    answer(where.json, said_of, lambda out: out.print(plain("\n".join(done))))


async def _draw_anew(repairing: "Repairing", *, yes: bool, as_json: bool) -> None:
    """All that an older version wrote last take a turn now."""
    from starter.drawing_anew import DrawingAnew

    drawing = DrawingAnew(door=repairing.door, census=repairing.census)
    waiting, out = drawing.waiting(), console()
    if not waiting:
        raise Refused("nothing is the matter with desk: it shows all of every onboarding")
    if not as_json:
        what = count(waiting, "onboarding")
        out.print(plain(f"{DESK}: {what} last written by an older version; each takes a turn now, and is drawn anew"))
    if not yes:
        ask(out)
    with Console(stderr=True, highlight=False).status("asking…") as status:
        asked = await drawing.all(tell=lambda number: status.update(f"{number} of {waiting} asked"))
    said = f"{count(asked, 'onboarding')} asked; the desk shows all of them in a moment"
    answer(as_json, {"subject": DESK, "asked": asked}, lambda out: out.print(plain(said)))


def _meant(installation: Installation, subject: str) -> str:
    """The onboarding that is meant; one that the store does not know is named by its whole id."""
    try:
        return installation.meant(subject)
    except UnknownOnboarding:
        if subject.startswith("onboarding-"):
            return subject
        raise


async def repairing_at(installation: Installation) -> "Repairing":
    """What sweeps and repairs, on the installation's store and Temporal. Raises CannotReachTemporal, NotReachable."""
    from wiring.repairing import repairing

    door = await installation.door()
    return repairing(
        door, installation.engine, installation.settings, ledger=installation.ledger, staff=installation.staff
    )
