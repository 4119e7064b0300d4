"""How does a command run, and how does it end? With an exit code, and one line for an error, never a traceback."""

import json
import sys
from collections.abc import Sequence

from cyclopts import CycloptsError

from domain.legible import legible, legible_json
from starter.cli.codes import OK, USAGE, code_of, reason_of
from starter.cli.wrong_words import what_is_wrong
from starter.trouble import Signalled


def run(words: Sequence[str]) -> int:
    """Run the command in `words`; answers the exit code."""
    from starter.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        # A terminal whose encoding has no ✉ gets a question mark; otherwise the program would end with an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    as_json = "--json" in words
    try:
        answer = app(list(words), exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as wrong:
        return _say(_one_line(what_is_wrong(wrong)), code=USAGE, as_json=as_json)
    except Signalled as signalled:
        return 128 + signalled.number
    except KeyboardInterrupt:
        return 130
    except (BrokenPipeError, SystemExit):
        # Rich raises SystemExit when its reader has gone away; nothing else here does.
        return OK
    except Exception as trouble:
        code = code_of(trouble)
        return _say(_one_line(reason_of(trouble)), code=code, as_json=as_json, field=getattr(trouble, "field", ""))
    return answer if isinstance(answer, int) else OK


def _say(reason: str, *, code: int, as_json: bool, field: str = "") -> int:
    if as_json:
        bare = reason.removeprefix(f"{field}: ") if field else reason
        document = {"error": bare, "field": field or None, "code": code}
        print(legible_json(json.dumps(document, ensure_ascii=False)), file=sys.stderr)
    else:
        print(f"day90: {reason}", file=sys.stderr)
    return code


def _one_line(text: str) -> str:
    """The text without line breaks and other control characters, since it may quote what others sent us."""
    return legible(" ".join(text.split()))
