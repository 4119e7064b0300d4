"""Does a rehearsed playbook keep to its budgets? Every one that is broken, with the scenario and the figure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from domain.playbook import Budgets, MailBudget
from domain.rehearsal.story import Mail, Story
from domain.wire import Wire


class Breach(Wire):
    """A budget that one scenario breaks; `budget` is its place in the playbook."""

    budget: str
    scenario: str
    what: str


def breaches(budgets: Budgets | None, stories: Sequence[Story]) -> list[Breach]:
    """Every budget that is broken, in the order of the playbook, with each scenario that breaks it."""
    if budgets is None:
        return []
    broken = [*_of_mails(budgets, stories)]
    broken += _on_days_off(stories) if budgets.nothing_due_on_days_off else []
    broken += _escalations(stories) if budgets.no_escalation_of_the_punctual else []
    return broken


def _of_mails(budgets: Budgets, stories: Sequence[Story]) -> Iterator[Breach]:
    for number, budget in enumerate(budgets.mails):
        for story in stories:
            if (what := _too_many(budget, story)) is not None:
                yield Breach(budget=f"budgets.mails[{number}]", scenario=story.scenario, what=what)


def _on_days_off(stories: Sequence[Story]) -> Iterator[Breach]:
    for story in stories:
        for day in story.days_off:
            what = f"{day.about} falls on {day.on}, {day.why}"
            yield Breach(budget="budgets.nothing_due_on_days_off", scenario=story.scenario, what=what)


def _escalations(stories: Sequence[Story]) -> Iterator[Breach]:
    for story in stories:
        for mail in story.escalations if story.on_time else ():
            what = f"{mail.kind} about {mail.about} to {mail.to} on {mail.on}".replace("_", " ", 1)
            yield Breach(budget="budgets.no_escalation_of_the_punctual", scenario=story.scenario, what=what)


def in_words(budget: MailBudget) -> str:
    """What the budget allows, as people say it."""
    whose = f"all of the {budget.to} together" if budget.counted == "together" else f"each {budget.to}"
    when = " with everything in time" if budget.when == "on_time" else ""
    return f"at most {budget.at_most} mails per {budget.per} to {whose.replace('_', ' ')}{when}"


def _too_many(budget: MailBudget, story: Story) -> str | None:
    if budget.when == "on_time" and not story.on_time:
        return None
    counts = Counter(_counted(budget, story.messages_to(budget.to)))
    if not counts:
        return None
    (whose, when), most = max(counts.items(), key=lambda one: (one[1], str(one[0])))
    if most <= budget.at_most:
        return None
    return f"{most} mails to {whose}{f' {when}' if when else ''}, and {budget.at_most} are the most"


def _counted(budget: MailBudget, mails: Sequence[Mail]) -> Iterator[tuple[str, str]]:
    """Whose and when each mail counts."""
    for mail in mails:
        whose = budget.to.replace("_", " ") if budget.counted == "together" else mail.to
        yield whose, _span(budget, week=mail.week, on=mail.on)


def _span(budget: MailBudget, *, week: int, on: date) -> str:
    if budget.per == "week":
        return f"in week {week}"
    return f"on {on}" if budget.per == "day" else ""
