"""How are dates and their reasons put into words? In English and Japanese, as rules need them beside templates."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from domain.plan import Reason

LONGEST_CUSTOM_VALUE = 300
"""Characters of one field of a company's own that are shown: a paragraph. A deal file may hold a megabyte in one."""
MOST_CUSTOM_FIELDS = 40
"""Most such fields that are shown: as many as people read in a letter; all of them stand in the deal file."""
YES_AND_NO = {"en": ("yes", "no"), "ja": ("はい", "いいえ")}
WEEKDAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "ja": ("月", "火", "水", "木", "金", "土", "日")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CIRCUMSTANCES = {
    "high_complexity": {"en": "high complexity", "ja": "構成の複雑さ"},
    "many_integrations": {"en": "many integrations", "ja": "連携先の多さ"},
    "large_data": {"en": "a large data set", "ja": "データ量の多さ"},
    "limited_resources": {"en": "limited resources", "ja": "人員の制約"},
}

WEEKLY_JA = {1: "毎週", 2: "隔週"}
RHYTHMS_JA = {1: "毎月", 3: "四半期ごと", 6: "半年ごと", 12: "年1回"}
# The lists name Japan's days in English; days of other countries have no Japanese name there.
HOLIDAYS_JA = {
    "New Year's Day": "元日",
    "Coming of Age Day": "成人の日",
    "Foundation Day": "建国記念の日",
    "Emperor's Birthday": "天皇誕生日",
    "Vernal Equinox Day": "春分の日",
    "Showa Day": "昭和の日",
    "Constitution Day": "憲法記念日",
    "Greenery Day": "みどりの日",
    "Children's Day": "こどもの日",
    "Marine Day": "海の日",
    "Mountain Day": "山の日",
    "Respect for the Aged Day": "敬老の日",
    "Autumnal Equinox Day": "秋分の日",
    "Sports Day": "スポーツの日",
    "Culture Day": "文化の日",
    "Labor Thanksgiving Day": "勤労感謝の日",
    "Substitute Holiday": "振替休日",
    "National Holiday": "国民の休日",
    "Bank Holiday": "年末年始",
    "Year-end closing": "年末年始",
}
_NAMED = re.compile(r"\((.*)\)")
_WEEKDAY_JA = re.compile("（(.)）$")
_DAY_JA = re.compile(f"([0-9]{{4}}年)([0-9]+月[0-9]+日（[{''.join(WEEKDAYS['ja'])}])")


def day_in_words(day: date, language: str = "en") -> str:
    """The day in words: `Fri 2 Jan 2026`, or `2026年1月2日（金）`."""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS['ja'][day.weekday()]}）"
    return f"{WEEKDAYS['en'][day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_in_words(moment: datetime, zone: str) -> str:
    """Day and time of a moment in that time zone, to the minute: `Fri 2 Jan 2026 09:30`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_in_words(local.date())} {local:%H:%M}"


def span_in_words(first: date, last: date, language: str = "en") -> str:
    """The days from first to last in words: `Fri 2 Jan - Mon 5 Jan 2026`, with a dash, or one day alone."""
    start, end = day_in_words(first, language), day_in_words(last, language)
    if first == last:
        return end
    if first.year == last.year:
        start, end = (start, end.removeprefix(f"{last.year}年")) if language == "ja" else (start[:-5], end)
    return f"{start}〜{end}" if language == "ja" else f"{start} \N{EN DASH} {end}"


def rhythm_in_words(*, weeks: int | None, months: int | None, language: str = "en") -> str:
    """How often something comes: `weekly`, `every 2 weeks`, `quarterly`, or `as needed` without either number."""
    if weeks:
        return _every(weeks, "week") if language != "ja" else WEEKLY_JA.get(weeks, f"{weeks}週ごと")
    if months:
        return _every(months, "month") if language != "ja" else RHYTHMS_JA.get(months, f"{months}か月ごと")
    return "必要に応じて" if language == "ja" else "as needed"


def _every(count: int, unit: str) -> str:
    if count == 1:
        return f"{unit}ly"
    if (count, unit) == (3, "month"):
        return "quarterly"
    return "yearly" if (count, unit) == (12, "month") else f"every {count} {unit}s"


def custom_in_words(custom: Mapping[str, Any], language: str = "en") -> list[tuple[str, str]]:
    """Fields that only one company has (HO-09), each as name and value for people; what is long is cut."""
    shown = [
        (name.replace("_", " "), _value(value, language)) for name, value in islice(custom.items(), MOST_CUSTOM_FIELDS)
    ]
    if more := len(custom) - len(shown):
        shown.append(("…", f"ほか{more}件" if language == "ja" else f"and {more} more"))
    return shown


def _value(value: Any, language: str) -> str:
    if isinstance(value, list | tuple) and not any(isinstance(part, Mapping | list | tuple) for part in value):
        text = ("、" if language == "ja" else ", ").join(_value(part, language) for part in value)
    elif isinstance(value, bool):
        text = YES_AND_NO["ja" if language == "ja" else "en"][not value]
    elif value is None:
        text = ""
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split()) or "–"
    return text if len(text) <= LONGEST_CUSTOM_VALUE else f"{text[:LONGEST_CUSTOM_VALUE]}…"


def reasons_in_words(reasons: tuple[Reason, ...], titles: dict[str, str], language: str = "en") -> list[str]:
    """Why a date is that date, a sentence for each step; `titles` names milestones by key.

    Closed days join the step that led to them: "day 60 after the close was Fri 1 Jan 2027, a holiday (New Year's Day),
    then a weekend: moved to Mon 4 Jan 2027".
    """
    sentences: list[str] = []
    closed: list[Reason] = []
    for reason, following in zip(reasons, (*reasons[1:], None), strict=False):
        if reason.kind != "closed":
            sentences.append(_reason(reason, titles, language))
            continue
        closed.append(reason)
        if following is None or following.kind != "closed":
            before = sentences.pop() if sentences else day_in_words(closed[0].on, language)
            sentences.append(_closed(before, closed, language))
            closed = []
    return _years_once(sentences) if language == "ja" else sentences


def _years_once(sentences: list[str]) -> list[str]:
    """The sentences with the year where it is another than that of the day before, as it is said in Japanese."""
    year = ""

    def shortened(day: re.Match[str]) -> str:
        nonlocal year
        same, year = day[1] == year, day[1]
        return day[2] if same else day[0]

    return [_DAY_JA.sub(shortened, sentence) for sentence in sentences]


def _closed(before: str, reasons: list[Reason], language: str) -> str:
    """The sentence before, which ends in the day, with why that day is none and where the date went instead."""
    moved = day_in_words(reasons[-1].on + timedelta(days=1), language)
    if language == "ja":
        names = [name for reason in reasons if (name := _closed_ja(reason.detail))]
        why = "、".join(dict.fromkeys(names)) or "休業日"
        weekday = _WEEKDAY_JA.search(before)
        before = f"{before[: weekday.start()]}（{weekday[1]}・" if weekday else f"{before}（"
        return f"{before}{why}）のため{moved}に変更"
    whys = dict.fromkeys(reason.detail["why"] for reason in reasons)
    return f"{before}, {', then '.join(whys)}: moved to {moved}"


def _holiday_ja(why: str) -> str | None:
    """The Japanese name of the holiday; None for a weekend, and for days that have no such name."""
    named = _NAMED.search(why)
    return HOLIDAYS_JA.get(named[1]) if named else None


def _closed_ja(detail: Mapping[str, str]) -> str | None:
    """Why a day is none: the closure of a company, or the holiday's name; None where neither has a Japanese name."""
    if "closure" not in detail:
        return _holiday_ja(detail["why"])
    company = f"{detail['company']}様" if detail["company"] else "当社"
    return f"{company}の{detail['closure'] or '年末年始休業'}"


