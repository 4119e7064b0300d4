"""Are the customers whose truth is known always the same, and what their truth says?"""

from benchmarks.customers import DAYS, HELD_OUT_SEEDS, TRUTHS, TUNING_SEEDS, life
from benchmarks.foretelling import PAGE, foretold
from domain.measure.evaluation import evaluate


def test_a_seed_makes_the_same_customer_again_and_another_one_another() -> None:
    for truth in TRUTHS:
        assert life(truth, "medium", 1) == life(truth, "medium", 1)
        assert life(truth, "medium", 1) != life(truth, "medium", 2)


def test_the_seeds_that_judge_are_none_by_which_rules_are_tuned() -> None:
    """And the page says which they are."""
    assert not set(TUNING_SEEDS) & set(HELD_OUT_SEEDS)
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"{HELD_OUT_SEEDS[0]} to {HELD_OUT_SEEDS[-1]}" in text
    assert f"{TUNING_SEEDS[0]} to {TUNING_SEEDS[-1]}" in text


def test_what_is_known_on_a_day_is_nothing_of_the_days_after_it() -> None:
    """Else every flag would be early."""
    customer = life("struggling", "medium", 1)
    known = customer.on(50)

    assert known.happened
    assert all(one.at <= known.now for one in known.happened)
    assert all(one.at <= known.now for of_it in known.reported.values() for one in of_it)
    assert all(step.at is None or step.at <= known.now for step in known.milestones)


def test_who_thrives_is_healthy_and_who_struggles_is_not() -> None:
    """At the end of their 120 days, by the score, which no rule of a flag is an input of."""
    scores = {}
    for truth in ("thriving", "struggling", "champion_leaves"):
        score = evaluate(life(truth, "medium", 3).on(DAYS)).score
        assert score is not None
        scores[truth] = score.score or 0.0

    assert scores["thriving"] >= 80
    assert scores["struggling"] < 60
    assert scores["champion_leaves"] < 70


def test_a_silent_customer_has_an_alarm() -> None:
    assert foretold("silent", "low", 1).alarm is not None
