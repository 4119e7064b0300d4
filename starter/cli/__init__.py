"""What can people and programs do on the command line?

Exit codes: 0 done; 1 unexpected; 2 wrong usage or input; 3 refused by the business; 4 not found; 5 Temporal, its
workers or the database not reachable; 6 a check found something; 130 ended by Ctrl-C.
"""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from runtime.files import OURS_ALONE
from starter.cli.running import run


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code.

    By `os._exit`: the Temporal client's threads abort one in ten short processes at exit, after all their work was done
    (sdk-python#300). Both streams are flushed first; a reader that has gone away is no failure.
    """
    os.umask(OURS_ALONE)
    code = run(sys.argv[1:] if words is None else list(words))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError, ValueError):
            stream.flush()
    os._exit(code)
