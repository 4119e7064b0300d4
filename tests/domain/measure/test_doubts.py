"""Which reports cannot be true, and are they set apart with the reason?"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.measure.doubts import why_set_apart
from domain.measure.reported import Reported

CLOSED = datetime(2026, 9, 1, 12, tzinfo=UTC)
NOW = CLOSED + timedelta(days=60)
A_DAY = timedelta(days=1)


def doubt(metric: str, value: float, at: datetime, *before: float) -> str | None:
    reports = [Reported(one, NOW - (number + 2) * A_DAY) for number, one in enumerate(before)]
    return why_set_apart(metric, value, at, before=reports, closed_at=CLOSED, now=NOW)


@pytest.mark.parametrize(
    ("metric", "value", "at", "before", "reason"),
    [
        ("nps", 40, NOW + A_DAY, (), "lies ahead"),
        ("nps", 40, CLOSED - A_DAY, (), "before the contract"),
        ("tickets_per_week", 30, NOW, (3, 2, 4), "is 30, and was 3 so far"),
        ("tickets_per_week", 9, NOW - 2 * A_DAY, (3,), "was reported as 3 for the same moment"),
    ],
)
def test_what_cannot_be_true_is_doubted(
    metric: str, value: float, at: datetime, before: tuple[float, ...], reason: str
) -> None:
    """From the future, from before the contract, ten times as much as ever, and twice with different values."""
    assert reason in (doubt(metric, value, at, *before) or "")


@pytest.mark.parametrize(
    ("metric", "value", "at", "before"),
    [
        ("nps", 40, NOW + timedelta(minutes=5), ()),
        ("tickets_per_week", 3, NOW - 2 * A_DAY, (3,)),
        ("tickets_per_week", 30, NOW, (3, 2)),
        ("tickets_per_week", 30, NOW, (0, 0, 0)),
        ("weekly_use_rate", 60, NOW, (6, 5, 6)),
        ("goal:cycle_time", 20, CLOSED - A_DAY, ()),
        ("missed_meetings", 1, NOW - 2 * A_DAY, (2,)),
    ],
)
def test_what_may_well_be_true_counts(metric: str, value: float, at: datetime, before: tuple[float, ...]) -> None:
    """A clock that is minutes ahead; the same said again; too few reports to know; a share that rose; a baseline that
    was measured in the sale; two meetings at one moment."""
    assert doubt(metric, value, at, *before) is None
