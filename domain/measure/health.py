"""How healthy is a customer? A score from 0 to 100 of parts, each with its figure, its points and what would lift it.

The targets of the sources are worth 80 in each part and the best is worth 100, so that "every target is met" and "the
customer is healthy" never contradict. What nobody has measured, and what is not due yet, is left out: its weight goes
to the others, and the answer says how much of what is due it knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from pydantic import Field

from domain.playbook import HealthScore, Playbook, ScorePart
from domain.refusal import Refused
from domain.text import in_language
from domain.wire import Instant, Wire

TARGET, BEST = 80.0, 100.0
"""What the figures in the middle and at the end of a part's line are worth."""
CRITICAL = "critical_issues"
"""Key of the part that takes points away while a critical issue is open."""

Band = Literal["green", "amber", "red"]


class Measured(Wire):
    """A figure with the moment at which it was so, and where it comes from; None where that is not known."""

    value: float
    at: Instant | None = None
    origin: str = "given"


class HealthFacts(Wire):
    """What is known of a customer. Days count from the close; `settled` has the day of each milestone that is.

    `figures` are the latest, by metric.
    """

    day: int = Field(ge=0)
    settled: Mapping[str, int] = Field(default_factory=dict)
    figures: Mapping[str, Measured] = Field(default_factory=dict)
    critical_issues: int = Field(0, ge=0)


class HealthPart(Wire):
    """A part of the score. `points` of at most `weight`, which is in % of all that is known; both 0 where it is not.

    `worth` is from 0 to 100. `target` is what is worth 80 today. `due_on` is the day of the close's count from which a
    part that is not due will count, None where that is not known.
    """

    key: str
    title: str
    unit: str
    state: Literal["known", "unknown", "not_due", "capped"]
    value: float | None = None
    target: float | None = None
    best: float | None = None
    worth: float | None = None
    weight: float = 0
    points: float = 0
    since: Instant | None = None
    origin: str | None = None
    due_on: int | None = None

    @property
    def lost(self) -> float:
        return self.weight - self.points


class Raise(Wire):
    """What would bring a part to its target, and what the score would be then."""

    key: str
    title: str
    value: float
    target: float
    unit: str
    points_lost: float
    score_then: float


class Health(Wire):
    """The answer. `score` is None where too little is known; `confidence` is the known share of what is due, 0 to 1.

    `lowest` and `highest` are the score if everything that is due and not known were as bad, or as good, as can be.
    `parts` are in the order of the points that they cost, `raise_most` those below their target alone.
    """

    score: float | None
    shown: int | None
    band: Band | None
    confidence: float
    lowest: float | None
    highest: float | None
    playbook: str
    playbook_hash: str
    parts: tuple[HealthPart, ...]
    raise_most: tuple[Raise, ...]


class _Line(NamedTuple):
    """What a figure is worth: straight from `worst` to `target`, and from there to `best`; it rises or falls."""

    worst: float
    target: float
    best: float

    def worth(self, value: float) -> float:
        sign = 1 if self.best > self.worst else -1
        worst, target, best, at = (sign * one for one in (*self, value))
        if at <= worst:
            return 0.0
        if at >= best:
            return BEST
        if at >= target:
            return TARGET + (BEST - TARGET) * (at - target) / (best - target)
        return TARGET * (at - worst) / (target - worst)


