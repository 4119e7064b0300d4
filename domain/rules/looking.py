"""What follows from a look at the figures? Red flags go up and down, and an alarm opens course corrections.

One flag is for the owner to see. Two at once, or one that has been up for ten days, are an alarm: then a correction
begins for each category that has a flag up and no correction yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from domain.agenda.state import Fact, FlagState
from domain.measure.flags import AT_ONCE, FRESH_FOR, UP_FOR, Look
from domain.measure.rules import read_rule
from domain.news import BY_RULE, MOST_FLAGS, CorrectionOpened, FlagLowered, FlagRaised, News
from domain.rules.briefing import Briefing
from domain.spans import without_overlaps
from domain.wire import Category

NOTHING_SEEN = Look()


class _Flag(NamedTuple):
    """A flag that is up after the look. `days` are without time away (see `_away`); `is_new` is one that goes up by it.

    `lasting` are the days of these within which there was something new to it.
    """

    key: str
    category: Category
    days: int
    lasting: int
    is_new: bool


def consequences(briefing: Briefing, facts: Sequence[Fact], look: Look | None) -> dict[str, Any]:
    """What a turn brings of itself, as fields of its consequences; empty where nobody looks.

    One looks once a week, at `look`; and at what is up when somebody has raised a flag, which may be the second one.
    """
    somebody_raised = any(fact.kind == "flag_raised" and fact.via != BY_RULE for fact in facts)
    if briefing.state.ending or briefing.state.paused_at or (look is None and not somebody_raised):
        return {}
    seen = look or NOTHING_SEEN
    news = [_told(one) for one in (*_lowered(briefing, seen), *_raised(briefing, seen))]
    rearmed = [key for key in briefing.state.dismissed if key in seen.quiet]
    return {**({"by_rule": news} if news else {}), **({"rearmed": rearmed} if rearmed else {})}


def _told(news: News) -> dict[str, Any]:
    return {"update": news.update, **news.model_dump(mode="json", exclude_defaults=True)}


def _lowered(briefing: Briefing, look: Look) -> Iterator[News]:
    """Flags of rules that have been quiet for long enough, or that the playbook no longer has."""
    for flag in briefing.state.flags:
        if _is_gone(briefing, look, flag):
            yield FlagLowered(flag=flag.key, via=BY_RULE, at=briefing.now)


def _is_gone(briefing: Briefing, look: Look, flag: FlagState) -> bool:
    """Whether no rule keeps it up any more; what people have judged is for people to lower.

    A flag without a rule in the playbook, by another version of it, is never looked at again: it would be up for ever.
    """
    return not flag.judged and (flag.key in look.quiet or not _has_rule(briefing, flag.key))


def _has_rule(briefing: Briefing, key: str) -> bool:
    return any(flag.key == key and read_rule(flag.rule or "") for flag in briefing.playbook.red_flags)


def _raised(briefing: Briefing, look: Look) -> Iterator[News]:
    """New flags, each by itself or with the correction that begins for its category."""
    up = list(_up(briefing, look))
    opens = _to_correct(briefing, up)
    for flag in up:
        if flag.is_new and flag.category not in opens:
            since, figures = _day(briefing, flag.days), _figures(look, [flag])
            yield FlagRaised(
                flag=flag.key, category=flag.category, since=since, figures=figures, via=BY_RULE, at=briefing.now
            )
    for category, flags in opens.items():
        # More may be up than a piece of news can name: the rest goes up at the next look.
        named = flags[:MOST_FLAGS]
        yield CorrectionOpened(
            category=category,
            flags=tuple(flag.key for flag in named),
            since=_day(briefing, max(flag.days for flag in named)),
            figures=_figures(look, named),
            via=BY_RULE,
            at=briefing.now,
        )


def _figures(look: Look, flags: Iterable[_Flag]) -> dict[str, float]:
    """What the rules of the flags looked at; no more of it than a piece of news can carry."""
    figures = {name: value for flag in flags for name, value in look.figures.get(flag.key, {}).items()}
    return dict(list(figures.items())[:MOST_FLAGS])


def _up(briefing: Briefing, look: Look) -> Iterator[_Flag]:
    """The flags that are up after the look, those that were up before it first."""
    state, by_key = briefing.state, {flag.key: flag for flag in look.up}
    for flag in state.flags:
        if not _is_gone(briefing, look, flag):
            seen = by_key.get(flag.key)
            days = max(_days(briefing, flag.since), seen.days if seen else 0)
            # Days on which only the span of its rule keeps a flag up make it no more serious.
            idle = seen.days - seen.lasted if seen and not flag.judged else 0
            yield _Flag(flag.key, flag.category, days, max(days - idle, 0), is_new=False)
    for seen in look.up:
        if state.flag(seen.key) is None and seen.key not in state.dismissed:
            yield _Flag(seen.key, cast(Category, seen.category), seen.days, seen.lasted, is_new=True)


def _to_correct(briefing: Briefing, up: Sequence[_Flag]) -> dict[Category, list[_Flag]]:
    """The flags that call for a correction, by category; empty where they are no alarm."""
    state = briefing.state
    calling = [flag for flag in up if not _is_answered(briefing, state.flag(flag.key))]
    at_once = sum(flag.days - flag.lasting <= FRESH_FOR for flag in calling)
    if at_once < AT_ONCE and not any(flag.lasting >= UP_FOR for flag in calling):
        return {}
    under_way = {correction.category for correction in state.corrections}
    opens: dict[Category, list[_Flag]] = {}
    for flag in calling:
        if flag.category not in under_way:
            opens.setdefault(flag.category, []).append(flag)
    return opens


def _is_answered(briefing: Briefing, flag: FlagState | None) -> bool:
    """Whether a correction for it has ended, and so lately that it cannot be said yet what came of it."""
    return flag is not None and flag.answered is not None and _days(briefing, flag.answered) < UP_FOR


def _days(briefing: Briefing, since: datetime) -> int:
    """Whole days since then, without time away."""
    now = briefing.now
    away = [min(until, now) - max(first, since) for first, until in _away(briefing)]
    return (now - since - sum((span for span in away if span > timedelta(0)), timedelta(0))).days


def _day(briefing: Briefing, days: int) -> date:
    """The day that lies so many days ago, without time away."""
    day, left = briefing.today, days
    away = [(briefing.calendar.day_of(since), briefing.calendar.day_of(until)) for since, until in _away(briefing)]
    while left > 0:
        day -= timedelta(days=1)
        left -= not any(first <= day < last for first, last in away)
    return day


def _away(briefing: Briefing) -> list[tuple[datetime, datetime]]:
    """Pauses and the customer's busy seasons, which do not count; a pause within a busy season is one with it."""
    calendar, midnight = briefing.calendar, time(0)
    spans = [(pause.since, pause.until) for pause in briefing.state.pauses]
    spans += [
        (calendar.at(season.first, midnight), calendar.at(season.last + timedelta(days=1), midnight))
        for season in briefing.deal.busy_seasons
    ]
    return without_overlaps(spans)
