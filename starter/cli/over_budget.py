"""Does a playbook keep its own budgets while everybody is in time? Complaints with file and line, by rehearsing it."""

from collections.abc import Sequence
from pathlib import Path

from playbooks.complaint import BadPlaybook, Complaint, Spot


def over_budget(files: Sequence[Path]) -> list[Complaint]:
    """An error for each budget that a scenario breaks in which everybody is in time, for the playbooks in those files.

    Those that cannot be read are left out: lint has said what is wrong with them. Raises ScenarioFailed.
    """
    from activities.calendars import public_holidays
    from domain.rehearsal.budgets import breaches
    from playbooks.library import complaint_at, load_playbook
    from playbooks.scenarios.files import load_scenarios
    from starter.rehearsing import play

    scenarios = load_scenarios(None, public_holidays)
    punctual = scenarios._replace(parts=tuple(part for part in scenarios.parts if part.scenario.on_time))
    books = []
    for file in files:
        try:
            books.append((file, load_playbook(file)))
        except BadPlaybook:
            continue
    stories = play([book for _, book in books], punctual)
    return [
        complaint_at(file, spot_of(breach.budget), f"in the scenario {breach.scenario}: {breach.what}")
        for (file, book), lived in zip(books, stories, strict=True)
        for breach in breaches(book.budgets, lived)
    ]


def spot_of(budget: str) -> Spot:
    """The path to a budget from its name: `budgets.mails[3]`."""
    parts = budget.replace("[", ".").replace("]", "").split(".")
    return tuple(int(part) if part.isdigit() else part for part in parts)
