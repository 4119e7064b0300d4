"""What is wrong with the words of a command? In a line of ours, where the library's would name parts of a program."""

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, UnusedCliTokensError
from cyclopts.argument import Argument

KINDS = {int: "a whole number", float: "a number", bool: "true or false"}
"""What a value should be, by its type."""


def what_is_wrong(wrong: CycloptsError) -> str:
    """The reason, and the words that show the help of the command that was called."""
    command = " ".join(wrong.command_chain or ())
    return f"{f'{command}: ' if command else ''}{_reason(wrong)} (day90 {f'{command} --help'.strip()})"


def _reason(wrong: CycloptsError) -> str:
    match wrong:
        case MissingArgumentError(argument=Argument() as argument):
            given = argument.name in (wrong.unused_tokens or ())
            return f"{_name(argument)} {'needs a value' if given else 'is missing'}"
        case UnusedCliTokensError():
            words = wrong.unused_tokens or []
            many = f"{', '.join(map(repr, words))} {'is' if len(words) == 1 else 'are'} too much"
            return f"{many}; several words that belong together stand in quotes"
        case CoercionError(argument=Argument() as argument, token=token) if token and wrong.target_type in KINDS:
            return f"{_name(argument)} should be {KINDS[wrong.target_type]}, not {token.value!r}"
    return str(wrong)


def _name(argument: Argument) -> str:
    """The name as the usage of the command has it: in capitals where the value alone stands at its place."""
    alone = argument.field_info.kind is not argument.field_info.KEYWORD_ONLY
    return argument.name.lstrip("-").replace("-", "_").upper() if alone else argument.name
