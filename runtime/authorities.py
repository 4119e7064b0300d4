"""Whom does a process believe that they are who they say? The authorities of its system, read once."""

import ssl
from functools import cache
from threading import Lock

_READING = Lock()


def authorities() -> ssl.SSLContext:
    """Whom the system believes. Reading them takes 40 ms, so whoever asks meanwhile waits for the one that reads."""
    with _READING:
        return _read()


@cache
def _read() -> ssl.SSLContext:
    return ssl.create_default_context()
