"""How is the embedded stack started and ended? Temporal's dev server and UI, store, worker, web and page process."""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from runtime.connection import CannotReachTemporal, connect, register_search_attributes
from runtime.sealing_key import make_sealing_key, sealing_keys
from runtime.settings import PREFIX, Settings
from starter.embedded.children import Child
from starter.embedded.folder import NAMESPACE, RunningStack, announce, held
from starter.embedded.logs import cut_from_time_to_time
from starter.embedded.restarting import Restarted, Tell
from starter.embedded.tcp_ports import LOOPBACK, Ports
from starter.trouble import CannotStart, Fell

SERVER_SETTINGS = ("history.maxInFlightUpdates=1000",)
"""Of Temporal's dynamic configuration, as in docker-compose.yml. With more updates in flight than this (by default 10),
the server throws workflow tasks away, and with them what their turns have written; our doors let five through."""
SERVER_PATIENCE = 60.0
"""Seconds. On an idle machine two are enough, but a slow first start on a busy disk is no failure."""
WORKER_GRACE, WEB_GRACE, SERVER_GRACE = 10.0, 20.0, 10.0
"""Seconds between asking a process to end and killing it: the worker finishes its mail, the web its requests, for
which it has 17 seconds of its own."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A running stack."""

    settings: Settings
    ports: Ports
    children: tuple[Child | Restarted, ...]

    async def fallen(self) -> None:
        """Never return; raise Fell as soon as the server ends by itself, or another part ends for good."""
        waits = [asyncio.ensure_future(child.fallen()) for child in self.children]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            raise done.pop().result()
        finally:
            for wait in waits:
                wait.cancel()
            # A part that is just being started again ends what it has started.
            await asyncio.gather(*waits, return_exceptions=True)


@asynccontextmanager
async def running(settings: Settings, *, ports: Ports, tell: Tell) -> AsyncIterator[Stack]:
    """Run the stack on the data folder of the settings, and end all of it afterwards. Raises CannotStart, Fell.

    `tell` is called with a line for each step. Without its port, the web or the page process is not run.
    """
    with held(settings.data):
        ours = listening(settings, ports).model_copy(update={"temporal_ui": settings.temporal_ui or ports.ui_url})
        environment = child_environment(os.environ, settings=ours, address=ports.address)
        async with contextlib.AsyncExitStack() as ends:
            tell("starting the Temporal server…")
            server = await _start_server(settings.data, ports)
            ends.push_async_callback(server.end, grace=SERVER_GRACE)
            await _answers(server, ports)
            await _fit_for_us(ports, closed_runs_for=timedelta(days=settings.history_days))
            await asyncio.to_thread(_migrate, settings)
            await asyncio.to_thread(seal_secrets, settings)
            tell("starting the worker…")
            start = partial(_start_worker, settings.data, environment)
            worker = Restarted(await start(), start=start, tell=tell)
            ends.push_async_callback(worker.end, grace=WORKER_GRACE)
            serving = await _start_serving(settings.data, ports, environment, tell=tell)
            ends.push_async_callback(_end_all, serving)
            logs = [settings.data / f"{name}.log" for name in ("temporal", "worker", "web", "pages")]
            cutting = asyncio.create_task(cut_from_time_to_time(logs))
            ends.callback(cutting.cancel)
            announce(settings.data, _addresses(ours, ports))
            yield Stack(settings=ours, ports=ports, children=(server, worker, *serving))


def listening(settings: Settings, ports: Ports) -> Settings:
    """The settings with where web and page process listen, for all parts that name their addresses.

    Mails that lie in a folder on this machine link to the pages here; those that go out only where an address is named.
    """
    update: dict[str, object] = {}
    if ports.web is not None:
        update |= {"web_host": LOOPBACK, "web_port": ports.web}
    if ports.pages is not None:
        update |= {"pages_host": LOOPBACK, "pages_port": ports.pages}
        if settings.pages_url is None and settings.mail_server is None:
            update["pages_url"] = ports.pages_url
    return settings.model_copy(update=update)


