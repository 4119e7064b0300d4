"""How do many small writes share the cost of a commit? Whatever came while one group was written is the next group."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Generic, NamedTuple, Self, TypeVar

Item = TypeVar("Item")


class _Given(NamedTuple, Generic[Item]):
    items: Sequence[Item]
    size: int
    done: "asyncio.Future[None]"


class GroupedWriter(Generic[Item]):
    """Writes items that come at the same moment together, in a thread of its own.

    A group holds about `most` items or `largest` bytes: it ends with the call of `keep` that fills it, so it exceeds
    them by less than that call brings. Everything that was given before the end of `async with` is written by then.

    For one event loop. The thread gets whole groups and gives back one answer for each: giving it every single write,
    or a group by an executor's futures, costs more than the write.
    """

    def __init__(
        self, write: Callable[[Sequence[Item]], None], *, name: str, most: int, largest: float = float("inf")
    ) -> None:
        self._write = write
        self._most = most
        self._largest = largest
        self._waiting: deque[_Given[Item]] = deque()
        self._groups: SimpleQueue[Sequence[_Given[Item]]] = SimpleQueue()
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._thread = Thread(target=self._write_groups, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._at_rest.wait()
        self._groups.put(())
        self._thread.join()

    async def keep(self, items: Sequence[Item], *, size: int = 0) -> None:
        """Write the items and return when they are durable; raises what the database raises when it refuses them.

        `size` is roughly how many bytes they are together; it counts only where the writer has a `largest`. A caller
        that is cancelled meanwhile cannot take them back: others share the transaction.
        """
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(_Given(items, size, done))
        if self._at_rest.is_set():
            self._at_rest.clear()
            # Not at once: so whatever else comes in this turn of the loop goes along.
            self._loop.call_soon(self._hand_over)
        await done

    def _hand_over(self) -> None:
        """Give the thread the next group of what waits, or come to rest when nothing does."""
        group: list[_Given[Item]] = []
        number = size = 0
        while self._waiting and number < self._most and size < self._largest:
            group.append(self._waiting.popleft())
            number += len(group[-1].items)
            size += group[-1].size
        if group:
            self._groups.put(group)
        else:
            self._at_rest.set()

    def _write_groups(self) -> None:
        """Run in the thread: write group after group until an empty one comes."""
        while group := self._groups.get():
            failure: Exception | None = None
            try:
                self._write([item for given in group for item in given.items])
            except Exception as trouble:
                failure = trouble
            self._loop.call_soon_threadsafe(self._written, group, failure)

    def _written(self, group: Sequence[_Given[Item]], failure: Exception | None) -> None:
        self._hand_over()
        for given in group:
            if given.done.done():
                continue
            if failure is None:
                given.done.set_result(None)
            else:
                given.done.set_exception(failure)
