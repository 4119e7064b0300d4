"""What runs in a side's worker process? The product's own worker, or one for floors: `python -m benchmarks.working`.

The product's is `worker.main`, so that whatever it is set to holds here too; only the cache is set as asked for, and
nothing wakes the sender unless it is asked for, because the sender is measured apart. Before a new run it settles for a
moment instead of a second: on a compressed clock a second is days, in which there is always news, and a run would grow
and grow that in real time turns at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import uvloop

from benchmarks.course import Course
from benchmarks.floor import floor_worker
from runtime.connection import connect

QUEUE = "day90"
MOMENT = timedelta(milliseconds=20)
"""Less than an hour on a clock where a day takes 0.6 s: no two steps of the course are that close to each other."""


class Asleep:
    """In place of what wakes the sender."""

    def __init__(self, *_: Any) -> None: ...

    async def __call__(self, channel: str) -> None: ...


def set_option(name: str, value: Any) -> Any:
    """Set an option of the workflows (workflows/options.py), and answer what it was."""
    from workflows import options

    before = getattr(options, name)
    setattr(options, name, value)
    return before


def replace_in(module: ModuleType, **names: Any) -> None:
    """Put other things into a module of the product under those names, for this process alone."""
    vars(module).update(names)


def work_as_the_product(*, cached: int, sending: bool) -> int:
    """Until it is told to end; settings come from the environment, as in production."""
    import wiring.parts
    import wiring.worker
    import worker

    set_option("SETTLING", MOMENT)
    whole = wiring.worker.day90_worker

    def day90_worker(*parts: Any, **options: Any) -> Any:
        return whole(*parts, **{**options, "max_cached_workflows": cached})

    replace_in(worker, day90_worker=day90_worker)
    if not sending:
        replace_in(wiring.parts, WakeSender=Asleep)
    return worker.main()


async def work_as_the_floor(course: Course, *, cached: int, per_person: bool) -> None:
    """Until it is killed: there is nothing to finish."""
    client = await connect(address=os.environ["TEMPORAL_ADDRESS"])
    await floor_worker(client, course, task_queue=QUEUE, per_person=per_person, max_cached_workflows=cached).run()


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.working", description=__doc__)
    parser.add_argument("side", choices=["product", "floor"])
    parser.add_argument("--course", type=Path, required=True, help="the course as JSON, for floors")
    parser.add_argument("--cached", type=int, required=True, help="how many workflows the worker keeps in memory")
    parser.add_argument("--sending", action="store_true", help="let the product's sender work too")
    parser.add_argument("--per-person", action="store_true", help="let floors tell each person by an activity")
    said = parser.parse_args(words)
    if said.side == "product":
        return work_as_the_product(cached=said.cached, sending=said.sending)
    course = Course.model_validate_json(said.course.read_text("utf-8"))
    uvloop.run(work_as_the_floor(course, cached=said.cached, per_person=said.per_person))
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)
