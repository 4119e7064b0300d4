"""How do many small writes share what a commit costs? Whatever came while one group was written is the next."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, NamedTuple, Self, TypeVar

Item = TypeVar("Item")


class _Given(NamedTuple, Generic[Item]):
    items: Sequence[Item]
    done: "asyncio.Future[None]"


class GroupedWriter(Generic[Item]):
    """Writes what comes at the same moment together, at most about `most` at a time, in a thread of its own.

    For one event loop. The thread is handed whole groups: handing it every single write costs more than the write.
    What was given before the end of `async with` is written before the end.
    """

    def __init__(self, write: Callable[[Sequence[Item]], None], *, name: str, most: int) -> None:
        self._write = write
        self._most = most
        self._waiting: deque[_Given[Item]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()

    async def keep(self, items: Sequence[Item]) -> None:
        """Return when they are durable; raise what the database says when it does not take them.

        A caller that is cancelled meanwhile cannot take them back: others share the transaction.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Given(items, done))
        if self._writing is None:
            self._writing = loop.create_task(self._write_groups())
        await done

    async def _write_groups(self) -> None:
        while group := self._next_group():
            items = [item for given in group for item in given.items]
            failure: Exception | None = None
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._write, items)
            except Exception as trouble:
                failure = trouble
            for given in group:
                if given.done.done():
                    continue
                if failure is None:
                    given.done.set_result(None)
                else:
                    given.done.set_exception(failure)
        self._writing = None

    def _next_group(self) -> Sequence[_Given[Item]]:
        group: list[_Given[Item]] = []
        size = 0
        while self._waiting and size < self._most:
            group.append(self._waiting.popleft())
            size += len(group[-1].items)
        return group
