"""How is a step shown to who has it? With its date, its distance, its page, and what its button says."""

from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from domain.room.steps import Step, StepKind
from portal.room.view import View

PATHS = {"sign_off": "/sign-off/", "milestone": "/done/", "task": "/task/"}


class ShownStep(NamedTuple):
    """A step as pages show it. `others` may do it too, and it waits for what `waits_for` names."""

    kind: StepKind
    key: str
    title: str
    day: date
    late: bool
    today: bool
    done_when: str
    others: str
    all_sign: bool
    waits_for: str
    again: bool
    said: tuple[tuple[str, str, str], ...]
    path: str


def shown_step(view: View, step: Step) -> ShownStep:
    milestone = view.standing.dossier.playbook.milestone(step.key) if step.kind != "task" else None
    return ShownStep(
        kind=step.kind,
        key=step.key,
        title=step.title,
        day=step.due,
        late=step.due < view.today,
        today=step.due == view.today,
        done_when=view.text(milestone.done_when) if milestone else "",
        others=view.names(step.others),
        all_sign=bool(milestone and milestone.sign_off and milestone.sign_off.needs == "all"),
        waits_for=view.waiting([key for key in step.waits_for if key != step.key]),
        again=step.again,
        said=said_before(view, step),
        path=PATHS[step.kind] + quote(step.key, safe=""),
    )


def said_before(view: View, step: Step) -> tuple[tuple[str, str, str], ...]:
    """What was missing the last time: who said it, when, and what, a line for each reason."""
    last = view.sign_off(step.key).refused
    if last is None:
        return ()
    return tuple((view.name(last.by), view.short(view.day_of(last.at)), reason) for reason in last.reasons)
