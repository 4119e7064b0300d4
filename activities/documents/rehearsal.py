"""How does a rehearsal become a page that can be mailed? One HTML file without scripts, that loads nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.legible import legible
from domain.playbook import Playbook
from domain.rehearsal.budgets import in_words
from domain.rehearsal.report import Rehearsal, grouped, grouped_dates, hours_over, loads
from domain.rehearsal.story import Mail, Story, messages
from domain.wording import day_in_words

TEMPLATE = Path(__file__).parent / "rehearsal.html"


class Reader(NamedTuple):
    """Somebody in one scenario: how much they got, of which kinds, and in which week."""

    role: str
    id: str
    mails: int
    kinds: str
    weeks: tuple[int, ...]


class BudgetLine(NamedTuple):
    words: str
    breaches: tuple[str, ...]


@dataclass(frozen=True)
class RehearsalPage:
    """Draws rehearsals. Every text of a playbook or scenario is escaped, and none can turn a line around."""

    template: Path = TEMPLATE

    def html(self, result: Rehearsal, playbook: Playbook) -> str:
        """The page: the same rehearsal gives the same text."""
        on_time = result.on_time or result.stories
        return self._template.render(
            result=result,
            stories=sorted(result.stories, key=lambda story: not story.on_time),
            differences={one.scenario: one for one in result.differences},
            dates=grouped_dates(result.differences),
            groups=grouped(result.differences),
            loads=loads(on_time),
            hours=hours_over(on_time),
            when="with everything in time" if result.on_time else "in these scenarios",
            budgets=_budgets(result, playbook),
            readers=_readers,
        )

    @cached_property
    def _template(self) -> Template:
        jinja = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self.template.parent),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_readable,
        )
        jinja.filters |= {"day": _day, "plainly": _plainly}
        return jinja.get_template(self.template.name)


def _readable(value: Any) -> Any:
    """What is printed, without control characters and what turns a line around."""
    return legible(value) if type(value) is str else value


def _day(day: date | None) -> str:
    return day_in_words(day) if day else "–"


def _plainly(key: str) -> str:
    return key.replace("_", " ")


def _readers(story: Story) -> list[Reader]:
    """Everybody who got mail in that story, the customer's people first, those with most mails first."""
    people = {mail.to: mail for mail in story.mails}
    order = sorted(people.values(), key=lambda mail: (mail.side == "vendor", -_count(story.mails, mail.to), mail.to))
    weeks = max((mail.week for mail in story.mails), default=0)
    return [_reader(story.mails, one, weeks) for one in order]


def _count(mails: Sequence[Mail], to: str) -> int:
    return sum(mail.to == to for mail in messages(mails))


def _reader(mails: Sequence[Mail], one: Mail, weeks: int) -> Reader:
    mine = [mail for mail in mails if mail.to == one.to]
    kinds = ", ".join(f"{_plainly(kind)} {count}" for kind, count in Counter(mail.kind for mail in mine).most_common())
    by_week = Counter(mail.week for mail in messages(mine))
    counts = tuple(by_week[week] for week in range(1, weeks + 1))
    return Reader(role=_plainly(one.role), id=one.to, mails=len(messages(mine)), kinds=kinds, weeks=counts)


def _budgets(result: Rehearsal, playbook: Playbook) -> list[BudgetLine]:
    """Every budget of the playbook in words, with what breaks it."""
    budgets = playbook.budgets
    if budgets is None:
        return []
    named = {f"budgets.mails[{number}]": in_words(budget) for number, budget in enumerate(budgets.mails)}
    if budgets.nothing_due_on_days_off:
        named["budgets.nothing_due_on_days_off"] = "nothing is due on a day off"
    if budgets.no_escalation_of_the_punctual:
        named["budgets.no_escalation_of_the_punctual"] = "nothing is escalated with everything in time"
    return [
        BudgetLine(words, tuple(f"{one.scenario}: {one.what}" for one in result.breaches if one.budget == place))
        for place, words in named.items()
    ]
