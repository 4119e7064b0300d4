"""What happens before the signature? Commands to begin, look at and end introductions, and to report what was found."""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.text import Text

from domain.introduction import FoundIssue, IntroductionProgress
from domain.record import IntroductionLine, KeptRow
from domain.refusal import InvalidDeal
from domain.rules.admission import read_prospect
from starter.cli.answers import answer, count, day_of, draw_facts, in_words, moment_of, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.starting import read_file
from starter.trouble import NotFound

Introduction = Annotated[
    str, Parameter(help="Its id, the deal's id, or a part of the customer's name that only one has.")
]

introduction = App(name="introduction", help="Before the close: introduce the CSM, report what is found.")

By = Annotated[
    str | None, Parameter(help="Who reports it: a stakeholder's id, a staff handle, or the e-mail address of either.")
]
NewsId = Annotated[str | None, Parameter(help="Makes a repetition harmless.")]


@introduction.command
async def start(prospect: Path, *, where: Where = NOWHERE) -> None:
    """Begin the introduction of a prospect. If it runs already, pass on what is new about the prospect.

    Parameters
    ----------
    prospect
        A prospect file: a deal file without `closed_at`, with `expected_close` where a day is expected.
    """
    raw = read_file(prospect)
    read_prospect(raw)
    if not isinstance(raw, dict):
        raise InvalidDeal("a prospect file is one JSON object", field="deal")
    installation = installation_at(where)
    door = await installation.introduction_door()
    begun = await door.begin(raw)
    standing = installation.introductions.standing(begun)

    def draw(out: Console) -> None:
        if standing is None:
            out.print(plain(f"{begun}: this deal has closed; nothing was begun"))
            return
        ended = f" has ended ({in_words(standing.ending)}); nothing was begun" if standing.ending else ""
        out.print(plain(f"{begun}{ended}", "bold"), soft_wrap=True)
        out.print(plain(f"all of it: day90 introduction show {begun}", "dim"), soft_wrap=True)

    answer(where.json, {"introduction": begun, "temporal_ui": installation.link(begun)}, draw)


@introduction.command(name="list")
def list_introductions(
    *,
    open: Annotated[bool, Parameter(help="Only those that have not ended.")] = False,
    owner: Annotated[str | None, Parameter(help="A staff handle.")] = None,
    limit: Annotated[int, Parameter(help="The most rows to show.", validator=validators.Number(gte=1))] = 50,
    where: Where = NOWHERE,
) -> None:
    """List introductions, the next due first."""
    introductions = installation_at(where).introductions
    lines = introductions.lines(open_only=open, owner=owner, limit=limit)

    def draw(out: Console) -> None:
        if not lines:
            out.print("no introduction; one begins with: day90 introduction start PROSPECT.json")
            return
        prospects = {line.introduction: introductions.kept(line.introduction) for line in lines}
        zones = {id: prospect.account.time_zone if prospect else "UTC" for id, prospect in prospects.items()}
        rows = [
            (_name(line), in_words(line.status), day_of(line.due, zones[line.introduction]), _issues(line), line.owner)
            for line in lines
        ]
        out.print(table("Introductions", ("introduction", "status", "due", "found", "owner"), rows))

    answer(where.json, [line.model_dump(mode="json") for line in lines], draw)


@introduction.command
def show(introduction: Introduction, *, where: Where = NOWHERE) -> None:
    """Show one introduction: how it stands, what was found, what happened."""
    installation = installation_at(where)
    meant = installation.introductions.resolve(introduction)
    line, rows = installation.introductions.standing(meant), installation.introductions.journal(meant)
    if line is None:
        raise NotFound(f"{meant}: no such introduction")
    prospect = installation.introductions.kept(meant)
    zone = prospect.account.time_zone if prospect else "UTC"
    expected = prospect.expected_close if prospect else None
    document = {
        **line.model_dump(mode="json"),
        "expected_close": expected.isoformat() if expected else None,
        "journal": [row.model_dump(mode="json") for row in rows],
        "temporal_ui": installation.link(meant),
    }
    facts = [
        ("introduction", meant),
        ("owner", line.owner),
        ("playbook", line.playbook),
        ("signature", str(expected) if expected else "no day expected"),
        ("due", day_of(line.due, zone)),
    ]
    if line.learnt.introduced_at:
        by = f" by {line.learnt.introduced_by}" if line.learnt.introduced_by else ""
        facts.append(("introduced", f"{day_of(line.learnt.introduced_at, zone)}{by}"))
    if line.next_due:
        facts.append(("next", f"{line.next_key}, {day_of(line.next_due, zone)}"))
    if line.ended_at:
        facts.append(("ended", f"{in_words(line.ending or '')} on {day_of(line.ended_at, zone)}"))

    def draw(out: Console) -> None:
        out.print(Text.assemble(plain(line.account, "bold"), "  ", plain(in_words(line.status))))
        draw_facts(out, facts, width=14)
        if line.learnt.issues:
            issues = [_issue(issue, zone) for issue in line.learnt.issues]
            out.print()
            out.print(table("Found", ("key", "severity", "when", "what"), issues, whole=("key",)))
        if line.learnt.notes:
            notes = [(day_of(note.at, zone), note.by, note.text) for note in line.learnt.notes]
            out.print()
            out.print(table("Notes", ("when", "who", "what"), notes))
        if rows:
            out.print()
            out.print(table("What happened", ("when", "what", "who", "more"), [_happened(row, zone) for row in rows]))

    answer(where.json, document, draw)


