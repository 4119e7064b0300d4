"""Does the score say what the sources say of their customers, explain itself, and never punish what is better?"""

import json
from itertools import product
from random import Random
from typing import Any

import pytest

from domain.measure.given import facts_of, read_customer
from domain.measure.health import Health, HealthFacts, Measured, half_up, health
from domain.playbook import HealthScore, Playbook
from domain.refusal import Refused
from playbooks.library import Library
from tests.support.running_order import ROOT

PLAYBOOK = Library(None).get("high-touch")
PLAYBOOKS = [Library(None).get(key) for key in ("high-touch", "low-touch", "tech-touch")]
EXAMPLES = ROOT / "examples" / "health"
LIVE = {"gone_live": 58}


def score_of(raw: dict[str, Any], playbook: Playbook = PLAYBOOK) -> Health:
    return health(playbook, facts_of(read_customer(raw), playbook))


def example(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return raw


def changed(playbook: Playbook, **score: Any) -> Playbook:
    assert playbook.score is not None
    return playbook.model_copy(update={"score": playbook.score.model_copy(update=score)})


def weighted(playbook: Playbook, **weights: float) -> Playbook:
    assert playbook.score is not None
    parts = [part.model_copy(update={"weight": weights.get(part.key, part.weight)}) for part in playbook.score.parts]
    return changed(playbook, parts=tuple(parts))


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.key)
@pytest.mark.parametrize(
    ("name", "shown", "band", "between"),
    [("customer-a", 92, "green", (60, 95)), ("customer-b", 41, "red", (27, 62))],
)
def test_the_customers_of_the_sources_come_out_as_they_say(
    name: str, shown: int, band: str, between: tuple[int, int], playbook: Playbook
) -> None:
    """C-01 and C-02: by their three known facts alone, with the weights as they are shipped."""
    result = score_of(example(name), playbook)

    assert (shown, band, 0.65) == (result.shown, result.band, result.confidence)
    assert result.lowest is not None
    assert result.highest is not None
    assert between == (half_up(result.lowest), half_up(result.highest))


def test_what_gets_better_never_lowers_the_score() -> None:
    """C-03: from B towards A, one input at a time and in every combination."""
    steps = {
        "days_to_first_value": (127, 60, 28),
        "weekly_use_rate": (34, 60, 89),
        "core_features_in_use": (2, 5, 7),
    }
    scores = {}
    for levels in product(range(3), repeat=3):
        figures = {name: values[level] for (name, values), level in zip(steps.items(), levels, strict=True)}
        scores[levels] = score_of({"day": 130, "settled": LIVE, "figures": figures}).score or 0

    for levels, score in scores.items():
        for place in range(3):
            if levels[place] < 2:
                better = (*levels[:place], levels[place] + 1, *levels[place + 1 :])
                assert score < scores[better], (levels, better)
    assert scores[0, 0, 0] == min(scores.values())
    assert scores[2, 2, 2] == max(scores.values())


def test_better_figures_never_lower_it_and_no_part_moves_it_by_more_than_its_weight() -> None:
    """Random customers, each with one figure that changes."""
    random = Random(90)
    spans = {
        "weekly_use_rate": (0, 100, 1),
        "core_features_rate": (0, 100, 1),
        "days_to_first_value": (0, 400, -1),
        "outcomes_on_way_pct": (-50, 200, 1),
        "engagement_pct": (0, 100, 1),
        "tickets_per_week": (0, 30, -1),
        "nps": (-100, 100, 1),
    }
    for _ in range(3_000):
        figures = {name: random.uniform(low, high) for name, (low, high, _) in spans.items()}
        name, (low, high, way) = random.choice(list(spans.items()))
        other = figures | {name: random.uniform(low, high)}
        day, live = random.randint(60, 200), {"gone_live": random.randint(20, 60)}
        before, after = (score_of({"day": day, "settled": live, "figures": each}) for each in (figures, other))
        assert before.score is not None
        assert after.score is not None
        moved, better = after.score - before.score, way * (other[name] - figures[name])
        assert moved * better >= 0
        assert PLAYBOOK.score is not None
        metrics = {part.key: part.metric for part in PLAYBOOK.score.parts}
        [weight] = [part.weight for part in before.parts if metrics.get(part.key) == name] or [0]
        assert abs(moved) <= weight + 1e-9


