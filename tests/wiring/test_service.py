"""Does a process that cannot begin say why, and with which exit code?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("process", ["worker.py", "web.py", "pages.py"])
def test_a_database_that_is_not_there_ends_the_process_as_not_reachable(process: str, tmp_path: Path) -> None:
    """Whoever supervises it starts it again."""
    ended = begun(process, tmp_path, DAY90_DATABASE_URL=f"postgresql://day90@127.0.0.1:{free_port()}/day90")

    assert 5 == ended.returncode
    assert "Traceback" not in ended.stderr


def begun(process: str, data: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """The process, begun with those settings and ended by itself."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DAY90_")}
    return subprocess.run(
        [sys.executable, str(ROOT / process)],
        cwd=data,
        env={**bare, "DAY90_DATA": str(data), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
