"""How do customers do? A look at everybody who is to be looked at, some hundred at a time, each by their playbook."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from temporalio import activity

from activities.ports import Customers, Evaluations
from activities.pulse import alive
from activities.threads import in_thread
from domain.measure.customer import Customer
from domain.measure.evaluation import Due, Evaluation, evaluate
from domain.wire import Wire

AT_ONCE = 200
"""Customers that are read, evaluated and kept together: ten statements for all of them, and some 20 MB of memory."""
log = structlog.get_logger()


class Evaluated(Wire):
    """What a look came to: customers `looked_at`, those of them with an `alarm`, and those that `failed`."""

    looked_at: int = 0
    alarms: int = 0
    failed: int = 0


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Looks at customers, page by page. May be shared by threads."""

    customers: Customers
    evaluations: Evaluations
    now: Callable[[], datetime]
    at_once: int = AT_ONCE

    def all(self) -> Evaluated:
        """Look at everybody who is to be looked at."""
        evaluated, last = self.page(Evaluated(), after="")
        while last is not None:
            evaluated, last = self.page(evaluated, after=last)
        return evaluated

    def page(self, before: Evaluated, *, after: str) -> tuple[Evaluated, str | None]:
        """Look at the next ones after that id: `before` with what was added, and the last id; None when all are done.

        One that fails keeps nobody else from being looked at, and is tried again by the next look.
        """
        now = self.now()
        due = self.evaluations.fresh(now=now, most=self.at_once, after=after)
        if not due:
            return before, None
        known = self._known([one.onboarding for one in due], now=now)
        looked = [(one, of, seen) for one in due if (of := known.get(one.onboarding)) and (seen := _evaluated(of))]
        self.evaluations.keep(looked)
        return _added(before, due=len(due), looked=looked), due[-1].onboarding

    def _known(self, ids: Sequence[str], *, now: datetime) -> Mapping[str, Customer]:
        """Those customers by id; where one of them cannot be read, each is read alone, and that one left out."""
        try:
            return self.customers.all(ids, now=now)
        except Exception as trouble:
            log.warning("customers_read_one_by_one", customers=len(ids), kind=type(trouble).__name__)
        known: dict[str, Customer] = {}
        for id in ids:
            try:
                known.update(self.customers.all([id], now=now))
            except Exception as trouble:
                log.warning("customer_not_read", onboarding=id, kind=type(trouble).__name__)
        return known


@dataclass(frozen=True, kw_only=True)
class Evaluating:
    """The activity of the look. `threads` are for the database; without `looks` there is nobody to look at."""

    looks: Looks | None = None
    threads: Executor | None = field(default=None)

    @activity.defn
    async def evaluate_customers(self) -> Evaluated:
        """Evaluate whoever is to be looked at; what was kept stays kept, so trying again goes on where it ended."""
        looks, threads = self.looks, self.threads
        evaluated, after = Evaluated(), ""
        if looks is None or threads is None:
            return evaluated
        async with alive():
            while True:
                evaluated, last = await in_thread(threads, partial(looks.page, evaluated, after=after))
                if last is None:
                    break
                after = last
        log.info("customers_evaluated", **evaluated.model_dump())
        return evaluated


def _evaluated(customer: Customer) -> Evaluation | None:
    try:
        return evaluate(customer)
    except Exception as trouble:
        log.warning("customer_not_evaluated", onboarding=customer.onboarding, kind=type(trouble).__name__)
        return None


def _added(before: Evaluated, *, due: int, looked: list[tuple[Due, Customer, Evaluation]]) -> Evaluated:
    return Evaluated(
        looked_at=before.looked_at + len(looked),
        alarms=before.alarms + sum(seen.alarm for _, _, seen in looked),
        failed=before.failed + due - len(looked),
    )
