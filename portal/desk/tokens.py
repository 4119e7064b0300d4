"""Which programs may call the API? Administrators make tokens, see their use, and revoke them."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response

from domain.access import SCOPES, Scope, Token
from portal.desk.desk import Desk
from portal.desk.once import Once
from portal.desk.route import ACT, DeskRoute
from portal.desk.session import go
from portal.desk.view import DeskView
from portal.forms import Form
from store.tokens import NewToken, SqlTokens

LONGEST_NAME = 100
DAYS: Mapping[str, int | None] = {"30": 30, "90": 90, "365": 365, "none": None}
"""For how many days a token may be good; `none` for until it is revoked."""
log = structlog.get_logger()


def routes(desk: Desk) -> Iterable[DeskRoute]:
    tokens = Tokens(desk)
    yield DeskRoute("/desk/tokens", tokens.all, ACT, "administrator")
    yield DeskRoute("/desk/tokens/{id:int}", tokens.revoke, ACT, "administrator")


class Tokens:
    """The pages about tokens of the API."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tokens = SqlTokens(desk.engine)
        self._once: Once[NewToken] = Once()

    async def all(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Every token there ever was, and the form that makes one; its secret is shown this one time."""
        if form is None:
            return await self._show(view, told=request.query_params.get("told", ""))
        name, scopes, days = form.text("name"), _scopes(form), form.text("days")
        errors = {}
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            errors["name"] = "desk_token_name_wrong"
        if not scopes:
            errors["scope"] = "desk_token_scope_wrong"
        if days not in DAYS:
            errors["days"] = "desk_token_days_wrong"
        if errors:
            return await self._show(view, form=form, errors=errors)

        def make() -> NewToken:
            good_for = DAYS[days]
            expires_at = datetime.now(UTC) + timedelta(days=good_for) if good_for else None
            made = self._tokens.create(name, scopes=scopes, expires_at=expires_at)
            log.info("token_made", token=made.token.id, by=view.staff.handle)
            return made

        made = await self._once.make(view.staff.id, form.text("once"), partial(asyncio.to_thread, make))
        return self._desk.show(view, "token_made.html", tab="tokens", made=made)

    async def revoke(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Ask whether to revoke a token, since nobody can take that back, and then do it."""
        id = request.path_params["id"]
        one = next((one for one in await asyncio.to_thread(self._tokens.all) if one.id == id), None)
        if one is None or one.revoked_at is not None:
            return self._desk.missing(view)
        if form is None:
            return self._desk.show(view, "token_revoke.html", tab="tokens", one=one)
        await asyncio.to_thread(self._tokens.revoke, id)
        log.info("token_revoked", token=id, by=view.staff.handle)
        return go("/desk/tokens?told=desk_revoked")

    async def _show(
        self, view: DeskView, *, told: str = "", form: Form | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        tokens = await asyncio.to_thread(self._tokens.all)
        return self._desk.show(
            view,
            "tokens.html",
            tab="tokens",
            told=told,
            status=422 if errors else 200,
            tokens=sorted(
                ((one, _state(one, view.now)) for one in tokens), key=lambda of: (of[1] != "good", -of[0].id)
            ),
            scopes=SCOPES,
            days=DAYS,
            chosen=_scopes(form) if form else (),
            typed=form.text if form else lambda _: "",
            once=self._once.key(form),
            errors=self._desk.pages.said(errors or {}, view.language),
        )


def _scopes(form: Form) -> list[Scope]:
    given = set(form.texts("scope"))
    return [scope for scope in SCOPES if scope in given]


def _state(one: Token, now: datetime) -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "expired" if one.why_not(now) else "good"