def child_environment(ours: Mapping[str, str], *, settings: Settings, address: str) -> dict[str, str]:
    """The environment of a child process, made from ours.

    It has no profile of Temporal's: an embedded worker must never find another server.
    """
    child = {name: value for name, value in ours.items() if not name.startswith("TEMPORAL_")}
    child |= {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": NAMESPACE, "TEMPORAL_CONFIG_FILE": os.devnull}
    child["DAY90_DATA"] = str(settings.data)
    child["DAY90_DAY_LENGTH"] = f"{settings.day_length.total_seconds()}s"
    child["DAY90_WEB_HOST"], child["DAY90_WEB_PORT"] = settings.web_host, str(settings.web_port)
    child["DAY90_PAGES_HOST"], child["DAY90_PAGES_PORT"] = settings.pages_host, str(settings.pages_port)
    if settings.pages_url is not None:
        child["DAY90_PAGES_URL"] = settings.pages_url
    # What the settings do not have was dropped on purpose: a demo takes nothing of a production's.
    dropped = {name for name in Settings.model_fields if getattr(settings, name) is None}
    # Embedded workers are unversioned: a versioned one does nothing until its version is made the current one.
    for name in dropped | {"build_id"}:
        child.pop(PREFIX + name.upper(), None)
        child.pop(f"{PREFIX}{name.upper()}_FILE", None)
    if settings.temporal_ui is not None:
        child["DAY90_TEMPORAL_UI"] = settings.temporal_ui
    return child


def server_program() -> str:
    """The `temporal` command: the one on PATH, else the one installed with day90. Raises CannotStart without either."""
    beside = Path(sys.executable).parent / "temporal"
    program = shutil.which("temporal") or (str(beside) if beside.exists() else None)
    if program is None:
        raise CannotStart("the `temporal` command is not installed: run ./day90, which brings it, or install it")
    return program


async def _start_server(data: Path, ports: Ports) -> Child:
    command = [server_program(), "server", "start-dev", "--ip", LOOPBACK, "--log-level", "error"]
    command += ["--port", str(ports.temporal), "--ui-port", str(ports.ui)]
    command += ["--db-filename", str(data / "temporal.db")]
    command += [word for setting in SERVER_SETTINGS for word in ("--dynamic-config-value", setting)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    return await Child.start("the Temporal server", command, log=data / "temporal.log", environment=environment)


async def _start_worker(data: Path, environment: Mapping[str, str]) -> Child:
    command = [sys.executable, "-P", "-m", "worker"]
    return await Child.start("the worker", command, log=data / "worker.log", environment=environment)


SERVES = {"web": "the web process", "pages": "the page process"}
"""What is served to browsers and other systems: the module of each, and what it is called."""


async def _start_serving(
    data: Path, ports: Ports, environment: Mapping[str, str], *, tell: Tell
) -> Sequence[Restarted]:
    """The web and the page process, as far as they have a port; side by side, since each takes seconds. Raises Fell."""
    starts: list[Callable[[], Awaitable[Child]]] = []
    for module, port in (("web", ports.web), ("pages", ports.pages)):
        if port is not None:
            tell(f"starting {SERVES[module]}…")
            starts.append(partial(_start_web, module, data, port, environment))
    tasks = [asyncio.ensure_future(first(start, tell=tell)) for start in starts]
    try:
        children = await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        others = await asyncio.gather(*tasks, return_exceptions=True)
        await _end_all([child for child in others if isinstance(child, Child)])
        raise
    return [Restarted(child, start=start, tell=tell) for child, start in zip(children, starts, strict=True)]


async def _end_all(serving: Sequence[Child | Restarted]) -> None:
    await asyncio.gather(*(child.end(grace=WEB_GRACE) for child in serving))


async def _start_web(module: str, data: Path, port: int, environment: Mapping[str, str]) -> Child:
    """Start a process that serves, and wait until it listens. Raises Fell."""
    command = [sys.executable, "-P", "-m", module]
    web = await Child.start(SERVES[module], command, log=data / f"{module}.log", environment=environment)
    try:
        await _listens(web, port)
    except BaseException:
        await web.end(grace=WEB_GRACE)
        raise
    return web


async def first(start: Callable[[], Awaitable[Child]], *, tell: Tell) -> Child:
    """A process that serves, started again when it was killed before it listened; what ends by itself has a cause."""
    try:
        return await start()
    except Fell as fell:
        if fell.code is None or fell.code >= 0:
            raise
        tell(f"{fell}; starting it again")
        return await start()


async def _listens(web: Child, port: int) -> None:
    """Wait until the process listens. Raises Fell when it ends instead, or takes too long."""
    until = asyncio.get_running_loop().time() + SERVER_PATIENCE
    while True:
        if web.ended:
            raise await web.fallen()
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            if asyncio.get_running_loop().time() > until:
                raise Fell(f"{web.name} does not answer (see {web.log})") from None
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def _answers(server: Child, ports: Ports) -> None:
    """Wait until the server answers. Raises Fell with the last line of its log when it ends instead."""
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
    from temporalio.service import RPCError

    until = asyncio.get_running_loop().time() + SERVER_PATIENCE
    while True:
        if server.ended:
            raise await server.fallen()
        try:
            client = await connect(address=ports.address)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
        except (CannotReachTemporal, RPCError) as failure:
            if asyncio.get_running_loop().time() > until:
                raise Fell(f"the Temporal server does not answer: {failure} (see {server.log})") from None
            await asyncio.sleep(0.1)
        else:
            return


async def _fit_for_us(ports: Ports, *, closed_runs_for: timedelta) -> None:
    """Have the namespace keep closed runs for so long, by itself a day, and register our search attributes."""
    from google.protobuf.duration_pb2 import Duration
    from temporalio.api.namespace.v1 import NamespaceConfig
    from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest

    from workflows.visibility import ALL_KEYS

    client = await connect(address=ports.address)
    retention = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=int(closed_runs_for.total_seconds())))
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=NAMESPACE, config=retention))
    await register_search_attributes(client, ALL_KEYS)


def _migrate(settings: Settings) -> None:
    from store.engine import migrate

    migrate(settings.sql_url)


def seal_secrets(settings: Settings) -> None:
    """Encrypt the secrets in the store of our folder, and make the key where there is none.

    A database that is named may be that of other workers too, who would not know the key.
    """
    from store.engine import open_store
    from store.sealing import Sealing
    from store.webhooks import SqlWebhooks

    if settings.database_url is not None:
        return
    if settings.sealing_key is None:
        make_sealing_key(settings.data)
    engine = open_store(settings.sql_url)
    SqlWebhooks(engine, sealing=Sealing(sealing_keys(settings))).reseal()
    engine.dispose()


def _addresses(settings: Settings, ports: Ports) -> RunningStack:
    return RunningStack(
        temporal=ports.address,
        ui=settings.temporal_ui or ports.ui_url,
        task_queue=settings.task_queue,
        day_length=settings.day_length,
        web=ports.web_url,
        pages=ports.pages_url,
        pid=os.getpid(),
    )