def health(playbook: Playbook, facts: HealthFacts, *, hashed: str = "", language: str = "en") -> Health:
    """The score of a customer by its playbook, whose hash is `hashed`. Raises Refused where that has no score."""
    score = playbook.score
    if score is None:
        raise not_scored(playbook.key)
    weighed = [part for part in score.parts if part.weight > 0]
    looked_at = [_looked_at(part, facts, language=language) for part in weighed]
    weights = {part.key: part.weight for part in weighed}
    known = sum(weights[one.key] for one in looked_at if one.state == "known")
    due = known + sum(weights[one.key] for one in looked_at if one.state == "unknown")
    share = known / due if due else 0.0
    enough = known > 0 and 100 * share >= score.known_at_least_pct
    parts = [_weighed(one, weights[one.key] / known if known and one.state == "known" else 0.0) for one in looked_at]
    whole = sum(part.points for part in parts)
    cap = score.critical_issue_caps_at if facts.critical_issues else None
    value = whole if cap is None else min(whole, cap)
    if value < whole:
        parts.append(_cap(value - whole, facts.critical_issues, language))
    lost = sorted(parts, key=lambda part: (part.state in ("unknown", "not_due"), -part.lost))
    lines = {part.key: _line(part, facts) for part in weighed}
    return Health(
        score=value if enough else None,
        shown=half_up(value) if enough else None,
        band=_band(score, value) if enough else None,
        confidence=share,
        lowest=min(whole * share, BEST if cap is None else cap) if enough else None,
        highest=min(whole * share + BEST * (1 - share), BEST if cap is None else cap) if enough else None,
        playbook=playbook.key,
        playbook_hash=hashed,
        parts=tuple(lost),
        raise_most=tuple(_raises(lost, lines, whole=whole, cap=cap)) if enough else (),
    )


def not_scored(playbook: str) -> Refused:
    """Why a customer of that playbook has no score."""
    return Refused(f"{playbook} has no health score: it says nothing under `score`", field="playbook")


def half_up(value: float) -> int:
    """The whole number that people see; comparisons take the number as it is."""
    return int(Decimal(repr(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _looked_at(part: ScorePart, facts: HealthFacts, *, language: str) -> HealthPart:
    """The part with its figure and what that is worth, before it is weighed."""
    first_day, line = _first_day(part, facts), _line(part, facts)
    shown = HealthPart(
        key=part.key,
        title=in_language(part.title, language),
        unit=part.unit,
        state="unknown",
        target=line.target,
        best=line.best,
    )
    measured = facts.figures.get(part.metric)
    is_due = first_day is not None and facts.day >= first_day
    if measured is None and part.so_far and is_due:
        measured = Measured(value=facts.day, origin="days so far")
    elif measured is not None and part.so_far:
        is_due = True
    if not is_due:
        return shown.model_copy(update={"state": "not_due", "due_on": first_day})
    if measured is None:
        return shown
    known = {"state": "known", "value": measured.value, "worth": line.worth(measured.value)}
    return shown.model_copy(update={**known, "since": measured.at, "origin": measured.origin})


def _first_day(part: ScorePart, facts: HealthFacts) -> int | None:
    """The day from which the part counts; None while what it counts from lies ahead."""
    base = 0 if part.anchor == "close" else facts.settled.get(part.anchor)
    return None if base is None else base + part.day


def _line(part: ScorePart, facts: HealthFacts) -> _Line:
    """What the part's figures are worth on that day."""
    worst, target, best = part.worth
    first_day = _first_day(part, facts)
    if part.growing is not None and first_day is not None:
        way = min(max(facts.day - first_day, 0) / part.growing.days, 1.0)
        target = part.growing.from_ + (target - part.growing.from_) * way
    return _Line(worst, target, best)


def _weighed(part: HealthPart, weight: float) -> HealthPart:
    if part.worth is None:
        return part
    return part.model_copy(update={"weight": 100 * weight, "points": part.worth * weight})


def _cap(points: float, issues: int, language: str) -> HealthPart:
    title = in_language({"en": "Critical issues that are open", "ja": "未解決の重大な課題"}, language)
    return HealthPart(key=CRITICAL, title=title, unit="", state="capped", value=issues, points=points)


def _band(score: HealthScore, value: float) -> Band:
    return "green" if value >= score.green_from else "amber" if value >= score.amber_from else "red"


def _raises(
    parts: Sequence[HealthPart], lines: Mapping[str, _Line], *, whole: float, cap: float | None
) -> Iterator[Raise]:
    for part in parts:
        if part.state != "known" or part.value is None or part.worth is None or part.worth >= TARGET:
            continue
        then = whole - part.points + TARGET * part.weight / 100
        yield Raise(
            key=part.key,
            title=part.title,
            value=part.value,
            target=lines[part.key].target,
            unit=part.unit,
            points_lost=part.lost,
            score_then=then if cap is None else min(then, cap),
        )
