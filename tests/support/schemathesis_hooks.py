"""What can no schema say, that schemathesis has to be told? Values that only we can give, where it means to send good
ones.
"""

import os
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import Case, GenerationMode, HookContext


@schemathesis.hook
def before_call(context: HookContext, case: "Case[Any]", kwargs: dict[str, Any]) -> None:
    """A cursor is a word of ours, an If-Match is one of our ETags, and a key stands for one request alone.

    News is sent to an onboarding that there is, but for what would end it.
    """
    if case.meta is not None and case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    case.query.pop("cursor", None)
    case.headers.pop("if-match", None)
    if "idempotency-key" in case.headers:
        case.headers["idempotency-key"] = uuid4().hex
    if "/news/" in case.path and not case.path.endswith("/end_onboarding"):
        case.path_parameters["onboarding"] = os.environ["ONBOARDING"]
