"""How many came to their training? Persons of all sessions together, since one full hall outweighs an empty room."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.measure.health import Measured
from domain.measure.reported import Reported

INVITED, ATTENDED, FIGURE = "training_invited", "training_present", "attendance_pct"


def attendance(reported: Mapping[str, Sequence[Reported]]) -> list[tuple[datetime, float]]:
    """The share of those invited so far who came, in %, after each session; nothing where nobody was invited."""
    invited, came = reported.get(INVITED, ()), reported.get(ATTENDED, ())
    shares = []
    for at in sorted({one.at for one in came}):
        of_all = sum(one.value for one in invited if one.at <= at)
        if of_all:
            shares.append((at, 100 * sum(one.value for one in came if one.at <= at) / of_all))
    return shares


def figures_of_training(reported: Mapping[str, Sequence[Reported]]) -> dict[str, Measured]:
    """What all sessions together come to."""
    shares = attendance(reported)
    if not shares:
        return {}
    at, value = shares[-1]
    return {FIGURE: Measured(value=value, at=at, origin="training")}