@pytest.mark.parametrize("name", ["customer-a", "customer-b"])
def test_the_parts_add_up_and_each_explains_itself(name: str) -> None:
    """C-05: points make the score, weights the whole; the dearest part comes first."""
    result = score_of(example(name))
    known = [part for part in result.parts if part.state == "known"]

    assert result.score == pytest.approx(sum(part.points for part in result.parts))
    assert sum(part.weight for part in known) == pytest.approx(100)
    assert [part.lost for part in known] == sorted((part.lost for part in known), reverse=True)
    assert all(part.value is not None and part.target is not None and part.origin for part in known)


def test_every_target_met_is_worth_80_and_healthy() -> None:
    """Otherwise the targets and the score would contradict each other."""
    assert PLAYBOOK.score is not None
    met = {part.metric: part.worth[1] for part in PLAYBOOK.score.parts}
    result = score_of({"day": 120, "settled": LIVE, "figures": met})

    assert result.score == pytest.approx(80)
    assert ("green", 1.0, ()) == (result.band, result.confidence, result.raise_most)


def test_a_part_without_weight_is_left_out() -> None:
    """C-06: by hand, the mean of the others."""
    figures = {"days_to_first_value": 28, "weekly_use_rate": 89, "core_features_in_use": 7}
    result = score_of({"day": 120, "settled": LIVE, "figures": figures}, weighted(PLAYBOOK, core_features=0))

    assert result.score == pytest.approx((30 * 91.2 + 15 * 100) / 45)
    assert "core_features" not in {part.key for part in result.parts}


def test_nothing_measured_is_no_number() -> None:
    """C-08: on day 90, with the first value reached by nobody; not 0, not 100, not 80."""
    assert PLAYBOOK.score is not None
    parts = tuple(part for part in PLAYBOOK.score.parts if not part.so_far)
    result = score_of({"day": 90, "settled": LIVE}, changed(PLAYBOOK, parts=parts))

    assert (None, None, None, 0.0, ()) == (
        result.score,
        result.shown,
        result.band,
        result.confidence,
        result.raise_most,
    )
    assert {"unknown"} == {part.state for part in result.parts}


def test_a_first_value_that_nobody_reached_counts_its_days_once_it_is_due() -> None:
    """C-09: not on day 20, on day 100 as if it took so long, and never better the day after."""

    def first_value(day: int) -> Any:
        [part] = [part for part in score_of({"day": day}).parts if part.key == "time_to_value"]
        return part

    assert ("not_due", 60) == (first_value(20).state, first_value(20).due_on)
    assert (100, "days so far") == (first_value(100).value, first_value(100).origin)
    assert first_value(101).worth < first_value(100).worth


def test_use_is_not_due_before_the_go_live_and_its_target_grows_after_it() -> None:
    """60 % are enough a week after it, 75 % a month after it."""

    def use(day: int, settled: dict[str, int]) -> Any:
        figures = {"weekly_use_rate": 60}
        [part] = [
            part
            for part in score_of({"day": day, "settled": settled, "figures": figures}).parts
            if part.key == "weekly_use"
        ]
        return part

    assert ("not_due", None) == (use(50, {}).state, use(50, {}).due_on)
    assert ("not_due", 65) == (use(60, LIVE).state, use(60, LIVE).due_on)
    assert 80 == use(65, LIVE).worth
    assert 67.5 == pytest.approx(use(76, LIVE).target, abs=0.5)
    assert 64 == use(120, LIVE).worth


