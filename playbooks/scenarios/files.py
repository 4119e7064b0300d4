"""Which scenarios are there? Reads the shipped ones and those of a folder, and names every field that is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from domain.deal import DealClosed
from domain.refusal import InvalidDeal
from domain.rehearsal.scenario import Customer, Part, Scenario, ScenarioFile, ScenarioSet
from domain.rules.admission import Calendars, calendar_of, read_deal, refuse_ids_of_staff
from domain.team import Team
from playbooks.complaint import BadPlaybook, Complaint, Spot
from playbooks.library import DRAFT, TEAM_FILE, load_team
from playbooks.reading import Written, read, validated

SHIPPED = Path(__file__).parent
SOURCE = "rehearsal"
"""The source of every deal that is rehearsed: no CRM has it, so its ids are nobody else's."""
FILLED_IN = ("source", "id", "playbook")
"""Fields of a deal file that a rehearsal fills in by itself."""
Keyed = TypeVar("Keyed", Customer, Scenario)


class BadScenarios(BadPlaybook):
    """A file of scenarios cannot be used as it is. Whoever edits it must act."""

    where_all_are = ""


@dataclass(frozen=True)
class _Placed(Generic[Keyed]):
    """A customer or scenario, and where it stands."""

    one: Keyed
    written: Written
    spot: Spot

    def complaint(self, *spot: str | int, what: str) -> Complaint:
        return self.written.complaint((*self.spot, *spot), what)


def load_scenarios(folder: Path | None, calendars: Calendars) -> ScenarioSet:
    """The shipped scenarios and those of the folder; of one key the folder's counts, of customers and staff as well.

    Raises BadScenarios with every complaint, each with file, line and field, and BadPlaybook for a file that is no
    YAML or for the staff.
    """
    customers, scenarios = _in_folder(SHIPPED)
    team_file = SHIPPED / TEAM_FILE
    if folder is not None:
        more = _in_folder(folder)
        customers, scenarios = customers | more[0], scenarios | more[1]
        team_file = folder / TEAM_FILE if (folder / TEAM_FILE).exists() else team_file
    team = load_team(team_file)
    complaints = [*_about_customers(customers.values(), team, calendars), *_without_customer(scenarios, customers)]
    if complaints:
        raise BadScenarios(complaints)
    parts = (Part(placed.one, _deal(customers[placed.one.customer].one, placed.one)) for placed in scenarios.values())
    return ScenarioSet(tuple(parts), team)


def scenarios_json_schema() -> dict[str, Any]:
    """The schema of a file of scenarios; `day90 playbook schema scenarios` writes it."""
    return {"$schema": DRAFT, **ScenarioFile.model_json_schema(by_alias=True)}


def _in_folder(folder: Path) -> tuple[dict[str, _Placed[Customer]], dict[str, _Placed[Scenario]]]:
    """The customers and scenarios of a folder, by key. Raises BadScenarios."""
    if not folder.is_dir():
        raise BadScenarios([Complaint(str(folder), 0, "the folder of your scenarios", "is no folder")])
    misnamed = [path for ending in ("yml", "YAML", "YML") for path in sorted(folder.glob(f"*.{ending}"))]
    complaints = [
        Complaint(str(path), 0, "the whole file", "is not read: its name must end in .yaml") for path in misnamed
    ]
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name != TEAM_FILE and path.name[0] != "."]
    if not files and not complaints:
        complaints.append(Complaint(str(folder), 0, "the folder of your scenarios", "holds no file that ends in .yaml"))
    customers: list[_Placed[Customer]] = []
    scenarios: list[_Placed[Scenario]] = []
    for path in files:
        try:
            written = read(path)
            file = validated(written, ScenarioFile)
        except BadPlaybook as bad:
            complaints += bad.complaints
            continue
        customers += [_Placed(one, written, ("customers", n)) for n, one in enumerate(file.customers)]
        scenarios += [_Placed(one, written, ("scenarios", n)) for n, one in enumerate(file.scenarios)]
    complaints += [*_twice(customers), *_twice(scenarios)]
    if complaints:
        raise BadScenarios(complaints)
    return {placed.one.key: placed for placed in customers}, {placed.one.key: placed for placed in scenarios}


def _twice(placed: Sequence[_Placed[Keyed]]) -> Iterator[Complaint]:
    first: dict[str, _Placed[Keyed]] = {}
    for each in placed:
        before = first.setdefault(each.one.key, each)
        if before is not each:
            where = f"{before.written.file}:{before.written.line(before.spot)}"
            yield each.complaint("key", what=f"{each.one.key!r} stands in {where} already")


def _about_customers(customers: Iterable[_Placed[Customer]], team: Team, calendars: Calendars) -> Iterator[Complaint]:
    for placed in customers:
        for field in FILLED_IN:
            if field in placed.one.deal:
                yield placed.complaint("deal", field, what="is filled in by the rehearsal: leave it out")
        try:
            deal = _deal(placed.one, None)
            refuse_ids_of_staff(deal, team)
            calendar_of(deal, calendars)
        except InvalidDeal as wrong:
            spot = (int(part) if part.isdigit() else part for part in (wrong.field or "").split(".") if part)
            yield placed.complaint("deal", *spot, what=wrong.reason)
            continue
        if deal.owner is not None and team.member(deal.owner) is None:
            yield placed.complaint("deal", "owner", what=f"{deal.owner!r} is nobody of the scenarios' {TEAM_FILE}")


def _without_customer(
    scenarios: Mapping[str, _Placed[Scenario]], customers: Mapping[str, _Placed[Customer]]
) -> Iterator[Complaint]:
    for placed in scenarios.values():
        if placed.one.customer not in customers:
            known = ", ".join(sorted(customers))
            what = f"there is no customer {placed.one.customer!r}; there are: {known}"
            yield placed.complaint("customer", what=what)


def _deal(customer: Customer, scenario: Scenario | None) -> DealClosed:
    """The customer's deal as it is rehearsed in that scenario. Raises InvalidDeal."""
    id = (scenario.key if scenario else customer.key).replace("-", "_")
    return read_deal({**customer.deal, "source": SOURCE, "id": id})
