"""Which dates of one onboarding does something move? Two plans of it, with the reasons for each new date."""

from datetime import date

from domain.plan import Plan
from domain.playbook import Playbook
from domain.text import in_language
from domain.wire import Wire
from domain.wording import reasons_in_words


class MovedDate(Wire):
    """A milestone whose day is another one now, or was asked to be; `why` are sentences, in English."""

    milestone: str
    title: str
    was: date
    now: date
    why: tuple[str, ...]


def moved_between(before: Plan, after: Plan, playbook: Playbook, *, asked: str | None) -> tuple[MovedDate, ...]:
    """The milestones whose days differ; that which was `asked` to move also where it could not, with the reasons."""
    titles = {milestone.key: in_language(milestone.title, "en") for milestone in playbook.milestones}
    was = {milestone.key: milestone.on for milestone in before.milestones}
    return tuple(
        MovedDate(
            milestone=planned.key,
            title=titles[planned.key],
            was=was[planned.key],
            now=planned.on,
            why=tuple(reasons_in_words(planned.reasons, titles)),
        )
        for planned in after.milestones
        if planned.key in was and (planned.on != was[planned.key] or planned.key == asked)
    )
