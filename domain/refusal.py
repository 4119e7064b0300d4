"""Why is this not accepted? Refusals that name the field and say what would be right."""

from pydantic import ValidationError


class Refused(Exception):
    """A piece of news or an order that the business does not allow now. Trying again unchanged does not help.

    Who must act: whoever sent it. `field` is the part of what was sent that the reason is about.
    """

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field


class InvalidDeal(Refused):
    """A deal file that starts nothing. Who must act: whoever keeps the deal in the CRM."""


def what_is_wrong(error: ValidationError) -> tuple[str, str]:
    """The first complaint of a validation as field path and reason, without repeating the input.

    The input stays out because it may hold personal data and the reason goes into logs and histories.
    """
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    more = error.error_count() - 1
    also = f" (and {more} more)" if more else ""
    if first["type"] == "extra_forbidden":
        reason = "is no field that we know"
    if first["type"] == "missing":
        reason = "is missing"
    return path, f"{reason}{also}"
