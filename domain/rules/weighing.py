"""Do figures speak against a criterion of the hand-off that somebody vouches for?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Self

from domain.agenda.state import CriterionState, State
from domain.calendar import WorkCalendar
from domain.playbook import Playbook, Target
from domain.record import Dossier, Figure
from domain.wire import Wire


class Doubt(Wire):
    """A target that was missed when somebody vouched for what it is evidence of."""

    target: str
    figure: Figure

    def shown(self, target: Target | None) -> dict[str, Any]:
        """Figure and target as the journal keeps them, and letters show them."""
        wanted = {"at_least": target.at_least, "below": target.below, "unit": target.unit} if target else {}
        return {"target": self.target, **self.figure.model_dump(mode="json"), **wanted}

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """The doubt that was shown like this."""
        return cls(target=shown["target"], figure=Figure.model_validate(shown))


def anchors_of(state: State) -> Callable[[str], datetime | None]:
    """Tells when the close was, or when a milestone of that key was settled."""

    def anchor_of(key: str) -> datetime | None:
        if key == "close":
            return state.closed_at
        milestone = state.milestone(key)
        return milestone.at if milestone is not None and milestone.settled else None

    return anchor_of


Doubts = Mapping[str, Sequence[Doubt]]
"""What speaks against each criterion, by its key."""


def to_be_weighed(state: State) -> list[CriterionState]:
    """Criteria with figures behind them for which somebody has vouched since these were looked at."""
    spoken = [one for one in state.criteria if one.attested_by is not None and not one.unmeasured]
    return [one for one in spoken if not one.weighed] if state.goes_by(3) else []


def doubts_in(state: State, dossier: Dossier, figures: Mapping[str, Figure], *, now: datetime) -> Doubts:
    """What the latest `figures`, by metric, say against the criteria that are to be weighed."""
    on, anchor_of = dossier.calendar.day_of(now), anchors_of(state)
    return {
        one.key: doubts_about(one.key, dossier.playbook, figures, anchor_of=anchor_of, calendar=dossier.calendar, on=on)
        for one in to_be_weighed(state)
    }


def doubts_about(
    criterion: str,
    playbook: Playbook,
    figures: Mapping[str, Figure],
    *,
    anchor_of: Callable[[str], datetime | None],
    calendar: WorkCalendar,
    on: date,
) -> list[Doubt]:
    """The targets behind the criterion that are due by that day and missed; `figures` are the latest, by metric.

    `anchor_of` tells when that was from which a target's day counts: the close or a milestone; None before. What was
    never measured speaks against nothing.
    """
    evidence = next((one.evidence for one in playbook.hand_off.criteria if one.key == criterion), ())
    targets = [target for target in playbook.targets if target.key in evidence]
    return [
        Doubt(target=target.key, figure=figure)
        for target in targets
        if (figure := figures.get(target.metric)) is not None
        and is_missed(target, figure.value)
        and _is_due(target, anchor_of, calendar, on=on)
    ]


def is_missed(target: Target, value: float) -> bool:
    """Whether that figure misses the target; one that was only agreed on with the customer cannot be missed."""
    too_low = target.at_least is not None and value < target.at_least
    return too_low or (target.below is not None and value >= target.below)


def _is_due(target: Target, anchor_of: Callable[[str], datetime | None], calendar: WorkCalendar, *, on: date) -> bool:
    if target.day is None:
        return True
    anchor = anchor_of(target.anchor)
    return anchor is not None and calendar.day_of(anchor) + timedelta(days=target.day) <= on
