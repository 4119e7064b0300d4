"""In which currency does the house count, and what is an amount of another one worth in it?"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

CODE = re.compile(r"[A-Z]{3}")
"""ISO 4217, like EUR or JPY."""
SIGNS: Mapping[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "CLP", "COP"),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "円": ("JPY",),
    "₩": ("KRW",),
    "₹": ("INR",),
}
"""The currencies that each sign may mean."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Money:
    """The currency in which playbooks count a deal's worth, and what one unit of others is worth in it."""

    house: str = "USD"
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def of_the_house(self, amount: Decimal, currencies: Collection[str]) -> Decimal:
        """The amount in the house's currency; `currencies` are those that it may be in, none where nothing says.

        Raises ValueError where it is in another one and no rate is known, or where it may be in several.
        """
        if not currencies or self.house in currencies:
            return amount
        named = " or ".join(currencies)
        if len(currencies) > 1:
            raise ValueError(f"may be in {named}, and the house counts in {self.house}: give the currency by its code")
        [currency] = currencies
        if currency not in self.rates:
            raise ValueError(
                f"is in {named}, and the house counts in {self.house} (DAY90_CURRENCY): DAY90_RATES has no rate for it"
            )
        return (amount * self.rates[currency]).quantize(CENT)


def read_rates(given: str) -> Mapping[str, Decimal]:
    """The rates in a text like `EUR=1.08 JPY=0.0067`. Raises ValueError."""
    rates: dict[str, Decimal] = {}
    for part in given.split():
        code, _, rate = part.partition("=")
        if not CODE.fullmatch(code) or not re.fullmatch(r"\d{1,9}(\.\d{1,12})?", rate, re.ASCII) or not Decimal(rate):
            raise ValueError("should be what one unit of each currency is worth, like EUR=1.08 JPY=0.0067")
        if code in rates:
            raise ValueError(f"should give one rate for {code}")
        rates[code] = Decimal(rate)
    return rates