def _reason(reason: Reason, titles: dict[str, str], language: str) -> str:
    day = day_in_words(reason.on, language)
    detail = reason.detail
    if language == "ja":
        return _reason_ja(reason, titles, day)
    match reason.kind:
        case "counted":
            return _counted(detail, titles, day)
        case "stretched":
            why = ", ".join(CIRCUMSTANCES[name]["en"] for name in detail["circumstances"])
            return f"{_days(detail['days'])} more for {why}: {day}"
        case "busy":
            return f"{_days(detail['days'])} of busy season ({detail['why']}) do not count: {day}"
        case "paused":
            return f"{_days(detail['days'])} of pause do not count: {day}"
        case "moved" if late := detail.get("late_kickoff"):
            return f"{_days(late)} more, as the kickoff was held later than planned: {day}"
        case "moved":
            return f"moved to {day}"
        case "promised":
            return f"promised in the sale for {day}"
        case "kept_back":
            return f"not before day {detail['day']}: {day}"
        case "after":
            title, room = titles.get(detail["milestone"], detail["milestone"]), detail.get("room")
            return (
                f"{_days(room, 'working day')} to sign after {title}: {day}" if room else f"not before {title}: {day}"
            )
        case "closed":
            return f"{day} is {detail['why']}"


def _counted(detail: Mapping[str, Any], titles: dict[str, str], day: str) -> str:
    """From which day a date counts: the one on which its anchor was, or for which it is planned so far."""
    anchor = detail["anchor"]
    start = "the close" if anchor == "close" else titles.get(anchor, anchor)
    if "from" not in detail:
        return f"day {detail['day']} after {start} was {day}"
    since = day_in_words(date.fromisoformat(detail["from"]))
    if detail["real"]:
        return f"day {detail['day']} after {start} on {since} was {day}"
    return f"day {detail['day']} after {start}, planned for {since}, is {day}"


def _days(count: int, unit: str = "day") -> str:
    return f"1 {unit}" if count == 1 else f"{count} {unit}s"


def _reason_ja(reason: Reason, titles: dict[str, str], day: str) -> str:
    detail = reason.detail
    match reason.kind:
        case "counted":
            anchor = detail["anchor"]
            start = "ご契約" if anchor == "close" else f"「{titles.get(anchor, anchor)}」"
            if "from" in detail:
                since = day_in_words(date.fromisoformat(detail["from"]), "ja")
                start += f"（{since}）" if detail["real"] else f"（予定日：{since}）"
            # Not 5日目: in Japanese that counts the first day, and would be a day too early.
            return f"{start}の{detail['day']}日後は{day}"
        case "stretched":
            why = "・".join(CIRCUMSTANCES[name]["ja"] for name in detail["circumstances"])
            return f"{why}により{detail['days']}日延長：{day}"
        case "busy":
            return f"繁忙期（{detail['why']}）の{detail['days']}日間を除外：{day}"
        case "paused":
            return f"一時停止の{detail['days']}日間を除外：{day}"
        case "moved" if late := detail.get("late_kickoff"):
            return f"キックオフの実施が予定より遅れたため{late}日延長：{day}"
        case "moved":
            return f"{day}に変更"
        case "promised":
            return f"商談時のお約束の日：{day}"
        case "kept_back":
            return f"ご契約の{detail['day']}日後より前には設定しないため、{day}"
        case "after":
            title = titles.get(detail["milestone"], detail["milestone"])
            if detail.get("room"):
                return f"「{title}」の後、ご確認に{detail['room']}営業日を確保するため、{day}"
            return f"「{title}」より前には設定しないため、{day}"
        case "closed":
            return f"{day}は休業日"
