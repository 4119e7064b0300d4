"""How are dates, counts and our own few words put into the reader's language and time zone?"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_decimal

from activities.channels.texts.sealing import Shaped, whole
from activities.channels.texts.words import WORDS
from domain.text import Language

# Day before month: the American order would be read wrongly by half of the world.
_LOCALES: dict[Language, Locale] = {"en": Locale("en", "GB"), "ja": Locale("ja")}
_DAY: dict[Language, str] = {"en": "EEEE, d MMMM y", "ja": "y年M月d日（E）"}
_SHORT_DAY: dict[Language, str] = {"en": "EEE d MMM", "ja": "M月d日（E）"}
_MOST_DATES = 512
"""What is sent in one morning names few days, each of them many times."""
_MOMENT: dict[Language, str] = {"en": "{day}, {time} ({zone})", "ja": "{day}{time}（{zone}）"}


@dataclass(frozen=True)
class Wording:
    """Words for one reader. Dates come as ISO strings: a bare date stays that day, an instant goes into their zone."""

    language: Language
    zone: ZoneInfo

    def day(self, iso: str) -> str | Shaped:
        """The day in full: Thursday, 7 January 2027 · 2027年1月7日（木）, in Japanese without a line break."""
        day = self._date(iso, _DAY)
        return whole(day) if self.language == "ja" else day

    def short_day(self, iso: str) -> Shaped:
        """The day for tables, without a line break: Thu 7 Jan · 1月7日（木）."""
        return whole(self._date(iso, _SHORT_DAY))

    def moment(self, iso: str) -> str | Shaped:
        """The day and time: Thursday, 7 January 2027, 17:00 (Central European Time); of a bare date only the day."""
        at = self._read(iso)
        if not isinstance(at, datetime):
            return self.day(iso)
        locale = _LOCALES[self.language]
        clock = format_time(at, "HH:mm", locale=locale)
        # Babel knows UTC as "Unknown Region (UTC) Time".
        utc = self.zone.key in {"UTC", "Etc/UTC"}
        zone = "UTC" if utc else get_timezone_name(self.zone, width="long", locale=locale)
        return _MOMENT[self.language].format(day=self.day(iso), time=clock, zone=zone)

    def count(self, number: float, one: str, many: str = "") -> str:
        """A number with its noun: 1 working day, 3 working days · 3営業日. The sign is left to the sentence."""
        locale = _LOCALES[self.language]
        amount = format_decimal(abs(number), locale=locale)
        form = one if locale.plural_form(abs(number)) == "one" or not many else many
        return f"{amount}{form}" if self.language == "ja" else f"{amount} {form}"

    def lateness(self, days: int) -> str:
        """How late something is: 3 working days · 3営業日; less than a working day when the first is not over yet."""
        if days > 0:
            return (
                self.count(days, "営業日") if self.language == "ja" else self.count(days, "working day", "working days")
            )
        return "1営業日未満" if self.language == "ja" else "less than a working day"

    def word(self, key: str, topic: str) -> str:
        """Our word for a key of `topic`, such as a status; a key that has none is shown as it is."""
        return WORDS[self.language][topic].get(key, key.replace("_", " "))

    def _date(self, iso: str, patterns: dict[Language, str]) -> str:
        at = self._read(iso)
        # The bare day: to a cache, instants that are the same in two zones are one, and may be two days.
        return _formatted(at.date() if isinstance(at, datetime) else at, patterns[self.language], self.language)

    def _read(self, iso: str) -> date:
        """The date, or the instant in the reader's zone. Raises ValueError for another form, or one without offset."""
        if len(iso) == len("2027-01-07"):
            return date.fromisoformat(iso)
        at = datetime.fromisoformat(iso)
        if at.tzinfo is None:
            msg = "a time without an offset is nobody's"
            raise ValueError(msg)
        return at.astimezone(self.zone)


@lru_cache(maxsize=_MOST_DATES)
def _formatted(day: date, pattern: str, language: Language) -> str:
    return format_date(day, pattern, locale=_LOCALES[language])


def wording(language: str, time_zone: str) -> Wording:
    """The wording of a reader; English and UTC in place of what we do not have, since a mail is better than none."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return Wording("ja" if language == "ja" else "en", zone)
