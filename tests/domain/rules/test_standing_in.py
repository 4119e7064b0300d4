"""Who gets what while one of ours is away? The deputy what cannot wait; customers read who stands in meanwhile."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from domain.team import Absence, Team, assign
from tests.support.simulation import MANAGER, OTHER_CSM, OWNER, Simulation, deal, staff

AWAY = Absence(first=date(2026, 11, 9), last=date(2026, 11, 20))
MONDAY = datetime(2026, 11, 9, 12, tzinfo=UTC)


def team_with(**changes: Mapping[str, object]) -> Team:
    """The sample staff, with fields of some changed; handles have an underscore here where they have a dot."""
    handles = {handle.replace("_", "."): fields for handle, fields in changes.items()}
    members = [one.model_copy(update=handles.get(one.handle, {})) for one in staff().members]
    return Team(members=tuple(members))


def begun(**changes: Mapping[str, object]) -> Simulation:
    """Lindenau's onboarding, whose owner Jonas is away from Mon 9 to Fri 20 Nov 2026; Grace is his deputy."""
    return Simulation(deal(), team=team_with(**{"jonas_weber": {"absences": (AWAY,)}, **changes}))


def test_the_deputy_gets_what_cannot_wait_and_reads_in_whose_place() -> None:
    onboarding = begun()
    onboarding.to("2026-11-10 12:00")

    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1", by="project_lead")

    [copy] = onboarding.notices("issue_raised", to=OTHER_CSM)
    assert ("Jonas Weber", "2026-11-20", False) == tuple(
        copy.facts[name] for name in ("in_place_of", "in_place_until", "no_deputy")
    )
    assert "Grace Lee" == copy.facts["receiver"]
    assert OTHER_CSM in [one.id for one in onboarding.ledger.dossier(onboarding.id).people]


def test_who_is_away_finds_their_own_mail_on_their_return() -> None:
    onboarding = begun()
    onboarding.to("2026-11-10 12:00")

    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1", by="project_lead")

    assert onboarding.notices("issue_raised", to=OWNER)


def test_what_can_wait_is_for_nobody_else() -> None:
    onboarding = begun()
    onboarding.to("2026-11-10 12:00")
    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1", by="project_lead")

    onboarding.tell("resolve_issue", issue="T-1", by="technical_lead")

    assert [] == onboarding.notices("issue_resolved", to=OTHER_CSM)


@pytest.mark.parametrize(("when", "stand_in"), [("2026-11-10 12:00", "Grace Lee"), ("2026-11-23 12:00", "")])
def test_customers_read_who_stands_in_and_afterwards_nothing_of_it(when: str, stand_in: str) -> None:
    onboarding = begun()
    onboarding.to(when)

    onboarding.tell("pause", reason="Stocktaking", by="technical_lead")

    [told] = onboarding.notices("paused", to="project_lead")
    assert stand_in == told.facts.get("stand_in", "")
    assert ("2026-11-20" if stand_in else "") == told.facts.get("away_until", "")


def test_going_and_coming_back_is_told_to_no_customer() -> None:
    """It stands in what is written anyway."""
    away, there = begun(), Simulation(deal(), team=team_with())

    for onboarding in (away, there):
        onboarding.to("2026-11-27 12:00")

    customers = [one.id for one in there.dossier.people if one.side == "customer"]
    assert [n.key for n in there.notices() if n.to in customers] == [n.key for n in away.notices() if n.to in customers]


def test_without_a_deputy_the_manager_is_told_and_the_mail_goes_all_the_same() -> None:
    onboarding = begun(jonas_weber={"absences": (AWAY,), "deputy": None})
    onboarding.to("2026-11-10 12:00")

    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1", by="project_lead")

    [copy] = onboarding.notices("issue_raised", to=MANAGER)
    assert copy.facts["no_deputy"]
    assert onboarding.notices("issue_raised", to=OWNER)


def test_the_deputy_of_a_deputy_who_is_away_stands_in() -> None:
    team = team_with(
        mika_sato={"absences": (AWAY,), "deputy": "jonas.weber"},
        jonas_weber={"absences": (AWAY,), "deputy": "grace.lee"},
    )
    circle = team_with(jonas_weber={"absences": (AWAY,)}, grace_lee={"absences": (AWAY,)})

    stand_in = team.stand_in_for("mika.sato", MONDAY)

    assert stand_in is not None
    assert "grace.lee" == stand_in.handle
    assert circle.stand_in_for("jonas.weber", MONDAY) is None


def test_absences_that_follow_each_other_are_one() -> None:
    more = Absence(first=date(2026, 11, 21), last=date(2026, 11, 30))
    member = team_with(jonas_weber={"absences": (more, AWAY)}).member(OWNER)

    assert member is not None
    assert date(2026, 11, 30) == member.away_until(MONDAY)


def test_the_day_of_an_absence_is_that_of_where_they_are() -> None:
    member = team_with(mika_sato={"absences": (AWAY,)}).member("mika.sato")

    assert member is not None
    assert date(2026, 11, 20) == member.away_until(datetime(2026, 11, 8, 16, tzinfo=UTC))
    assert member.away_until(datetime(2026, 11, 20, 16, tzinfo=UTC)) is None


def test_nobody_gets_a_customer_while_they_are_away_if_another_could() -> None:
    def chosen(team: Team) -> str:
        return assign(team, "csm", touch="high", account=deal().account, on=MONDAY, load={}).handle

    first = chosen(team_with())
    away = {first.replace(".", "_"): {"absences": (AWAY,)}}
    everybody = {one.handle.replace(".", "_"): {"absences": (AWAY,)} for one in staff().members}

    assert first != chosen(team_with(**away))
    assert first == chosen(team_with(**everybody))


@pytest.mark.parametrize(
    ("first", "last", "what"),
    [("2026-11-20", "2026-11-09", "lies before first"), ("2026-11-20", "2028-11-09", "longer than 366 days")],
)
def test_an_absence_that_cannot_be_says_what_is_wrong(first: str, last: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Absence.model_validate({"first": first, "last": last})
