"""Is each meeting called by one name, and is the name used? Finds titles of meetings that nobody would read.

All of it works as written, so these are warnings. Empty titles and line breaks are found with all other texts.
"""

from collections.abc import Callable, Iterator, Mapping

from domain.playbook import Milestone, Playbook
from domain.text import Text
from playbooks.complaint import Spot
from playbooks.lint.walk import every_milestone

Finding = tuple[Spot, str]
FIELD = "meeting_title"


def a_named_meeting_is_held(playbook: Playbook) -> Iterator[Finding]:
    """Titles of meetings at milestones that are reached without one."""
    for spot, _, milestone in every_milestone(playbook):
        if milestone.meeting_title is not None and (why := _without_a_meeting(playbook, milestone)):
            yield (*spot, FIELD), f"names the meeting of {milestone.key!r}, but {why}: nobody meets for it"


def a_meeting_is_named_otherwise_than_its_milestone(playbook: Playbook) -> Iterator[Finding]:
    """Without a name of its own a meeting has the title of its milestone, unless something else names it."""
    larger = _larger_meetings(playbook)
    for spot, _, milestone in every_milestone(playbook):
        is_usual = milestone.role != "kickoff" and milestone.key not in larger
        if is_usual and milestone.meeting_title == milestone.title:
            yield (*spot, FIELD), "is the title once more, by which its meeting is called anyway: leave it out"


def a_meeting_has_one_name(playbook: Playbook) -> Iterator[Finding]:
    """A milestone and the series that culminates in its meeting give that meeting the same title."""
    larger = _larger_meetings(playbook)
    for spot, _, milestone in every_milestone(playbook):
        title, other = milestone.meeting_title, larger.get(milestone.key)
        if title is not None and other is not None and title != other:
            yield (*spot, FIELD), f"is {_shown(title)}, but the series that culminates in it says {_shown(other)}"


def _larger_meetings(playbook: Playbook) -> Mapping[str, Text]:
    """What the meetings are called in which series culminate, by the keys of their milestones."""
    return {one.culminates.milestone: one.culminates.title for one in playbook.cadences if one.culminates}


def _without_a_meeting(playbook: Playbook, milestone: Milestone) -> str:
    if milestone.role == "kickoff" and playbook.kickoff.held == "in_writing":
        return "the kickoff is held in_writing"
    if milestone.role == "hypercare_end":
        return "time ends the hypercare"
    if milestone.role == "first_value":
        return "the first win reaches it"
    return "use of the product reaches it" if milestone.reached_by_usage else ""


def _shown(title: Text) -> str:
    return repr(title if isinstance(title, str) else next(iter(title.values()), ""))


WARNINGS: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    a_named_meeting_is_held,
    a_meeting_is_named_otherwise_than_its_milestone,
    a_meeting_has_one_name,
)
