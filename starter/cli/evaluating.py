"""How do all customers do? The look that the schedule takes every hour, taken now."""

from datetime import UTC, datetime

from starter.cli.answers import answer, count, plain
from starter.cli.codes import FOUND, OK
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Where


def evaluate(*, where: Where = NOWHERE) -> int:
    """Evaluate the customers whose week has begun or of whom there is news; exit code 6 when one cannot be evaluated.

    The schedule does so every hour. What is found is kept, week by week (`day90 health`).
    """
    from activities.evaluation import Looks
    from store.customers import SqlCustomers
    from store.evaluations import SqlEvaluations

    installation = installation_at(where)
    customers = SqlCustomers(installation.engine, day_length=installation.day_length)
    evaluations = SqlEvaluations(installation.engine)
    looks = Looks(customers=customers, evaluations=evaluations, now=lambda: datetime.now(UTC))
    evaluated = looks.all()
    words = f"{count(evaluated.looked_at, 'customer')} looked at, {evaluated.alarms} of them with an alarm"
    failed = f"; {evaluated.failed} could not be evaluated: the log says why" if evaluated.failed else ""
    answer(where.json, evaluated.model_dump(mode="json"), lambda out: out.print(plain(words + failed)))
    return FOUND if evaluated.failed else OK
