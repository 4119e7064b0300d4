"""How do many small writes share what a commit costs? By one thread that takes whatever waits into one transaction."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, NamedTuple, Self, TypeVar

Item = TypeVar("Item")


class _Given(NamedTuple, Generic[Item]):
    items: Sequence[Item]
    done: "Future[None]"


class GroupedWriter(Generic[Item]):
    """Writes what comes at the same moment together, at most `most` at a time.

    Its one thread writes for as long as `with` lasts; what was given before the end is written before the end.
    """

    def __init__(self, write: Callable[[Sequence[Item]], None], *, name: str, most: int) -> None:
        self._write = write
        self._most = most
        self._given: queue.SimpleQueue[_Given[Item] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_groups, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._given.put(None)
        self._thread.join()

    def keep(self, items: Sequence[Item]) -> "Future[None]":
        """Done when they are durable; fails when the database does not take them."""
        done: Future[None] = Future()
        # A caller that is cancelled meanwhile cannot take back what others share with it.
        done.set_running_or_notify_cancel()
        self._given.put(_Given(items, done))
        return done

    def _write_groups(self) -> None:
        while (first := self._given.get()) is not None:
            group, ending = [first], False
            size = len(first.items)
            with suppress(queue.Empty):
                while size < self._most:
                    following = self._given.get_nowait()
                    if following is None:
                        ending = True
                        break
                    group.append(following)
                    size += len(following.items)
            self._write_one(group)
            if ending:
                return

    def _write_one(self, group: Sequence[_Given[Item]]) -> None:
        try:
            self._write([item for given in group for item in given.items])
        except Exception as failure:
            for given in group:
                given.done.set_exception(failure)
        else:
            for given in group:
                given.done.set_result(None)
