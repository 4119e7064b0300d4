"""Do the sources' own contradictions show when both sides stand in one playbook?

docs/sources.md carries what the sources say; in some places they disagree with themselves. The shipped playbooks settle
each of them; here both sides are written down, and lint finds them, with file and line. Three are no matter of a
playbook's file, and are settled elsewhere:

- How customer health is scored (target 80, formula never given) is a formula of the program; a playbook holds the
  target alone, and a target without a figure is allowed.
- That the weekly status becomes monthly after the hand-off is what the program does by itself: cadences end with the
  onboarding, and only the programme's own go on. What a playbook can say twice is the rhythm afterwards: see below.
- What "adoption at target level" and "outcomes visible" mean is the criteria's `evidence`; whether a figure belongs to
  the one or the other is judgement. What a playbook can do wrong is to let one figure count for both: see below.
"""

from pathlib import Path

import pytest

from tests.playbooks.test_lint import line_of, planted, said_of

CONTRADICTIONS = {
    "two timelines: the 120 days of the stages in a plan of 90": (
        [("length_days: 120", "length_days: 90")],
        "length_days: 90",
        "warning: length_days: is 90, but 'success_plan_agreed' is planned for day 97",
    ),
    "two timelines: stages as a strict chain, in windows that overlap": (
        [("opens: {after: [environment_live], from_day: 29}", "opens: {after: [uat_signed_off], from_day: 29}")],
        "opens: {after: [uat_signed_off], from_day: 29}",
        "warning: stages[2].opens: 'enablement' opens on day 42 at the earliest, later than its window begins:"
        " weeks 5-8 (days 29 to 56)",
    ),
    "two weeks of hypercare from day 60 end outside the launch's weeks 7-10": (
        [("day: 14\n        anchor: gone_live", "day: 74\n        anchor: close")],
        "day: 74",
        "warning: stages[3].milestones[3].day: 'hypercare_closed' is planned for day 74, outside the window:"
        " weeks 7-10 (days 43 to 70)",
    ),
    "weeks 11-16 begin after a go-live window that ends a week earlier": (
        [("window: {en: weeks 7-10, ja: 第7〜10週}", "window: {en: weeks 7-9, ja: 第7〜9週}"),
         ("window: {en: days 90-120, ja: ご契約の90〜120日後}", "window: {en: weeks 13-17, ja: 第13〜17週}")],
        "window: {en: weeks 11-16",
        "warning: stages[4].window: begins on day 71, days 64 on belong to no stage",
    ),
    "go-live on day 60 is in week 9, the indicator says week 8": (
        [(", amber_while_ahead: gone_live", "")],
        "key: week_8_check",
        "indicators[3].milestones[0]: asks for 'gone_live' in week 8, but it is planned for day 60",
    ),
    "go-live on day 60 is in week 9, its phase says weeks 7-8": (
        [("window: {en: weeks 7-10, ja: 第7〜10週}", "window: {en: weeks 7-8, ja: 第7〜8週}")],
        "day: 60\n        role: go_live",
        "warning: stages[3].milestones[2].day: 'gone_live' is planned for day 60, outside the window:"
        " weeks 7-8 (days 43 to 56)",
    ),
    "activation of 70 % by day 30, before anybody is trained or live": (
        [('at_least: 85, unit: "% of licensed users", day: 60', 'at_least: 85, unit: "% of licensed users"')],
        "key: activation_by_30",
        "warning: targets[0].day: is 30, before the go-live on day 60, and no later target looks at activation_rate:"
        " whoever comes with the go-live would never be counted",
    ),
    "training is complete on day 50, its sessions run to week 9": (
        [("key: advanced_session, week: 9,", "key: advanced_session, week: 9, milestone: training_complete,")],
        "key: advanced_session",
        "training.sessions[5].week: 'advanced_session' begins on day 57, but leads to 'training_complete' on day 50",
    ),
    "the environment is live on day 30, its stage ends with the UAT on day 42": (
        [("requires: [plan_agreed, environment_set_up, security_passed]", "requires: [plan_agreed, uat_signed_off]"),
         ("requires: [environment_live, integrations_specified]", "requires: [integrations_specified]"),
         ("requires: [environment_live, security_passed, data_mapped]", "requires: [data_mapped]")],
        "requires: [plan_agreed, uat_signed_off]",
        "stages[1].milestones[5].requires[1]: 'environment_live' is planned for day 30, but requires 'uat_signed_off',"
        " planned for day 42",
    ),
    "monthly check-ins and monthly business reviews afterwards": (
        [("every_months: 3, minutes: 60", "every_months: 1, minutes: 60")],
        "key: quarterly_review",
        "warning: programme.cadences[1].every_months: 'quarterly_review' comes as often as 'monthly_check_in':"
        " people would meet twice about the same",
    ),
    "attendance of 90 % is the goal, below 90 % is red: no amber between": (
        [("rule: attendance_pct < 70", "rule: attendance_pct < 91")],
        "key: attendance_low",
        "red_flags[8].rule: waves below 91, but 'training_attended' is met from 90 on",
    ),
    "attendance of 70 % is the goal, below 90 % is red": (
        [("goal_pct: 90\n  red_flag_below_pct: 70", "goal_pct: 70\n  red_flag_below_pct: 90")],
        "red_flag_below_pct: 90",
        "training.red_flag_below_pct: is 90, above goal_pct (70): the goal itself would be red",
    ),
    "a trainer's hours per phase, and per week as everybody's": (
        [("  - {side: vendor, role: training_lead,",
          "  - {side: vendor, role: training_lead, hours_from: 10, hours_to: 15, per: week, stages: [enablement],"
          " duties: Content.}\n  - {side: vendor, role: training_lead,")],
        "hours_to: 15, per: phase",
        "resources[4].role: training_lead has hours for the same stages already",
    ),
    "a trainer's hours per phase of no phase": (
        [("per: phase, stages: [enablement], duties", "per: phase, duties")],
        "per: phase, duties",
        "resources[3].stages: are missing: per phase, but of which stages?",
    ),
    "adoption and outcomes judged by one figure": (
        [("evidence: [main_goal_by_90,", "evidence: [weekly_use_by_90,")],
        "key: outcomes_visible",
        "warning: hand_off.criteria[2].evidence[0]: 'weekly_use_by_90' is evidence of 'adoption_on_target' already:"
        " one figure would count for both",
    ),
    "the main goal at 30 % by day 180 judges a hand-off by day 120": (
        [("evidence: [main_goal_by_90,", "evidence: [main_goal_by_180,")],
        "key: outcomes_visible",
        "warning: hand_off.criteria[2].evidence[0]: 'main_goal_by_180' is measured on day 180, after the latest"
        " hand-off on day 120",
    ),
}  # fmt: skip


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_what_the_sources_say_twice_and_differently_is_found(contradiction: str, tmp_path: Path) -> None:
    changes, place, what = CONTRADICTIONS[contradiction]
    path = planted(tmp_path, *changes)
    line = line_of(path.read_text(encoding="utf-8"), place)

    lines = said_of(path)

    assert f"{path}:{line}: {what}" in lines, "\n".join(lines)
