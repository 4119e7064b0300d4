"""How does a page write a date? With its weekday, in the reader's zone, and how far away it is."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time

from domain.text import Language

# Day before month: the American order would be read wrongly by half of the world.
LOCALES: dict[Language, Locale] = {"en": Locale("en", "GB"), "ja": Locale("ja")}
PATTERNS: dict[Language, str] = {"en": "EEEE, d MMMM y", "ja": "y年M月d日（E）"}
SHORT: dict[Language, str] = {"en": "EEE d MMM", "ja": "M月d日（E）"}
BRIEF: dict[Language, str] = {"en": "d MMM", "ja": "M月d日"}
MOST_DAYS = 1_024
"""Days that are remembered as written: a year and more in both languages. A plan writes a hundred of them."""


@lru_cache(MOST_DAYS)
def in_full(day: date, language: Language) -> str:
    """Thursday, 7 January 2027 · 2027年1月7日（木）."""
    return format_date(day, PATTERNS[language], locale=LOCALES[language])


@lru_cache(MOST_DAYS)
def short(day: date, language: Language) -> str:
    """Thu 7 Jan · 1月7日（木）."""
    return format_date(day, SHORT[language], locale=LOCALES[language])


@lru_cache(MOST_DAYS)
def brief(day: date, language: Language) -> str:
    """7 Jan · 1月7日, as charts name a day."""
    return format_date(day, BRIEF[language], locale=LOCALES[language])


def weekdays(language: Language) -> list[str]:
    """Monday to Sunday as readers call them."""
    names = LOCALES[language].days["format"]["wide"]
    return [names[number] for number in range(7)]


def clock(at: time | None) -> str:
    """A time of the day as forms have it: 08:30; empty for none."""
    return f"{at:%H:%M}" if at else ""


def moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """The day and time in the reader's zone."""
    there = at.astimezone(zone)
    between = "" if language == "ja" else ", "
    return f"{in_full(there.date(), language)}{between}{format_time(there, 'HH:mm', locale=LOCALES[language])}"


def distance(day: date, today: date, language: Language) -> str:
    """today · in 2 days · 3 days ago."""
    days = (day - today).days
    if language == "ja":
        return "本日" if days == 0 else f"あと{days}日" if days > 0 else f"{-days}日前"
    if abs(days) <= 1:
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"
