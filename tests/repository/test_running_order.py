"""Do the slow tests run first, each process with its share of them?"""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.running_order import ROOT, SLOW, slow_first

QUICK = [(ROOT / "tests/domain/test_clock.py", f"quick {number}") for number in range(100)]
LONG = [(ROOT / name, f"{Path(name).name} {number}") for name in SLOW for number in range(3)]


@pytest.mark.parametrize("file", SLOW)
def test_each_file_that_goes_first_is_there(file: str) -> None:
    """One that was renamed would silently run last again."""
    assert (ROOT / file).is_file()


@pytest.mark.parametrize("processes", [1, 2, 3, 4])
def test_each_process_begins_with_its_slow_files(processes: int) -> None:
    """By the runs of equal length that pytest-xdist hands out before anybody takes from another."""
    ordered = slow_first([*QUICK, *LONG], processes=processes)

    for share in shares(ordered, processes):
        slow = [not test.startswith("quick") for test in share]
        assert slow[0]
        assert sorted(slow, reverse=True) == slow


@pytest.mark.parametrize("tests", [QUICK, LONG, LONG[:4] + QUICK[:5], LONG + QUICK[:2], []])
@pytest.mark.parametrize("processes", [1, 3, 50])
def test_no_test_is_lost(tests: list[tuple[Path, str]], processes: int) -> None:
    """Also where few were asked for, and where all of them are slow."""
    assert Counter(test for _, test in tests) == Counter(slow_first(tests, processes=processes))


def shares(ordered: list[str], processes: int) -> list[list[str]]:
    """What each process is handed at first, as `WorkStealingScheduling.check_schedule` counts it."""
    left, handed = list(ordered), []
    for process in range(processes):
        count = len(left) // (processes - process)
        handed.append(left[:count])
        del left[:count]
    return handed
