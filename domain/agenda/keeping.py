"""How little does a state weigh while nothing happens? Folded up between one wake-up and the next."""

import zlib

from domain.agenda.state import State

QUICKLY = 1
"""zlib's level: a fourth of the JSON, in less time than it took to write it. The highest spares a tenth more."""


class Kept:
    """A state that can be put away and comes back when it is asked for, the same to the letter.

    It is put away as a new run would get it, which the stored states and the deploy gate hold: as objects it is twenty
    times as large, and an onboarding sleeps for all but seconds of its months.
    """

    def __init__(self, state: State) -> None:
        self._state: State | None = state
        self._folded = b""

    @property
    def state(self) -> State:
        """As it is now, to be changed."""
        if self._state is None:
            self._state, self._folded = self._unfolded(), b""
        return self._state

    def glimpse(self) -> State:
        """As it is now, to be looked at and let go: what was put away stays put away."""
        return self._state or self._unfolded()

    def fold(self) -> None:
        """Put it away until it is asked for."""
        if self._state is not None:
            self._folded = zlib.compress(self._state.model_dump_json().encode(), QUICKLY)
            self._state = None

    def _unfolded(self) -> State:
        return State.model_validate_json(zlib.decompress(self._folded))
