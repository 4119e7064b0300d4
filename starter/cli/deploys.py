"""Can this code be deployed, and has everything that is open moved to it?"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from runtime.duration import read_duration
from starter.cli.answers import answer, count, plain, table
from starter.cli.codes import FOUND, OK
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Where
from starter.trouble import NotReachable, WrongOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from temporalio.client import WorkflowHistory

    from starter.deploys.open_workflows import Open, OpenWorkflows
    from starter.deploys.replaying import Verdict

SHOWN_TROUBLES = 20
LOOK_EVERY = 1.0
"""Seconds between two looks at what has not moved yet: the server's search lags behind by about one second."""


async def check_history(
    folder: Annotated[Path | None, Parameter(help="Replay the histories (*.json) of this folder instead.")] = None,
    *,
    save: Annotated[Path | None, Parameter(help="Keep the histories in this folder, to replay elsewhere.")] = None,
    where: Where = NOWHERE,
) -> int:
    """Check that everything that is open would go on under this code. Replays each history; nothing is changed.

    Exit code 6 when one of them would not: do not deploy. The answer says which one, and at which event.
    """
    from starter.deploys.replaying import histories_in, verdicts

    place = ""
    if folder is not None:
        if save is not None:
            raise WrongOption("--save: the histories of FOLDER are files already")
        if not folder.is_dir():
            raise WrongOption(f"{folder}: is no folder")
        judged = await _judged(verdicts(histories_in(folder)), total=len(list(folder.glob("*.json"))))
    else:
        fleet = await installation_at(where).fleet()
        place = f"in namespace {fleet.client.namespace} on task queue {fleet.task_queue}"
        processes = [process async for process in fleet.open()]
        judged = await _judged(verdicts(_fetched(fleet, processes, save)), total=len(processes))
    troubles = [verdict for verdict in judged if verdict.trouble]

    def draw(out: Console) -> None:
        if not judged:
            out.print(plain(f"nothing is open {place}: every version may be deployed there"))
            return
        if not troubles:
            out.print(f"{count(len(judged), 'history', 'histories')} replayed, all of them go on under this code")
            return
        rows = [(verdict.name, verdict.trouble) for verdict in troubles[:SHOWN_TROUBLES]]
        out.print(table("Would not go on under this code", ("process", "why"), rows))
        if len(troubles) > SHOWN_TROUBLES:
            out.print(plain(f"and {len(troubles) - SHOWN_TROUBLES} more; all of them with --json", "dim"))
        out.print(
            f"{len(troubles)} of {count(len(judged), 'history', 'histories')} would not go on: do not deploy"
            " (docs/versioning.md)"
        )

    document = {
        "place": place,
        "replayed": len(judged),
        "troubles": [verdict.model_dump(exclude={"events"}) for verdict in troubles],
    }
    answer(where.json, document, draw)
    return FOUND if troubles else OK


async def _fetched(
    fleet: "OpenWorkflows", processes: "list[Open]", save: Path | None
) -> "AsyncIterator[WorkflowHistory]":
    from starter.deploys.replaying import keep

    async for history in fleet.histories(processes):
        if save is not None:
            keep(history, folder=save)
        yield history


async def _judged(verdicts: "AsyncIterator[Verdict]", *, total: int) -> "list[Verdict]":
    with _progress("replaying", total) as progress:
        judged = []
        async for verdict in verdicts:
            judged.append(verdict)
            progress.update(progress.task_ids[0], completed=len(judged))
        return judged


async def nudge(
    onboardings: Annotated[
        tuple[str, ...], Parameter(help="Only these, on whichever version. [default: all]", show_default=False)
    ] = (),
    /,
    *,
    per_second: Annotated[
        float, Parameter(help="The most to wake in a second.", validator=validators.Number(gt=0))
    ] = 20.0,
    wait: Annotated[str, Parameter(help="How long to wait until all have moved.")] = "10m",
    where: Where = NOWHERE,
) -> int:
    """After a deploy: wake what is idle on an older version, and wait until it has moved to the current one.

    Exit code 6 when something has not moved in time: keep the old workers running, and look at what is named.
    """
    patience = _patience(wait)
    installation = installation_at(where)
    fleet = await installation.fleet()
    if onboardings:
        named = [installation.meant(onboarding) for onboarding in onboardings]
        woken = [id for id in named if await fleet.nudge(id)]
        ended = [id for id in named if id not in woken]
        answer(where.json, {"nudged": woken, "ended": ended}, lambda out: _show_nudged(out, woken, ended))
        return OK
    current = await fleet.current_version(installation.settings.deployment)
    if current is None:
        words = "no worker is versioned here: every process takes the code of whichever worker is running"
        answer(where.json, {"current": None, "nudged": 0, "left": []}, lambda out: out.print(words))
        return OK
    behind = await _behind(fleet, current)
    with _progress("nudging", len(behind)) as progress:
        for process in behind:
            # One that cannot be reached must not keep the others from moving; it is named with what is left.
            with suppress(NotReachable):
                await fleet.nudge(process.id)
            progress.advance(progress.task_ids[0])
            await asyncio.sleep(1 / per_second)
    left = await _until_moved(fleet, current, patience=patience.total_seconds(), total=len(behind)) if behind else []

    def draw(out: Console) -> None:
        moved = len(behind) - len(left)
        out.print(plain(f"{count(moved, 'process', 'processes')} moved to {current}, {len(left)} not yet"))
        if left:
            rows = [(process.id, _standing(process)) for process in left[:SHOWN_TROUBLES]]
            out.print(table("Not moved", ("process", "version"), rows))
            versions = Counter(process.version or "unversioned" for process in left)
            still = ", ".join(f"{number} on {version}" for version, number in sorted(versions.items()))
            out.print(plain(f"keep the workers of the older version running ({still}); then run this again"))
        if paused := next((process for process in left if process.paused), None):
            out.print(plain(f"what is paused moves only once it is released: day90 repair {paused.id}"), soft_wrap=True)

    document = {"current": current, "nudged": len(behind), "left": [process._asdict() for process in left]}
    answer(where.json, document, draw)
    return FOUND if left else OK


def _standing(process: "Open") -> str:
    version = process.version or "unversioned"
    return f"{version}, paused in Temporal" if process.paused else version


def _patience(text: str) -> timedelta:
    try:
        return read_duration(text)
    except ValueError as wrong:
        raise WrongOption(f"--wait: {wrong}") from None


def _show_nudged(out: Console, woken: list[str], ended: list[str]) -> None:
    for id in woken:
        out.print(plain(f"{id}: nudged"))
    for id in ended:
        out.print(plain(f"{id}: has no open workflow in Temporal"))


async def _behind(fleet: "OpenWorkflows", current: str) -> "list[Open]":
    return [process async for process in fleet.open() if process.version != current]


async def _until_moved(fleet: "OpenWorkflows", current: str, *, patience: float, total: int) -> "list[Open]":
    """The processes that are not on the current version after `patience` seconds; empty as soon as all are."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    with _progress("moving", total) as progress:
        while True:
            left = await _behind(fleet, current)
            progress.update(progress.task_ids[0], completed=max(0, total - len(left)))
            if not left or loop.time() > until:
                return left
            await asyncio.sleep(LOOK_EVERY)


@contextmanager
def _progress(what: str, total: int) -> "Iterator[Progress]":
    """A progress bar on stderr that disappears when it is done; nothing without a terminal."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what, total=total)
        yield progress