def test_a_critical_issue_caps_the_score_and_is_shown_as_a_part() -> None:
    """Nobody is healthy while nobody can work; a score below the cap stays."""
    capped, below = score_of(example("customer-a") | {"critical_issues": 1}), example("customer-b")
    [part] = [part for part in capped.parts if part.state == "capped"]

    assert (79, "amber") == (capped.score, capped.band)
    assert capped.score == pytest.approx(sum(part.points for part in capped.parts))
    assert part == capped.parts[0], "it costs most"
    assert score_of(below).score == score_of(below | {"critical_issues": 2}).score


def test_too_little_known_is_no_number_and_half_is_enough() -> None:
    """What is known stays to be seen."""
    little = score_of({"day": 120, "settled": LIVE, "figures": {"weekly_use_rate": 80, "days_to_first_value": 30}})
    half = score_of({"day": 120, "settled": LIVE, "figures": {"weekly_use_rate": 80, "core_features_rate": 50}})

    assert (None, 0.45) == (little.score, little.confidence)
    assert half.score is not None, "30 and 20, and the days so far"
    assert 2 == sum(part.state == "known" for part in little.parts)


def test_what_would_lift_it_most_comes_first_and_says_how_high() -> None:
    """As customer B has it: use, features, then the first value."""
    result = score_of(example("customer-b"))

    assert ["weekly_use", "core_features", "time_to_value"] == [one.key for one in result.raise_most]
    lifted = example("customer-b")
    lifted["figures"]["weekly_use_rate"] = 75
    assert result.raise_most[0].score_then == pytest.approx(score_of(lifted).score)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "day"),
        ([], ""),
        ({"day": -1}, "day"),
        ({"day": 90, "figures": {"weekly_use": 80}}, "figures.weekly_use"),
        ({"day": 90, "figures": {"weekly_use_rate": 130}}, "figures.weekly_use_rate"),
        ({"day": 90, "figures": {"weekly_use_rate": -1}}, "figures.weekly_use_rate"),
        ({"day": 90, "figures": {"weekly_use_rate": "many"}}, "figures.weekly_use_rate"),
        ({"day": 90, "figures": {"weekly_use_rate": float("nan")}}, "figures.weekly_use_rate"),
        ({"day": 90, "figures": {"attendance_pct": 80}}, "figures.attendance_pct"),
        ({"day": 90, "figures": {"core_features_in_use": 11}}, "figures.core_features_in_use"),
        (
            {"day": 90, "figures": {"core_features_in_use": 5, "core_features_rate": 50}},
            "figures.core_features_in_use",
        ),
        ({"day": 90, "settled": {"nonsense": 3}}, "settled.nonsense"),
        ({"day": 90, "settled": {"gone_live": 91}}, "settled.gone_live"),
        ({"day": 90, "surprise": 1}, "surprise"),
    ],
)
def test_a_customer_that_cannot_be_computed_is_refused_with_its_field(raw: Any, field: str) -> None:
    """Never averaged in, never guessed."""
    with pytest.raises(Refused) as refused:
        score_of(raw)

    assert str(refused.value.field or "").startswith(field)


def test_a_playbook_without_a_score_says_what_it_lacks() -> None:
    """As those of onboardings that began earlier."""
    with pytest.raises(Refused, match="has no health score"):
        health(PLAYBOOK.model_copy(update={"score": None}), HealthFacts(day=90))


@pytest.mark.parametrize(("value", "shown"), [(79.5, 80), (79.49999, 79), (0.5, 1), (100.0, 100)])
def test_people_see_half_rounded_up_and_bands_go_by_the_number_itself(value: float, shown: int) -> None:
    """79.5 shows as 80 and is amber."""
    assert shown == half_up(value)


def test_a_score_of_one_part_is_that_part() -> None:
    """The smallest score that there can be."""
    part = {"key": "use", "title": "Use", "metric": "weekly_use_rate", "unit": "%", "weight": 1, "worth": [0, 50, 100]}
    alone = PLAYBOOK.model_copy(update={"score": HealthScore.model_validate({"parts": [part]})})
    facts = HealthFacts(day=0, figures={"weekly_use_rate": Measured(value=75)})

    assert 90 == health(alone, facts).score
