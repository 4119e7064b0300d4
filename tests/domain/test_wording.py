"""How do days and rhythms read in Japanese?"""

from datetime import date

import pytest

from domain.plan import Reason
from domain.wording import day_in_words, reasons_in_words, rhythm_in_words, span_in_words


def counted(day: int, on: date) -> Reason:
    return Reason(kind="counted", on=on, detail={"anchor": "close", "day": day})


def test_a_day_has_its_weekday_in_wide_brackets() -> None:
    assert day_in_words(date(2026, 11, 30), "ja") == "2026年11月30日（月）"
    assert span_in_words(date(2026, 11, 30), date(2026, 12, 2), "ja") == "2026年11月30日（月）〜12月2日（水）"


def test_reasons_name_a_year_once() -> None:
    """It is said again where it is another one."""
    paused = Reason(kind="paused", on=date(2026, 12, 28), detail={"days": 3})
    moved = Reason(kind="moved", on=date(2027, 1, 4), detail={})
    promised = Reason(kind="promised", on=date(2027, 1, 5), detail={})

    words = reasons_in_words((counted(20, date(2026, 12, 25)), paused, moved, promised), {}, "ja")

    assert words == [
        "ご契約の20日後は2026年12月25日（金）",
        "一時停止の3日間を除外：12月28日（月）",
        "2027年1月4日（月）に変更",
        "商談時のお約束の日：1月5日（火）",
    ]


@pytest.mark.parametrize(("weeks", "words"), [(1, "毎週"), (2, "隔週"), (3, "3週ごと")])
def test_weeks_have_their_own_words(weeks: int, words: str) -> None:
    assert rhythm_in_words(weeks=weeks, months=None, language="ja") == words