@introduction.command
async def done(
    introduction: Introduction,
    *,
    by: By = None,
    note: str | None = None,
    news_id: NewsId = None,
    where: Where = NOWHERE,
) -> None:
    """Report that the CSM and the customer were introduced to each other."""
    await _tell(where, introduction, "introduced", by=by, note=note, news_id=news_id)


@introduction.command
async def issue(
    introduction: Introduction,
    title: str,
    *,
    severity: Literal["critical", "high", "normal"] = "normal",
    by: By = None,
    note: str | None = None,
    news_id: NewsId = None,
    where: Where = NOWHERE,
) -> None:
    """Report an issue that sales should know before the signature; the seller gets a mail."""
    await _tell(where, introduction, "report_issue", title=title, severity=severity, by=by, note=note, news_id=news_id)


@introduction.command
async def note(
    introduction: Introduction, text: str, *, by: By = None, news_id: NewsId = None, where: Where = NOWHERE
) -> None:
    """Keep a note of what else was learnt; it goes into the hand-off record when the deal is won."""
    await _tell(where, introduction, "note", note=text, by=by, news_id=news_id)


@introduction.command
async def end(
    introduction: Introduction,
    ending: Literal["lost", "withdrawn"],
    *,
    by: By = None,
    note: str | None = None,
    where: Where = NOWHERE,
) -> None:
    """End an introduction: the deal was lost, or none is wanted. A won deal ends it when its onboarding starts."""
    await _tell(where, introduction, "end_introduction", ending=ending, by=by, note=note)


async def _tell(where: Where, named: str, kind: str, **news: Any) -> None:
    installation = installation_at(where)
    meant = installation.introductions.resolve(named)
    door = await installation.introduction_door()
    progress = await door.tell(meant, kind, news)
    answer(where.json, progress.model_dump(mode="json"), lambda out: _draw(out, installation, progress))


def _draw(out: Console, installation: Installation, progress: IntroductionProgress) -> None:
    prospect = installation.introductions.kept(progress.introduction)
    zone = prospect.account.time_zone if prospect else "UTC"
    repeated = " (known already, nothing changed)" if progress.repeated else ""
    out.print(plain(f"{progress.introduction}: {in_words(progress.status)}{repeated}", "bold"), soft_wrap=True)
    if progress.ending is None and progress.introduced_at is None and progress.due is not None:
        out.print(plain(f"  to be introduced by {day_of(progress.due, zone)}, by {progress.owner}"))
    learnt = [count(len(progress.issues), "issue")] if progress.issues else []
    learnt += [count(len(progress.notes), "note")] if progress.notes else []
    if learnt:
        out.print(plain(f"  kept: {', '.join(learnt)}"))


def _name(line: IntroductionLine) -> Text:
    short = line.introduction.removeprefix("introduction-")
    return Text.assemble(plain(line.account, "bold"), "\n", plain(short, "dim"))


def _issues(line: IntroductionLine) -> str:
    return count(len(line.learnt.issues), "issue") if line.learnt.issues else ""


def _issue(issue: FoundIssue, zone: str) -> tuple[str, str, str, str]:
    return (
        issue.key,
        issue.severity,
        day_of(issue.at, zone),
        f"{issue.title}\n{issue.note}" if issue.note else issue.title,
    )


def _happened(row: KeptRow, zone: str) -> tuple[str, str, str, str]:
    more = [row.note or "", *(f"{name}: {value}" for name, value in row.data.items() if value)]
    return moment_of(row.at, zone), in_words(row.kind), row.by or "", "; ".join(part for part in more if part)
