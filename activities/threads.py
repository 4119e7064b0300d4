"""How do activities call what blocks, like the database, from the event loop? In a thread of their executor."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


async def in_thread(threads: Executor, work: Callable[[*Arguments], Answer], /, *arguments: *Arguments) -> Answer:
    """Call `work(*arguments)` in one of the threads while the event loop goes on; returns and raises what it does.

    Keyword arguments go in by `functools.partial`. Work that has begun runs to its end even when the caller is
    cancelled: a thread cannot be stopped. It knows the activity that it works for.
    """
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, context.run, work, *arguments)
