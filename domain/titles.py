"""What does a playbook call its parts? Their titles by their keys, in every language that it has."""

from collections.abc import Iterator, Mapping

from domain.playbook import Milestone, Playbook
from domain.record import OF_PROGRAMME
from domain.text import Text

KICKOFF: Text = {"en": "Kickoff meeting", "ja": "キックオフミーティング"}
"""What the meeting of the kickoff is called where the playbook does not say it: the one milestone that the program
knows to be a meeting, whatever state its title names."""


def titles_of(playbook: Playbook) -> Mapping[str, Text]:
    """Everything that the playbook gives a title, by its key; its own under its own."""
    return {
        playbook.key: playbook.title,
        **{cadence.key: cadence.title for cadence in playbook.cadences},
        **{criterion.key: criterion.title for criterion in playbook.hand_off.criteria},
        **{stage.key: stage.title for stage in playbook.stages},
        **{milestone.key: milestone.title for milestone in playbook.milestones},
    }


def meeting_title_of(playbook: Playbook, milestone: Milestone) -> Text:
    """What the meeting of that milestone is called.

    Its own `meeting_title`, else that of the larger meeting in which a series culminates, else, of the kickoff, what
    every kickoff is called. Of any other milestone it is the title, as it is.
    """
    larger = (cadence.culminates for cadence in playbook.cadences)
    culminating = next((one.title for one in larger if one is not None and one.milestone == milestone.key), None)
    usual = KICKOFF if milestone.role == "kickoff" else milestone.title
    return milestone.meeting_title or culminating or usual


def meeting_title(playbook: Playbook, key: str, known: str = "") -> Text:
    """What the meeting with that key is called: of a milestone or a series, `programme/KEY` of the success programme.

    `known` is what it was called when people were invited, in whichever language: of a series that culminates it tells
    which of its meetings is meant, the ordinary one without it. What the playbook does not have keeps its name.
    """
    titles = list(_meeting_titles(playbook, key))
    meant = (title for title in titles if known in ({"": title} if isinstance(title, str) else title).values())
    return next(meant, titles[0] if titles else known or key)


def _meeting_titles(playbook: Playbook, key: str) -> Iterator[Text]:
    """The titles that a meeting with that key may have, the ordinary one first."""
    for cadence in (one for one in playbook.cadences if one.key == key):
        yield cadence.title
        if cadence.culminates is not None:
            yield cadence.culminates.title
    if (milestone := playbook.milestone(key)) is not None:
        yield meeting_title_of(playbook, milestone)
    # The journal has a series of the programme by its key alone.
    yield from (one.title for one in playbook.programme.cadences if key in (one.key, f"{OF_PROGRAMME}{one.key}"))
