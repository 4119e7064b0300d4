"""How does a workflow get its updates? One for each kind of news, made from the list of them, with ids and refusals."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.news import LONGEST_NEWS_ID, short
    from domain.refusal import Refused

Workflow = TypeVar("Workflow")


def with_updates(kinds: Mapping[str, str], *, answer: type) -> Callable[[type[Workflow]], type[Workflow]]:
    """Gives a workflow class an update for each name in `kinds`, with its sentence for Temporal's UI.

    The class has `refuse(kind, news)`, which raises Refused for news that is not allowed now, and
    `receive(kind, news)`, which applies it and returns the `answer`. While its `opening` holds, news waits, as signals
    do: one that Temporal tells again after a reset to the beginning comes before the opening, and must not be lost.
    """

    def give(to: type[Workflow]) -> type[Workflow]:
        for kind, sentence in kinds.items():
            if hasattr(to, kind):
                raise TypeError(f"the update {kind} would hide what {to.__name__} has under that name")
            setattr(to, kind, _update(kind, sentence, answer))
        return to

    return give


def _update(kind: str, sentence: str, answer: type) -> Any:
    """The update of that name. One function serves all runs: set in each run, they weighed more than its state."""

    async def receive(self: Any, news: Any = None) -> Any:
        named = _named(news)
        if self.opening:
            await workflow.wait_condition(lambda: not self.opening)
            _refuse(self, kind, named)
        return self.receive(kind, named)

    def refuse(self: Any, news: Any = None) -> None:
        _refuse(self, kind, _named(news))

    receive.__annotations__["return"] = answer
    update = workflow.update(name=kind, description=sentence)(receive)
    update.validator(refuse)
    return update


def _refuse(receiver: Any, kind: str, news: Any) -> None:
    try:
        receiver.refuse(kind, news)
    except Refused as refusal:
        detail = {"field": refusal.field, "reason": refusal.reason}
        raise ApplicationError(str(refusal), detail, type="Refused", non_retryable=True) from None


def _named(news: Any) -> Any:
    """News without an id of its own goes by the id of its update: a door that tries again repeats that one."""
    info = workflow.current_update_info()
    if isinstance(news, dict) and not news.get("news_id") and info is not None:
        return {**news, "news_id": info.id if len(info.id) <= LONGEST_NEWS_ID else short(info.id)}
    return news
