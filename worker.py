"""Which process runs the workflows and activities? The worker, started by `day90 worker` and `day90 up`."""

import asyncio
import gc
import signal

import structlog
from temporalio.client import Client

from runtime.connection import connect, register_search_attributes
from runtime.settings import Settings
from runtime.telemetry import into_our_logs
from starter.doors.bell import unless_busy, wake_receiver
from starter.doors.schedules import COLLECTING, RECONCILING, evaluating, keep_schedule
from store.engine import migrate, open_store
from wiring.metrics import Mix
from wiring.parts import parts_of
from wiring.service import leave, run_service
from wiring.worker import GRACE, Parts, day90_worker, options_of
from workflows.visibility import ALL_KEYS

NEW_BEFORE_A_SEARCH = 20_000
"""So many objects are new before the youngest are searched for garbage; Python's own 700 fill in a turn or two."""
log = structlog.get_logger()


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT: migrate the store, make sure that Temporal knows our search attributes, work."""
    await asyncio.to_thread(migrate, settings.sql_url)
    runtime = into_our_logs(metrics=settings.metrics)
    client = await connect(runtime=runtime)
    await register_search_attributes(client, ALL_KEYS)
    parts = parts_of(settings, client)
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    worker = day90_worker(client, parts, task_queue=settings.task_queue, **options_of(settings))
    working = asyncio.create_task(worker.run())
    build = settings.build_id or "any"
    log.info("worker_started", task_queue=settings.task_queue, namespace=client.namespace, build=build)
    beside = [asyncio.create_task(bell.ringing()) for bell in parts.bells]
    if settings.metrics:
        mix = Mix.of(runtime.metric_meter, open_store(settings.sql_url))
        beside.append(asyncio.create_task(mix.telling()))
    await _take_up_what_waited(client, parts, task_queue=settings.task_queue)
    _spare_what_stays()
    await asyncio.wait([working, asyncio.create_task(ending.wait())], return_when=asyncio.FIRST_COMPLETED)
    log.info("worker_ending")
    for task in beside:
        task.cancel()
    try:
        await asyncio.wait_for(worker.shutdown(), (GRACE + GRACE).total_seconds())
        await working
    except TimeoutError:
        log.warning("worker_did_not_end_in_time")


def _spare_what_stays() -> None:
    """Leave what is there now, above all the modules, out of every later search for garbage, and search less often.

    It stays until the end, and looking through all of it took a tenth of a second each time. Turns leave hardly any
    garbage in cycles: an onboarding had 118 searches of the youngest and an old one, 0.05 of its 2.1 CPU-s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_BEFORE_A_SEARCH, *gc.get_threshold()[1:])


async def _take_up_what_waited(client: Client, parts: Parts, *, task_queue: str) -> None:
    """What came while no worker was there goes out and is worked through now; the schedules run."""
    parts.ring()
    for channel in parts.channels:
        await unless_busy(parts.wake(channel), event="sender_not_woken")
    await unless_busy(wake_receiver(client, task_queue=task_queue), event="receiver_not_woken")
    await keep_schedule(client, task_queue=task_queue)
    if parts.reconciling.sources:
        await keep_schedule(client, RECONCILING, task_queue=task_queue)
    if parts.collecting.mailbox is not None:
        await keep_schedule(client, COLLECTING, task_queue=task_queue)
    await keep_schedule(client, evaluating(parts.day_length), task_queue=task_queue)


def main() -> int:
    """Work until asked to end; the exit code."""
    return run_service(work)


if __name__ == "__main__":
    leave(main())
