"""What does a playbook call its parts? Their titles by their keys, in every language that it has."""

from collections.abc import Mapping

from domain.playbook import Playbook
from domain.text import Text


def titles_of(playbook: Playbook) -> Mapping[str, Text]:
    """Everything that the playbook gives a title, by its key; its own under its own."""
    return {
        playbook.key: playbook.title,
        **{cadence.key: cadence.title for cadence in playbook.cadences},
        **{criterion.key: criterion.title for criterion in playbook.hand_off.criteria},
        **{stage.key: stage.title for stage in playbook.stages},
        **{milestone.key: milestone.title for milestone in playbook.milestones},
    }
