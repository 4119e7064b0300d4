"""Who may call the API? Commands to create, list and revoke tokens, which cannot be done anywhere else."""

from datetime import UTC, datetime
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.text import Text

from domain.access import SCOPES, Scope, Token
from runtime.duration import read_duration
from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Numbered, Where
from starter.trouble import NotFound, WrongOption

LONGEST_NAME = 100
token = App(name="token", help="Create, list and revoke tokens of the API.")


@token.command
def create(
    name: str,
    *,
    scope: Annotated[tuple[Scope, ...], Parameter(help="What it may do; may be repeated.")],
    expires_in: Annotated[
        str | None, Parameter(help="How long it is valid, like 90d or 12h. [default: for ever]")
    ] = None,
    where: Where = NOWHERE,
) -> None:
    """Create a token and show it, this one time: only its hash is kept.

    Parameters
    ----------
    name
        Whose it is, like "warehouse sync". A token for each program can be revoked without harm to the others.
    """
    from store.tokens import SqlTokens

    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongOption(f"name: should be one line of 1 to {LONGEST_NAME} characters that says whose token it is")
    installation = installation_at(where)
    made = SqlTokens(installation.engine).create(name.strip(), scopes=scope, expires_at=_expiry(expires_in))
    document = {**_as_json(made.token), "secret": made.secret}

    def draw(out: Console) -> None:
        out.print(plain(made.secret, "bold"), soft_wrap=True)
        out.print(plain(f"token {made.token.id}, {made.token.name}: {', '.join(made.token.scopes)}"), soft_wrap=True)
        out.print(plain("it will not be shown again; keep it where secrets are kept", "dim"), soft_wrap=True)

    answer(where.json, document, draw)


@token.command(name="list")
def list_tokens(*, where: Where = NOWHERE) -> None:
    """List all tokens there ever were, with their last use; no secret is shown."""
    from store.tokens import SqlTokens

    tokens = SqlTokens(installation_at(where).engine).all()

    def draw(out: Console) -> None:
        if not tokens:
            out.print(plain("no tokens yet; make one: day90 token create NAME --scope onboardings:read"))
            return
        columns = ("token", "name", "begins", "scopes", "last used", "state")
        out.print(table("Tokens", columns, [_line(one) for one in tokens], whole=("token", "begins")))
        good = sum(1 for one in tokens if not one.why_not(datetime.now(UTC)))
        out.print(plain(f"{count(len(tokens), 'token')}, {good or 'none'} good", "dim"))

    answer(where.json, [_as_json(one) for one in tokens], draw)


@token.command
def revoke(number: Numbered, *, where: Where = NOWHERE) -> None:
    """Revoke a token: within seconds it is refused. Revoking it again changes nothing.

    Parameters
    ----------
    number
        Its number, as `day90 token list` shows it.
    """
    from store.tokens import SqlTokens

    token = SqlTokens(installation_at(where).engine).revoke(number)
    if token is None:
        raise NotFound(f"there is no token {number}; day90 token list shows them")
    revoked = token
    answer(where.json, _as_json(revoked), lambda out: out.print(plain(f"token {revoked.id}, {revoked.name}: revoked")))


def _expiry(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        length = read_duration(given)
        if length.total_seconds() <= 0:
            raise ValueError("should be longer than nothing")
        return datetime.now(UTC) + length
    except (ValueError, OverflowError) as wrong:
        raise WrongOption(f"--expires-in: {wrong}") from None


def _as_json(one: Token) -> dict[str, object]:
    return {**one.model_dump(mode="json"), "state": _state(one)}


def _state(one: Token) -> str:
    reason = one.why_not(datetime.now(UTC))
    if one.revoked_at is not None:
        return "revoked"
    return "expired" if reason else "good"


def _line(one: Token) -> tuple[Text | str, ...]:
    used = f"{one.last_used_at:%Y-%m-%d %H:%M} UTC" if one.last_used_at else "never"
    until = f" until {one.expires_at:%Y-%m-%d}" if one.expires_at and _state(one) == "good" else ""
    style = "green" if _state(one) == "good" else "dim"
    scopes = "all" if set(one.scopes) == set(SCOPES) else ", ".join(one.scopes)
    return str(one.id), one.name, f"{one.begins}…", scopes, used, plain(f"{_state(one)}{until}", style)
