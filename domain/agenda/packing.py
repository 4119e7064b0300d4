"""How is a state kept small? Folded in memory between wake-ups, and packed wherever a history holds it."""

import zlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from domain.agenda.state import State

SMALL = 6
"""zlib's level: a fourth of the JSON, in a tenth of a millisecond. The highest takes a fourth longer, for two bytes."""


FULL_OF = (
    b'"seen":["counts":{"fact/stage_closed/fact/stage_opened/fact/sign_off_asked/fact/milestone_reached/":1,"criteria":['
    b'"by":"attestation""attested_by":"entries":[[/cadence","cadence",T08:00:00Z",/nudge","nudge","opens":"","after":['
    b'"status":"closed"},{"key":"","title":"","stage":"","due":"","requires":["role":"signers":["optional":true,"critical":'
    b'true,T16:00:00Z","status":"reached","at":"20'
)
"""zlib's dictionary: text that every state is full of. It may never change: nothing packed can be read without it."""


def packed(state: State) -> bytes:
    """The state's JSON in zlib: 2 to 3 kB where it was 10."""
    packing = zlib.compressobj(SMALL, zdict=FULL_OF)
    return packing.compress(state.model_dump_json().encode()) + packing.flush()


def unpacked(folded: bytes) -> State:
    """The state that was packed. Raises ValueError (pydantic's) or zlib.error when the bytes hold none."""
    return State.model_validate_json(in_json(folded))


def in_json(folded: bytes) -> bytes:
    """The JSON of a packed state. Raises zlib.error when the bytes hold none, or not all of it."""
    unpacking = zlib.decompressobj(zdict=FULL_OF)
    json = unpacking.decompress(folded)
    if not unpacking.eof:
        raise zlib.error(f"a packed state ends after {len(folded)} bytes, before its end")
    return json


def carried(held: bytes | State | Mapping[str, Any]) -> State:
    """The state that a history holds: packed; in older ones unpacked, or, from run to run, as `{"state": ...}`.

    Raises like `unpacked`.
    """
    if isinstance(held, bytes):
        return unpacked(held)
    return held if isinstance(held, State) else State.model_validate(held["state"])


DOZING = 64
"""States of a process that sleep as they are, some 50 kB each: who was awake a moment ago wakes again soonest."""


class FoldingState:
    """A state that is packed away while nothing happens, and unpacked unchanged when it is asked for.

    It is packed as for a new run, which the stored states and the deploy gate hold: as objects it is twenty
    times as large, and an onboarding sleeps for all but seconds of its months. The last `DOZING` that were folded are
    packed once others have been after them.
    """

    def __init__(self, state: State) -> None:
        self._state: State | None = state
        self._asleep: _Asleep | None = None

    @property
    def state(self) -> State:
        """The state as it is now, to be changed."""
        if self._asleep is not None:
            self._state, self._asleep = self._asleep.wake(), None
        assert self._state is not None
        return self._state

    def glimpse(self) -> State:
        """The state as it is now, to be read and let go: what was packed away stays so."""
        return self.state if self._asleep is None else self._asleep.glimpse()

    def fold(self) -> None:
        """Let the state be packed away, as soon as enough others have been folded, until it is asked for."""
        if self._asleep is None:
            self._state, self._asleep = None, _Asleep.fall(self.state)


class _Asleep:
    """A state that nobody changes. It is packed by the thread that folds another one: no longer its own.

    Whoever takes it out of `_DOZING` has it, and each such step is a single one of the interpreter.
    """

    def __init__(self, state: State) -> None:
        self._state: State | None = state
        self._packed = b""

    @classmethod
    def fall(cls, state: State) -> "_Asleep":
        """The state asleep, and the one that dozes longest packed, where too many do."""
        asleep = cls(state)
        _DOZING[asleep] = True
        if len(_DOZING) > DOZING:
            longest, _ = _DOZING.popitem(last=False)
            longest._pack()
        return asleep

    def wake(self) -> State:
        """The state, to be changed."""
        ours = _DOZING.pop(self, False)
        state = self._state
        if state is None:
            return unpacked(self._packed)
        # Somebody may be packing it right now, and must not see it change.
        return state if ours else unpacked(packed(state))

    def glimpse(self) -> State:
        """The state, to be read."""
        return self._state or unpacked(self._packed)

    def _pack(self) -> None:
        assert self._state is not None
        self._packed = packed(self._state)
        self._state = None


_DOZING: OrderedDict[_Asleep, bool] = OrderedDict()
"""Those that sleep as they are, longest first."""
