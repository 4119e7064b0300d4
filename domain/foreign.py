"""How are amounts, days and moments of other systems read? Where only one reading is possible; else they are refused.

Each function raises ValueError, saying what would be right and never what came: that may be anybody's name.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from domain.money import CODE, SIGNS

AROUND_AMOUNTS = re.compile(r"^(?:[A-Z]{3}|[$€£¥₩₹])\s*|\s*(?:[A-Z]{3}|[$€£¥₩₹]|円)$")
"""A currency, as a code or a sign, before or behind an amount."""
LONGEST_AMOUNT = 100
"""Characters. A currency behind ever more spaces is looked for at each of them: a million would take hours."""
SPACES_IN_AMOUNTS = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?:\D|$))")
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Counted from 1970, seconds and milliseconds of these years cannot be mistaken for each other."""
UNSEEN = frozenset({"Cc", "Cf"})
"""Unicode's categories of signs that come along when an address is copied from a web page or a table."""
HALF_WIDTH = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)}
"""The wide forms of ASCII (＠, ．) that Japanese keyboards write, and no mail server knows."""
_NOT_SAID = re.compile(r"\[not provided\]|\[\[unknown\]\]", re.IGNORECASE)
"""What Salesforce and its lead connectors put where a last name or a company is wanted and none was given."""
_IN_BRACKETS = re.compile(r"[^<>@]*<([^<>]+)>")
NO_AMOUNT = "is no amount, like 120000.00"
NO_DATE = "is no date, like 2026-11-05"
NO_MOMENT = "is no moment, like 2026-11-05T10:00:00+09:00"


def amount(given: Any, *, decimal_mark: str | None = None) -> Decimal:
    """An amount from 120000, "120,000.00", "1.234,56" or "€ 1 234,56".

    What could be read in two ways, like 1.234, needs the decimal mark.
    """
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        raise ValueError(NO_AMOUNT)
    if not isinstance(given, str):
        read = Decimal(str(given))
        return read if read.is_finite() else _refuse(NO_AMOUNT)
    if len(given.strip()) > LONGEST_AMOUNT:
        raise ValueError(NO_AMOUNT)
    text = unicodedata.normalize("NFKC", given.strip()).strip()
    text = SPACES_IN_AMOUNTS.sub("", AROUND_AMOUNTS.sub("", text).strip())
    if not re.fullmatch(r"-?\d[\d.,]{0,40}(?:[eE][+-]?\d{1,2})?", text, re.ASCII):
        raise ValueError(NO_AMOUNT)
    if re.fullmatch(r"-?\d+(?:[eE][+-]?\d+)?", text):
        return Decimal(text)
    if "e" in text.lower():
        return Decimal(text) if text.count(".") == 1 and "," not in text else _refuse(NO_AMOUNT)
    return Decimal(_plain(text, decimal_mark))


def currencies(given: Any) -> tuple[str, ...]:
    """The currencies in which a written amount may be, by its code or sign; none where it has neither."""
    if not isinstance(given, str) or len(given.strip()) > LONGEST_AMOUNT:
        return ()
    text = unicodedata.normalize("NFKC", given.strip()).strip()
    named = [sign.group().strip() for sign in AROUND_AMOUNTS.finditer(text)]
    return tuple(code for sign in named for code in SIGNS.get(sign, (sign,)))


def currency(given: Any) -> str:
    """A currency's code from "EUR" or "eur"."""
    code = given.strip().upper() if isinstance(given, str) else ""
    if not CODE.fullmatch(code):
        raise ValueError("is no code of a currency, like EUR")
    return code


def whole(given: Any, *, decimal_mark: str | None = None) -> int:
    """A whole number, like one of seats, from 25, "25", "25.0", or "1,200" with the decimal mark known."""
    read = amount(given, decimal_mark=decimal_mark)
    if read != read.to_integral_value():
        raise ValueError("is no whole number")
    return int(read)


