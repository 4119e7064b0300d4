"""Can what a playbook measures be reached? Checks targets, indicators, red flags, training, hours and criteria."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import get_args

from domain.deal import CustomerRole
from domain.measure.figures import FIGURES
from domain.measure.rules import read_rule
from domain.measure.targets import OBSERVED
from domain.playbook import Playbook, RedFlag, Session, Target
from playbooks.complaint import Spot
from playbooks.lint.dates import A_WEEK, day_after_close, opening_day
from playbooks.lint.walk import every_milestone

Finding = tuple[Spot, str]


def targets_can_be_met(playbook: Playbook) -> Iterator[Finding]:
    for index, target in enumerate(playbook.targets):
        at: Spot = ("targets", index)
        if target.at_least is not None and target.below is not None and target.at_least >= target.below:
            yield (*at, "below"), f"is {target.below:g}, and at_least is {target.at_least:g}: no figure is both"
        if target.at_least is not None and target.at_least > 100 and target.unit.startswith("% of"):
            yield (*at, "at_least"), f"is {target.at_least:g} {target.unit}: more than all of them"


def indicators_ask_for_something(playbook: Playbook) -> Iterator[Finding]:
    latest = playbook.hand_off.latest_day
    for index, indicator in enumerate(playbook.indicators):
        at: Spot = ("indicators", index)
        if not (indicator.milestones or indicator.under_way or indicator.observed or indicator.share_reached):
            yield at, f"{indicator.key!r} asks for nothing: give milestones, under_way, observed or share_reached"
        for number, what in enumerate(indicator.observed):
            if what not in OBSERVED:
                yield (*at, "observed", number), f"nothing observes {what!r}; there are: {', '.join(OBSERVED)}"
        if A_WEEK * indicator.week > latest + A_WEEK:
            yield (*at, "week"), f"is {indicator.week}, which begins after the latest hand-off on day {latest}"
        for stage, share in indicator.share_reached.items():
            if not 0 < share <= 1:
                yield (*at, "share_reached", stage), f"is {share:g}: a share is more than 0 and at most 1"


def usage_can_reach_it(playbook: Playbook) -> Iterator[Finding]:
    for spot, _, milestone in every_milestone(playbook):
        rule, at = milestone.reached_by_usage, (*spot, "reached_by_usage")
        if rule is None:
            continue
        if (rule.event is None) == (rule.activated_pct is None):
            yield at, "needs one of event and activated_pct"
        if rule.event is None and (rule.users is not None or rule.within_days is not None):
            field = "users" if rule.users is not None else "within_days"
            yield (*at, field), "belongs to an event, which is missing"
        if milestone.sign_off:
            yield at, "is never looked at: a sign-off is a person's yes"
        if milestone.role == "hypercare_end":
            yield at, "is never looked at: hypercare ends by itself"


def rules_can_be_read(playbook: Playbook) -> Iterator[Finding]:
    for index, flag in enumerate(playbook.red_flags):
        at: Spot = ("red_flags", index, "rule")
        if flag.found_by == "rule" and not flag.rule:
            yield at, f"{flag.key!r} is found by a rule, which is missing"
        elif flag.found_by == "judgement" and flag.rule:
            yield at, f"{flag.key!r} is found by judgement: nobody would look at its rule"
        elif flag.rule and read_rule(flag.rule) is None:
            what = "cannot be read: write `figure < number`, or `figure not rising`, and a span like `in 30 days`"
            yield at, f"{what} or `for 3 weeks`; join several by `and`, and end with `from day 60` or `from go_live`"


def figures_are_known(playbook: Playbook) -> Iterator[Finding]:
    """What nobody reports is never met and never waves."""
    for index, target in enumerate(playbook.targets):
        yield from _known(target.metric, ("targets", index, "metric"))
    for index, part in enumerate(playbook.score.parts if playbook.score else ()):
        yield from _known(part.metric, ("score", "parts", index, "metric"))
    for index, flag in enumerate(playbook.red_flags):
        rule = read_rule(flag.rule or "")
        for clause in rule.clauses if rule else ():
            yield from _known(clause.figure, ("red_flags", index, "rule"))


def _known(figure: str, at: Spot) -> Iterator[Finding]:
    if figure not in FIGURES:
        alike = get_close_matches(figure, FIGURES, n=1, cutoff=0.5)
        yield at, f"nobody reports a figure {figure!r}" + (f": did you mean {alike[0]!r}?" if alike else "")


def score_can_be_computed(playbook: Playbook) -> Iterator[Finding]:
    score = playbook.score
    if score is None:
        return
    if not any(part.weight for part in score.parts):
        yield ("score", "parts"), "have no weight at all: give one of them a weight above 0"
    if score.amber_from >= score.green_from:
        yield ("score", "amber_from"), f"is {score.amber_from:g}, not below green_from ({score.green_from:g})"
    for index, part in enumerate(score.parts):
        at: Spot = ("score", "parts", index)
        worst, target, best = part.worth
        if not (worst < target < best or worst > target > best):
            what = f"is {worst:g}, {target:g}, {best:g}: what is worth 0, 80 and 100 has to rise, or fall, all the way"
            yield (*at, "worth"), what
        elif part.growing and not min(worst, target) < part.growing.from_ < max(worst, target):
            yield (*at, "growing", "from"), f"is {part.growing.from_:g}, not between {worst:g} and {target:g}"


def targets_are_worth_80(playbook: Playbook) -> Iterator[Finding]:
    """Else a customer who meets every target could be called ill, or one who misses them healthy."""
    last: dict[str, Target] = {}
    for target in playbook.targets:
        on = target.day if target.day is not None else 0
        if target.metric not in last or on >= (last[target.metric].day or 0):
            last[target.metric] = target
    for index, part in enumerate(playbook.score.parts if playbook.score else ()):
        if (one := last.get(part.metric)) is not None:
            wanted = one.at_least if one.at_least is not None else one.below
            if wanted is not None and wanted != part.worth[1]:
                at: Spot = ("score", "parts", index, "worth")
                yield at, f"says that {part.worth[1]:g} is worth 80, and the target {one.key!r} is {wanted:g}"


def no_flag_waves_while_the_target_is_met(playbook: Playbook) -> Iterator[Finding]:
    """The red flag must lie below the target, with amber between: otherwise a figure could be green and red at once."""
    for index, flag in enumerate(playbook.red_flags):
        for target in playbook.targets:
            if conflict := _conflict(flag, target):
                yield ("red_flags", index, "rule"), conflict
    training = playbook.training
    if training and training.red_flag_below_pct > training.goal_pct:
        what = (
            f"is {training.red_flag_below_pct:g}, above goal_pct ({training.goal_pct:g}): the goal itself would be red"
        )
        yield ("training", "red_flag_below_pct"), what


def sessions_lead_to_their_milestone(playbook: Playbook) -> Iterator[Finding]:
    """A session comes no later than the week of the milestone that it leads to."""
    stages = {milestone.key: stage for stage in playbook.stages for milestone in stage.milestones}
    for index, session in _sessions(playbook):
        first, last = A_WEEK * (session.week - 1) + 1, A_WEEK * session.week
        day = day_after_close(playbook, session.milestone) if session.milestone else None
        at: Spot = ("training", "sessions", index, "week")
        if day is not None and first > day and not session.optional:
            yield at, f"{session.key!r} begins on day {first}, but leads to {session.milestone!r} on day {day}"
        stage = stages.get(session.milestone or "")
        opens = opening_day(playbook, stage) if stage else None
        if stage is not None and opens is not None and last < opens:
            yield at, f"{session.key!r} is over by day {last}, before {stage.key!r} opens on day {opens}"


def sessions_lie_within_the_plan(playbook: Playbook) -> Iterator[Finding]:
    kickoff = playbook.playing("kickoff")
    begun = day_after_close(playbook, kickoff.key) if kickoff else None
    latest = playbook.hand_off.latest_day
    for index, session in _sessions(playbook):
        first, last = A_WEEK * (session.week - 1) + 1, A_WEEK * session.week
        at: Spot = ("training", "sessions", index, "week")
        if begun is not None and last < begun:
            yield at, f"{session.key!r} is over by day {last}, before the kickoff on day {begun}"
        if first > latest:
            yield at, f"{session.key!r} begins on day {first}, after the latest hand-off on day {latest}"


def hours_can_be_given(playbook: Playbook) -> Iterator[Finding]:
    seen: set[tuple[str, frozenset[str]]] = set()
    for index, hours in enumerate(playbook.resources):
        at: Spot = ("resources", index)
        if hours.hours_from > hours.hours_to:
            yield (*at, "hours_to"), f"is {hours.hours_to:g}, less than hours_from ({hours.hours_from:g})"
        side = "customer" if hours.role in get_args(CustomerRole) else "vendor"
        if side != hours.side:
            yield (*at, "side"), f"{hours.role} is on the side of the {side}"
        if hours.per == "phase" and not hours.stages:
            yield (*at, "stages"), "are missing: per phase, but of which stages?"
        key = (hours.role, frozenset(hours.stages))
        if key in seen:
            yield (*at, "role"), f"{hours.role} has hours for the same stages already"
        seen.add(key)


def evidence_comes_before_the_hand_off(playbook: Playbook) -> Iterator[Finding]:
    """A person may still confirm the criterion, but the figure does not exist yet."""
    latest = playbook.hand_off.latest_day
    targets = {target.key: target for target in playbook.targets}
    for index, criterion in enumerate(playbook.hand_off.criteria):
        for e, key in enumerate(criterion.evidence):
            target = targets.get(key)
            day = _target_day(playbook, target) if target else None
            if day is not None and day > latest:
                what = f"{key!r} is measured on day {day}, after the latest hand-off on day {latest}"
                yield ("hand_off", "criteria", index, "evidence", e), what


def early_targets_have_a_later_one(playbook: Playbook) -> Iterator[Finding]:
    """Before the go-live a figure counts the few who were invited; a later target must look at everybody after it."""
    live = playbook.playing("go_live")
    live_day = day_after_close(playbook, live.key) if live else None
    days = [_target_day(playbook, target) for target in playbook.targets]
    for index, (target, day) in enumerate(zip(playbook.targets, days, strict=True)):
        if live_day is None or day is None or day >= live_day:
            continue
        later = [
            other_day
            for other, other_day in zip(playbook.targets, days, strict=True)
            if other.metric == target.metric and other_day is not None and other_day >= live_day
        ]
        if not later:
            what = (
                f"is {target.day}, before the go-live on day {live_day}, and no later target looks at {target.metric}:"
                " whoever comes with the go-live would never be counted"
            )
            yield ("targets", index, "day"), what


def anchors_of_targets_count_something(playbook: Playbook) -> Iterator[Finding]:
    for index, target in enumerate(playbook.targets):
        if target.day is None and target.anchor != "close":
            yield ("targets", index, "anchor"), "is not looked at: there is no day that counts from it"


def corrections_have_a_flag(playbook: Playbook) -> Iterator[Finding]:
    used = {flag.correction for flag in playbook.red_flags}
    for index, correction in enumerate(playbook.corrections):
        if correction.key not in used:
            yield ("corrections", index, "key"), f"no red flag leads to {correction.key!r}"


def evidence_counts_once(playbook: Playbook) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for index, criterion in enumerate(playbook.hand_off.criteria):
        for e, key in enumerate(criterion.evidence):
            before = first.setdefault(key, criterion.key)
            at: Spot = ("hand_off", "criteria", index, "evidence", e)
            if before != criterion.key:
                yield at, f"{key!r} is evidence of {before!r} already: one figure would count for both"
            if criterion.by == "milestones":
                yield at, "is not looked at: this criterion asks for the milestones"


def everybody_is_trained_before_the_go_live(playbook: Playbook) -> Iterator[Finding]:
    """Advanced sessions may come later; the first one of a track may not."""
    live = playbook.playing("go_live")
    day = day_after_close(playbook, live.key) if live else None
    begun: set[str] = set()
    for index, session in sorted(_sessions(playbook), key=lambda numbered: numbered[1].week):
        first = A_WEEK * (session.week - 1) + 1
        if day is not None and first > day and session.track not in begun:
            what = f"{session.key!r} is the first for {session.track!r}, on day {first}, after the go-live on day {day}"
            yield ("training", "sessions", index, "week"), what
        begun.add(session.track)


def _sessions(playbook: Playbook) -> Iterator[tuple[int, Session]]:
    yield from enumerate(playbook.training.sessions if playbook.training else ())


def _target_day(playbook: Playbook, target: Target) -> int | None:
    base = 0 if target.anchor == "close" else day_after_close(playbook, target.anchor)
    return None if target.day is None or base is None else base + target.day


def _conflict(flag: RedFlag, target: Target) -> str | None:
    rule = read_rule(flag.rule or "")
    # Where more is asked for, the other clause may be what keeps the flag down.
    if rule is None or len(rule.clauses) > 1 or rule.clauses[0].figure != target.metric:
        return None
    sign, figure = rule.clauses[0].sign, rule.clauses[0].threshold
    if figure is None:
        return None
    if sign in ("<", "<=") and target.at_least is not None and figure > target.at_least:
        return f"waves below {figure:g}, but {target.key!r} is met from {target.at_least:g} on"
    if sign in (">", ">=") and target.below is not None and figure < target.below:
        return f"waves above {figure:g}, but {target.key!r} is met below {target.below:g}"
    return None


ERRORS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    targets_can_be_met,
    indicators_ask_for_something,
    usage_can_reach_it,
    rules_can_be_read,
    figures_are_known,
    score_can_be_computed,
    no_flag_waves_while_the_target_is_met,
    sessions_lead_to_their_milestone,
    sessions_lie_within_the_plan,
    hours_can_be_given,
)
WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    targets_are_worth_80,
    early_targets_have_a_later_one,
    anchors_of_targets_count_something,
    corrections_have_a_flag,
    evidence_counts_once,
    everybody_is_trained_before_the_go_live,
    evidence_comes_before_the_hand_off,
)
