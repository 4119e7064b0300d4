"""In which order do the tests run? The slow files first, or a run in parallel ends with one process working alone."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

Each = TypeVar("Each")

ROOT = Path(__file__).resolve().parents[2]
SLOW = (
    "tests/starter/web/api/test_schema.py",
    "tests/stories/test_crash.py",
    "tests/starter/cli/test_commands.py",
    "tests/starter/embedded/test_stack.py",
    "tests/portal/room/test_browser.py",
    "tests/repository/test_guards.py",
    "tests/stories/test_applying.py",
    "tests/stories/test_crowd.py",
    "tests/workflows/test_onboarding_in_any_order.py",
    "tests/starter/cli/test_demo.py",
    "tests/stories/test_onboarding.py",
    "tests/stories/test_salesforce.py",
    "tests/stories/test_hubspot.py",
    "tests/stories/test_deploys.py",
    "tests/workflows/test_alarm.py",
    "tests/stories/test_several_workers.py",
    "tests/stories/test_webhooks.py",
    "tests/stories/test_intake_by_machine.py",
    "tests/starter/cli/test_repair.py",
)
"""Files with tests of ten seconds and more, as `--durations` names them, the longest first. The processes take them in
turn, so that at first one of them computes while another waits for what it has killed to come back."""


def slow_first(tests: Iterable[tuple[Path, Each]], *, processes: int) -> list[Each]:
    """The tests of those files in the order in which as many processes should take them.

    pytest-xdist hands each process one run of the list, all equally long, and a process that is done takes from the end
    of another's. So the slow files are dealt out to the beginnings of these runs; each file stays together, for the
    sake of its fixtures.
    """
    slow: dict[Path, list[Each]] = {ROOT / name: [] for name in SLOW}
    others: list[Each] = []
    for file, test in tests:
        slow.get(file, others).append(test)
    dealt = [files for files in slow.values() if files]
    left = len(others) + sum(map(len, dealt))
    ordered: list[Each] = []
    for process in range(processes):
        first = [test for files in dealt[process::processes] for test in files]
        share = left // (processes - process)
        room = max(share - len(first), 0)
        ordered += [*first, *others[:room]]
        del others[:room]
        left -= len(first) + room
    return ordered + others
