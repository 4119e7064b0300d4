"""On which days is the customer's country closed? Public holidays and the working week, looked up at the opening."""

import holidays

from domain.calendar import WorkCalendar
from domain.deal import Account
from domain.refusal import InvalidDeal

ENGLISH = "en_US"


def public_holidays(account: Account, *, years: range) -> WorkCalendar:
    """The account's public holidays and weekend for those years, with English names where the country's list has them.

    Call it in activities only: the list changes with the library, so the result becomes part of the record.
    Raises InvalidDeal for a country or subdivision without a list.
    """
    supported = holidays.list_supported_countries()
    if account.country not in supported:
        raise InvalidDeal(f"no list of public holidays is known for {account.country}", field="account.country")
    if account.subdivision and account.subdivision not in supported[account.country]:
        listed = ", ".join(supported[account.country]) or "none"
        raise InvalidDeal(f"is no part of {account.country}; known: {listed}", field="account.subdivision")
    languages = holidays.list_localized_countries().get(account.country, [])
    country = holidays.country_holidays(
        account.country,
        subdiv=account.subdivision,
        years=years,
        language=ENGLISH if ENGLISH in languages else None,
    )
    return WorkCalendar(
        time_zone=account.time_zone,
        weekend=tuple(sorted(day + 1 for day in country.weekend)),
        holidays=dict(sorted(country.items())),
    )