def day(given: Any, *, order: str | None = None) -> date:
    """A date from 2026-11-05, 5.11.2026, 25/11/2026, or midnight in UTC as ISO 8601 or milliseconds since 1970.

    05/11/2026 needs an `order`: "day_first" or "month_first".
    """
    if isinstance(given, str) and (read := _written_day(given.strip(), order)):
        return read
    try:
        at = moment(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(NO_DATE) from None
    if at.time() != time(0):
        raise ValueError("is a moment within a day and not a date: which day it is depends on the time zone")
    return at.date()


def day_in(given: Any, *, zone: tzinfo | None, order: str | None = None) -> date:
    """The same, and the day in that `zone` of a moment within a day."""
    try:
        return day(given, order=order)
    except ValueError as no_day:
        try:
            at = moment(given, zone=zone, order=order)
        except (ValueError, OverflowError):
            raise no_day from None
        if zone is None:
            raise
        return at.astimezone(zone).date()


def moment(
    given: Any, *, zone: tzinfo | None = None, day_zone: tzinfo | None = None, order: str | None = None
) -> datetime:
    """An instant from ISO 8601, or from seconds or milliseconds since 1970; `zone` is for those without an offset.

    A day alone is its beginning in `day_zone`.
    """
    if (since := _since_1970(given)) is not None:
        return since
    if not isinstance(given, str):
        raise ValueError(NO_MOMENT)
    text = given.strip()
    if written := _written_day(text, order):
        if day_zone is None:
            raise ValueError("is a day without a time, and no time zone is known for it")
        return datetime.combine(written, time(0), tzinfo=day_zone)
    try:
        # Salesforce writes +0000 without a colon, and Python reads that, too.
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(NO_MOMENT) from None
    if read.tzinfo is not None:
        return read
    if zone is None:
        raise ValueError("has no offset: time_zone of the mapping says in which zone it is meant")
    return read.replace(tzinfo=zone)


def name(given: str) -> str | None:
    """The name without what CRMs write where a part of it is missing; None where nothing else is there."""
    return " ".join(_NOT_SAID.sub(" ", given).split()) or None


def address(given: Any) -> Any:
    """The mail address without what people copy along: a name around it, `mailto:`, a dot behind it, unseen signs.

    What is none stays as it is, to be refused with its field.
    """
    if not isinstance(given, str):
        return given
    seen = "".join(sign for sign in given if unicodedata.category(sign) not in UNSEEN).translate(HALF_WIDTH)
    around = _IN_BRACKETS.fullmatch(seen)
    text = (around[1] if around else seen).strip()
    return re.sub(r"^mailto:", "", text, flags=re.IGNORECASE).partition("?subject=")[0].rstrip(".")


def truth(given: Any) -> bool:
    """The truth value of True, "true", "yes" or 1, and of their opposites."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    text = str(given).strip().lower()
    if text not in words:
        raise ValueError("is neither true nor false")
    return words[text]


def _plain(text: str, decimal_mark: str | None) -> str:
    """The amount as Python writes it."""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        mark = "." if text.rindex(".") > text.rindex(",") else ","
    elif points + commas > 1:
        mark = "," if points else "."
    else:
        mark = _single_mark(text, "." if points else ",", decimal_mark)
    other = "," if mark == "." else "."
    grouped, _, fraction = text.partition(mark)
    groups = grouped.lstrip("-").split(other)
    sizes = [len(group) for group in groups]
    wrong = sizes[0] > 3 or groups[0].startswith("0") or any(size != 3 for size in sizes[1:])
    if (len(groups) > 1 and wrong) or not all(groups) or (mark in text and not fraction.isdigit()):
        raise ValueError(NO_AMOUNT)
    return f"{'-' if text.startswith('-') else ''}{''.join(groups)}.{fraction or 0}"


def _single_mark(text: str, mark: str, decimal_mark: str | None) -> str:
    """The decimal mark of an amount with one mark alone, which may as well separate thousands."""
    before, _, behind = text.lstrip("-").partition(mark)
    if mark == decimal_mark or (decimal_mark is None and before == "0"):
        return mark
    # China and Japan separate ten thousands, too.
    grouped = any(len(before) <= size == len(behind) for size in (3, 4))
    if decimal_mark is None and grouped:
        msg = "could be thousands or a fraction: decimal_mark of the mapping says which"
        raise ValueError(msg)
    if decimal_mark is None or len(behind) <= 2:
        return mark
    return decimal_mark


def _written_day(text: str, order: str | None) -> date | None:
    """A date as people write it; None when it is none, and ValueError when it could be two."""
    if parts := re.fullmatch(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})", text, re.ASCII):
        return _date(*(int(parts[number]) for number in (1, 3, 4)))
    if parts := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII):
        return _date(int(parts[3]), int(parts[2]), int(parts[1]))
    parts = re.fullmatch(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})", text, re.ASCII)
    if not parts:
        return None
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    if order is None and first <= 12 and second <= 12 and first != second:
        raise ValueError("could be two dates: date_order of the mapping says which number is the day")
    day_first = first > 12 or (order == "day_first" and second <= 12)
    return _date(year, second, first) if day_first else _date(year, first, second)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(NO_DATE) from None


def _since_1970(given: Any) -> datetime | None:
    if isinstance(given, bool):
        return None
    text = str(given).strip() if isinstance(given, int | float | Decimal | str) else ""
    if not re.fullmatch(r"\d{9,13}(?:\.\d+)?", text, re.ASCII):
        return None
    count = Decimal(text)
    for seconds in (count, count / 1000):
        if int(EARLIEST.timestamp()) <= seconds < int(LATEST.timestamp()):
            return datetime.fromtimestamp(float(seconds), UTC)
    raise ValueError(NO_MOMENT)


def _refuse(reason: str) -> Decimal:
    raise ValueError(reason)
