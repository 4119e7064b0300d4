"""How are the long-running processes started? The embedded stack, a worker, web and page process, the demo."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import Parameter

from runtime.settings import PREFIX, Settings, load_settings, unknown_settings
from starter.cli.addresses import show_addresses
from starter.cli.answers import console, plain
from starter.cli.codes import OK
from starter.embedded.folder import running_on
from starter.embedded.signals import until_signalled
from starter.embedded.stack import child_environment, running
from starter.embedded.tcp_ports import asked_for, first_free
from starter.trouble import CannotStart, Signalled

Data = Annotated[
    Path | None, Parameter(help="Folder of the database, the mails and Temporal's own file. [default: ./data]")
]
DayLength = Annotated[
    str | None, Parameter(help="Wall time of one day of a plan: 24h is real, 1.5s is for a demonstration.")
]
TemporalPort = Annotated[int | None, Parameter(help="Port of Temporal. [default: 7233]")]
WebHost = Annotated[str | None, Parameter(help="Address to listen on. [default: DAY90_WEB_HOST, 127.0.0.1]")]
UiPort = Annotated[int | None, Parameter(help="Port of the Temporal UI. [default: 8233]")]
WebPort = Annotated[int | None, Parameter(help="Port of intake and REST API. [default: DAY90_WEB_PORT, 8090]")]

PagesHost = Annotated[str | None, Parameter(help="Address to listen on. [default: DAY90_PAGES_HOST, 127.0.0.1]")]
PagesPort = Annotated[int | None, Parameter(help="Port of the pages. [default: DAY90_PAGES_PORT, 8091]")]


async def up(
    *,
    data: Data = None,
    temporal_port: TemporalPort = None,
    ui_port: UiPort = None,
    web_port: WebPort = None,
    pages_port: PagesPort = None,
    day_length: DayLength = None,
) -> int:
    """Run the embedded stack until Ctrl-C: Temporal with its UI, the store, a worker, intake, REST API and pages."""
    settings = load_settings(flags={"data": data, "day_length": day_length})
    ports = asked_for(
        temporal=temporal_port,
        ui=ui_port,
        web=settings.web_port if web_port is None else web_port,
        pages=settings.pages_port if pages_port is None else pages_port,
    )
    out = console()

    def tell(line: str) -> None:
        out.print(plain(line, "dim"), soft_wrap=True)

    for name, meant in unknown_settings(os.environ).items():
        tell(f"{name} is no setting{f': is {meant} meant?' if meant else ''}")

    async def stay_up() -> None:
        async with running(settings, ports=ports, tell=tell) as stack:
            show_addresses(out, stack)
            out.print("start a first onboarding: day90 start DEAL.json, as in examples/; Ctrl-C ends everything")
            await stack.fallen()

    try:
        await until_signalled(stay_up())
    except Signalled as signalled:
        out.print(plain("everything that was started has ended", "dim"))
        if signalled.number == signal.SIGTERM:
            return OK  # How service managers end what they run.
        raise
    return OK


async def demo(
    *,
    data: Annotated[Path | None, Parameter(help="A folder for its data. [default: ./data/demo-…]")] = None,
    day_length: Annotated[str, Parameter(help="Wall time of one day of the plan.")] = "1.3s",
    keep: Annotated[bool, Parameter(help="Stay up after the story, to look around.")] = False,
    temporal_port: Annotated[
        int | None, Parameter(help="Port of Temporal. [default: the first free one from 7233]")
    ] = None,
    ui_port: Annotated[
        int | None, Parameter(help="Port of the Temporal UI. [default: the first free one from 8233]")
    ] = None,
    pages_port: Annotated[
        int | None, Parameter(help="Port of the pages. [default: the first free one from 8091]")
    ] = None,
) -> int:
    """Play two sample deals through on a compressed clock, in about three minutes."""
    from starter.cli.demo.playing import demo_folder, play

    settings = load_settings(flags={"data": data or demo_folder(), "day_length": day_length})
    ports = first_free(temporal=temporal_port, ui=ui_port, pages=pages_port)
    return await until_signalled(play(settings, ports=ports, keep=keep, out=console()))


def web(*, data: Data = None, host: WebHost = None, web_port: WebPort = None) -> NoReturn:
    """Run the web process: intake of CRM, product and billing events, and the REST API.

    It joins the stack that runs on the folder, else the Temporal and the database that the environment names.
    """
    settings = load_settings(flags={"data": data, "web_host": host, "web_port": web_port})
    environment = _joining(settings)
    environment |= {PREFIX + "WEB_HOST": settings.web_host, PREFIX + "WEB_PORT": str(settings.web_port)}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-P", "-m", "web"], environment)


def pages(*, data: Data = None, host: PagesHost = None, pages_port: PagesPort = None) -> NoReturn:
    """Run the page process: what people see in a browser, by the links of their messages.

    It joins the stack that runs on the folder, else the Temporal and the database that the environment names.
    """
    settings = load_settings(flags={"data": data, "pages_host": host, "pages_port": pages_port})
    environment = _joining(settings)
    environment |= {PREFIX + "PAGES_HOST": settings.pages_host, PREFIX + "PAGES_PORT": str(settings.pages_port)}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-P", "-m", "pages"], environment)


def worker(*, data: Data = None) -> NoReturn:
    """Run one more worker.

    It joins the stack that runs on the folder, else the Temporal and the database that the environment names.
    """
    settings = load_settings(flags={"data": data})
    environment = _joining(settings)
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-P", "-m", "worker"], environment)


def _joining(settings: Settings) -> dict[str, str]:
    """The environment of a process that joins the stack on the folder, else what our own environment names.

    Raises CannotStart when there is neither.
    """
    stack = running_on(settings.data)
    environment = dict(os.environ)
    if stack is not None:
        ours = settings.model_copy(update={"day_length": stack.day_length, "temporal_ui": stack.ui})
        environment = child_environment(environment, settings=ours, address=stack.temporal)
    elif settings.database_url is None:
        # With a database of its own it would take the work of others, find nothing, and hold them up.
        raise CannotStart(
            f"no stack runs on --data {settings.data}, and DAY90_DATABASE_URL does not name the database that"
            " the onboardings are in"
        )
    return environment
