"""What is known of the users of the product? A command that forgets who one was."""

from cyclopts import App

from starter.cli.answers import answer, count, plain
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Where

usage = App(name="usage", help="What users do in the product: forget who somebody was.")


@usage.command
def erase(users: tuple[str, ...], /, *, where: Where = NOWHERE) -> None:
    """Forget who did what: of these users, by the ids that the product sends, no row is left.

    What they did stays as something that somebody did. Let the product stop sending them first: what it sends
    afterwards is counted again.

    Parameters
    ----------
    users
        The user ids, as the product sends them.
    """
    from store.usage import SqlUsage

    weeks = SqlUsage(installation_at(where).engine).erase(users)
    known, many = weeks is not None, count(len(set(users)), "user")
    words = f"{many} forgotten, with {count(weeks, 'week')} of use" if weeks is not None else f"nothing known of {many}"
    document = {"users": len(set(users)), "known": known, "weeks": weeks or 0}
    answer(where.json, document, lambda out: out.print(plain(words)))
