"""On which days can both companies work? A calendar of the customer's country with the closing days of both."""

from collections.abc import Iterable
from datetime import date

from domain.calendar import YEAR_END, ClosedBy, WorkCalendar
from domain.closure import Closure
from domain.deal import Sale


def both_open(calendar: WorkCalendar, sale: Sale, *, ours: Iterable[Closure]) -> WorkCalendar:
    """The calendar, closed also where the customer or we are: nothing is due then, and nobody counts as late.

    Looked up at every use, not recorded: a closing day that we announce in autumn holds for everybody who is on the
    way. What is a public holiday keeps its name; a day on which both are closed is told of as the customer's.
    """
    customer = sale.account.name
    year_end = {day: ClosedBy(company=customer) for day, name in calendar.holidays.items() if name == YEAR_END}
    theirs = closed_days(sale.closures, company=customer)
    named = closed_days(ours) | year_end | theirs
    closures = {day: by for day, by in sorted(named.items()) if calendar.holidays.get(day, YEAR_END) == YEAR_END}
    return calendar.model_copy(update={"closures": closures})


def closed_days(closures: Iterable[Closure], *, company: str = "") -> dict[date, ClosedBy]:
    """Every day of those closures; `company` is whose they are, empty for ours."""
    return {day: ClosedBy(company=company, why=closure.why) for closure in closures for day in closure.days}
