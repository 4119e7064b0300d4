"""What does not work at the customer's? Commands about issues."""

from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console

from starter.cli.answers import answer, day_of, plain, table
from starter.cli.installation import installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained

Issue = Annotated[str, Parameter(help="The issue, as day90 issue list shows it.")]

issue = App(name="issue", help="Raise, acknowledge, resolve, dispute and list issues.")

Severity = Literal["critical", "high", "normal"]
Key = Annotated[str | None, Parameter(name="--issue", help="Your ticket's id; by default issue-1, issue-2 …")]


@issue.command(name="raise", help=explained("raise_issue"))
async def raise_issue(
    onboarding: Onboarding,
    title: str,
    *,
    severity: Severity = "normal",
    key: Key = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "raise_issue", details, title=title, severity=severity, issue=key)


@issue.command(help=explained("acknowledge_issue"))
async def acknowledge(
    onboarding: Onboarding, key: Issue, *, details: Details = NO_DETAILS, where: Where = NOWHERE
) -> None:
    await tell(where, onboarding, "acknowledge_issue", details, issue=key)


@issue.command(help=explained("resolve_issue"))
async def resolve(onboarding: Onboarding, key: Issue, *, details: Details = NO_DETAILS, where: Where = NOWHERE) -> None:
    await tell(where, onboarding, "resolve_issue", details, issue=key)


@issue.command(help=explained("dispute_issue"))
async def dispute(onboarding: Onboarding, key: Issue, *, details: Details = NO_DETAILS, where: Where = NOWHERE) -> None:
    await tell(where, onboarding, "dispute_issue", details, issue=key)


@issue.command(name="list")
def list_issues(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List the issues of an onboarding, open ones first."""
    from store.reads import one

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    issues = [row for row in one(installation.engine, onboarding).registers if row.kind == "issue"]
    issues.sort(key=lambda row: (row.status == "resolved", row.at))
    zone = installation.zone(onboarding)
    rows = [(row.key, str(row.data.get("severity", "")), row.status, day_of(row.at, zone), row.title) for row in issues]

    def draw(out: Console) -> None:
        if issues:
            out.print(table("Issues", ("issue", "severity", "status", "last news", "title"), rows, whole=("issue",)))
        else:
            out.print(plain(f"no issues; one is raised with: day90 issue raise {onboarding} TITLE"))

    answer(where.json, [row.model_dump(mode="json") for row in issues], draw)
