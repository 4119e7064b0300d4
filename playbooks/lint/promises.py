"""Is what a playbook promises sent? Finds cadences that nothing sends, and texts that a company has yet to fill in.

How grave that is depends on whose playbook it is (`playbooks/library.py`): ours promises nothing without a sender; a
company may carry a cadence as a note, but sends no letter with a hole in it.
"""

from collections.abc import Iterator

from domain.playbook import Playbook
from domain.text import placeholders
from playbooks.complaint import Spot
from playbooks.lint.texts import texts_of

Finding = tuple[Spot, str]


def unsent(playbook: Playbook) -> Iterator[Finding]:
    """Cadences that nothing sends: `sent: false`, as needed, or letters whose texts are all to be filled in yet."""
    for index, cadence in enumerate(playbook.cadences):
        if not cadence.goes_out:
            yield ("cadences", index), f"nothing sends {cadence.key!r}: plans and mails leave it out"


def unfilled(playbook: Playbook) -> Iterator[Finding]:
    """Texts with a [[placeholder]], which are shown to nobody."""
    for spot, text in texts_of(playbook):
        if found := placeholders(text):
            yield spot, f"fill in [[{found[0]}]]: only you can say it, and until then it is sent to nobody"
