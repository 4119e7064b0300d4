"""Which errors of the doors can somebody act on? Each says what to do; the command line turns them into exit codes."""

from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable

__all__ = [
    "CannotStart",
    "Fell",
    "InvalidNews",
    "NotFound",
    "NotReachable",
    "ScenarioFailed",
    "Signalled",
    "UnreadableFile",
    "WrongOption",
    "WrongSetting",
]


class InvalidNews(Refused):
    """News that no onboarding could understand: an unknown field, a wrong type. Who must act: the sender."""


class WrongOption(Exception):
    """A word on the command line that means nothing here. Who must act: whoever typed it."""


class UnreadableFile(Exception):
    """A file that was named and cannot be used. Who must act: whoever named it."""


class ScenarioFailed(Exception):
    """A scenario cannot be played to its end. Who must act: whoever wrote it; the line says what to take out."""


class CannotStart(Exception):
    """The embedded stack cannot come up as asked. Who must act: whoever started it; the line names the flag."""


class Fell(Exception):
    """A part of the embedded stack ended by itself. The line names the log to read; `code` is its exit code, if any,
    and below zero the signal that killed it.
    """

    def __init__(self, reason: str, *, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class WrongSetting(Fell):
    """A part of the embedded stack ended because a setting cannot be used.

    Who must act: whoever set it; the line names the variable.
    """


class Signalled(Exception):
    """A signal ended the work; everything that was started has been ended."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by signal {number}")
        self.number = number
