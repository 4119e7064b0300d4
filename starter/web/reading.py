"""How are JSON and tokens read from a request that anybody may have sent? Within limits, and refused with a reason."""

import hmac
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from starter.web.problems import Problem

BOM = b"\xef\xbb\xbf"
"""What .NET and PowerShell put before a text in UTF-8."""
DEEPEST = 100
"""Levels of nesting. Our parser takes 200, and we keep values inside more levels, where it must read them as well."""
WITHIN = b"[" * (200 - DEEPEST), b"]" * (200 - DEEPEST)


def read_json(body: bytes) -> Any:
    """The JSON value in a body, with a byte order mark before it or without.

    Raises Problem when it is no JSON in UTF-8, or has more than about DEEPEST levels.
    """
    body = body.removeprefix(BOM)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("malformed", "the body is not UTF-8") from None
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as failure:
        # The parser names the place and quotes nothing of the content.
        raise Problem("malformed", f"the body is no JSON: {failure}") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _refuse_deep(body)
    return value


def _refuse_deep(body: bytes) -> None:
    """Raise Problem for a body nested more than DEEPEST levels deep.

    The parser finds out, a hundred times faster than code of ours: within brackets, the body reaches its limit of 200.
    """
    before, behind = WITHIN
    try:
        from_json(before + body + behind, allow_inf_nan=False)
    except ValueError:
        raise Problem("malformed", f"the body is nested more than {DEEPEST} levels deep") from None


def is_one_of(given: str, secrets: tuple[str, ...]) -> bool:
    """Whether `given` is one of the secrets. All are compared, each in constant time."""
    matches = [hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()) for secret in secrets]
    return any(matches)


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer …`; empty when there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
