"""Does the door name the figures that speak against a criterion, before anything is sent?"""

from datetime import timedelta
from typing import Any

import pytest

from domain.news import CriterionAttested
from domain.record import Figure
from domain.refusal import Refused
from starter.doors.vouching import refuse_against_figures
from store.engine import wall_clock
from tests.support.fakes import MemoryLedger
from tests.support.simulation import MANAGER, OWNER, Simulation, deal, staff

ADOPTION = "adoption_on_target"


@pytest.fixture
def measured() -> tuple[MemoryLedger, str]:
    """An onboarding whose deal closed a hundred days ago, with 41 % of its users activated."""
    closed_at = wall_clock() - timedelta(days=100)
    onboarding = Simulation(deal(closed_at=closed_at, near_term=(), busy_seasons=(), go_live_by=None, notes=()))
    figure = Figure(metric="activation_rate", value=41, at=closed_at)
    onboarding.ledger.measured[onboarding.id] = {"activation_rate": figure}
    return onboarding.ledger, onboarding.id


def vouched(measured: tuple[MemoryLedger, str], **news: Any) -> None:
    ledger, onboarding = measured
    told = CriterionAttested.model_validate({"criterion": ADOPTION, "by": OWNER, **news})
    refuse_against_figures(ledger, onboarding, told, team=staff())


def test_against_a_figure_it_takes_a_reason(measured: tuple[MemoryLedger, str]) -> None:
    with pytest.raises(Refused, match=r"activation_rate is 41, less than 85 \(activation_by_60\)") as refused:
        vouched(measured)

    assert "reason" == refused.value.field


@pytest.mark.parametrize(
    "news",
    [
        {"reason": "Half of them work in the season only."},
        {"holds": False},
        {"criterion": "self_sufficient"},
        {"by": MANAGER},
    ],
)
def test_what_needs_no_reason_of_its_own_passes(measured: tuple[MemoryLedger, str], news: dict[str, Any]) -> None:
    """An approver may be approving what another has given a reason for."""
    vouched(measured, **news)


def test_of_an_unknown_onboarding_temporal_is_asked(measured: tuple[MemoryLedger, str]) -> None:
    vouched((measured[0], "onboarding-file-unknown"))
