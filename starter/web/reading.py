"""How is a call read that anybody may have sent? Within limits, and with a reason when it is not what it should be."""

import hmac
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from starter.web.problems import Problem

DEEPEST = 100
"""Levels. Our parser takes 200, and what we keep and hand on stands within more: it must be readable there, too."""
WITHIN = b"[" * (200 - DEEPEST), b"]" * (200 - DEEPEST)


def read_json(body: bytes) -> Any:
    """The JSON value. Raises Problem when it is no JSON in UTF-8, or nested more than about a hundred levels deep."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("malformed", "the body is not UTF-8") from None
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as failure:
        # What the parser says names the place and nothing of the content.
        raise Problem("malformed", f"the body is no JSON: {failure}") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _refuse_deep(body)
    return value


def _refuse_deep(body: bytes) -> None:
    """By the parser, which is a hundred times faster than we are: what is JSON is so within brackets as well."""
    before, behind = WITHIN
    try:
        from_json(before + body + behind, allow_inf_nan=False)
    except ValueError:
        raise Problem("malformed", f"the body is nested more than {DEEPEST} levels deep") from None


def is_one_of(given: str, secrets: tuple[str, ...]) -> bool:
    """Whether it is one of the secrets; all are compared, each in the same time."""
    known = [hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()) for secret in secrets]
    return any(known)


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer …`; empty when there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
