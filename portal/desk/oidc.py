"""How does one of ours come to the desk by the company's identity provider? There and back, once for each try."""

import asyncio
import base64
import binascii
import hmac
import json
import secrets
import time
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.roles import BY_DIRECTORY
from portal.desk.entry import Entry
from portal.desk.provider import Asked, Identity, Ours, Provider, ProviderAway, Untrusted
from portal.desk.session import HOME, cookie_name, forget, forget_token, go, ours, out_cookie, provider_name, token_of
from portal.parts import PageParts
from portal.rendering import Pages
from portal.room.session import is_secure
from runtime.settings import Settings
from starter.web.unsubscribing import language_of
from store.staff import AddressTaken, SqlStaff
from store.staff_sessions import LONGEST, in_directory

BEGIN, BACK = "/desk/oidc", "/desk/oidc/back"
OUT, LEFT = "/desk/oidc/out", "/desk/oidc/left"
GOOD_FOR = 10 * 60
"""Seconds between the way there and the way back: somebody looks for their second factor meanwhile."""
LONGEST_TOKEN = 3_000
"""Characters of an ID token that a browser is given to keep: of a cookie it takes 4,096 bytes."""
NO_TOKEN = "-"
"""Stands for a token that is longer: who has come by the provider is known all the same."""
ANSWERED = ("state", "code", "iss", "error")
log = structlog.get_logger()


@dataclass(frozen=True)
class Try:
    """One way there and back, as the browser keeps it: what was asked with, where it goes on, and until when.

    `link` is that of an invitation by which somebody has come; empty without one.
    """

    asked: Asked
    onward: str
    until: int
    link: str = ""

    def written(self) -> str:
        fields = [self.asked.state, self.asked.nonce, self.asked.verifier, self.onward, self.until, self.link]
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()

    @classmethod
    def read(cls, cookie: str) -> "Try | None":
        """What such a cookie holds; None for anything else, or once it is too old."""
        try:
            state, nonce, verifier, onward, until, link = json.loads(base64.urlsafe_b64decode(cookie))
        except (ValueError, TypeError, binascii.Error):
            return None
        texts = all(isinstance(one, str) for one in (state, nonce, verifier, onward, link))
        if not texts or not isinstance(until, int) or time.time() > until:
            return None
        return cls(Asked(state, nonce, verifier), ours(onward), until, link)


class ByProvider:
    """The ways to the provider and back. Without one in the settings there are none."""

    def __init__(self, parts: PageParts, pages: Pages, entry: Entry) -> None:
        self._parts = parts
        self._pages = pages
        self._entry = entry
        self._staff = SqlStaff(parts.engine)
        self._provider = provider_of(parts.settings)
        self._cookie = f"{cookie_name(parts.settings)}-way"

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider, with secrets of this one try."""
        if self._provider is None:
            return self._pages.message("no_page", language_of(request), status=404)
        link = request.query_params.get("link", "")
        if link and request.headers.get("sec-fetch-site") != "same-origin":
            # From a page of somebody else's it would make whoever clicks there the owner of another's account.
            return self._message(request, "desk_oidc_again", status=400)
        asked = Asked(*(secrets.token_urlsafe(32) for _ in range(3)))
        attempt = Try(asked, ours(request.query_params.get("next", "/desk/")), int(time.time()) + GOOD_FOR, link)
        try:
            address = await self._provider.page(asked)
        except ProviderAway as away:
            log.warning("desk_provider_away", reason=str(away))
            return self._message(request, "desk_oidc_away", status=503)
        response = RedirectResponse(address, status_code=303)
        response.set_cookie(
            self._cookie,
            attempt.written(),
            max_age=GOOD_FOR,
            httponly=True,
            samesite="lax",
            secure=is_secure(self._parts.settings),
        )
        return response

    async def back(self, request: Request) -> Response:
        """Whoever comes back with the provider's answer to what this browser has asked is signed in."""
        attempt = Try.read(request.cookies.get(self._cookie, ""))
        answer = {name: value for name, value in request.query_params.items() if name in ANSWERED}
        if self._provider is None:
            return self._pages.message("no_page", language_of(request), status=404)
        if attempt is None or not hmac.compare_digest(attempt.asked.state.encode(), answer.get("state", "").encode()):
            log.info("desk_sign_in_refused", reason="the browser has not asked for this")
            return self._message(request, "desk_oidc_again", status=400)
        try:
            arrival = await self._provider.identity(answer, attempt.asked)
        except Untrusted as reason:
            log.warning("desk_sign_in_refused", reason=str(reason))
            return self._message(request, "desk_oidc_again", status=400)
        except ProviderAway as away:
            log.warning("desk_provider_away", reason=str(away))
            return self._message(request, "desk_oidc_away", status=503)
        account, why_not = await asyncio.to_thread(self._account, arrival.identity, attempt.link)
        if account is None:
            log.info("desk_sign_in_refused", reason=why_not)
            return self._message(request, f"desk_oidc_{why_not}", status=403)
        entered = await self._entry.enter(request, account, way="oidc", onward=attempt.onward)
        return self._kept(self._done(entered), arrival.token)

    async def out(self, request: Request) -> Response:
        """End this browser's session at the desk, and offer to whoever has come by the provider to leave there, too.

        It is a link, and no way on by itself: the policy of our pages lets no form lead to another site, and whoever
        shares a computer for the desk alone may want to stay signed in to everything else.
        """
        # First of all: the provider may take its time.
        await self._entry.end(request)
        name = provider_name(self._parts.settings)
        by_provider = bool(request.cookies.get(out_cookie(self._parts.settings))) and await self._lets_out()
        page = self._pages.page("desk/left.html", language_of(request), name=name if by_provider else "", out=OUT)
        return forget(page, self._parts.settings)

    async def onward_out(self, request: Request) -> Response:
        """Send whoever has left the desk on to the provider, which signs them out."""
        token = request.cookies.get(out_cookie(self._parts.settings), "")
        try:
            address = await self._provider.way_out("" if token == NO_TOKEN else token) if self._provider else None
        except ProviderAway as away:
            log.warning("desk_provider_away", reason=str(away))
            return self._message(request, "desk_oidc_out_away", status=503)
        if address is None:
            return self._pages.message("no_page", language_of(request), status=404)
        return forget_token(RedirectResponse(address, status_code=303), self._parts.settings)

    async def left(self, request: Request) -> Response:
        """Where the provider sends whoever it has signed out; who has a session here is led back to the desk.

        Anybody can link to it: it says that one is signed out to nobody who is not.
        """
        if self._provider is None:
            return self._pages.message("no_page", language_of(request), status=404)
        if token_of(request, self._parts.settings):
            return go(HOME)
        name = provider_name(self._parts.settings)
        return self._pages.page("desk/oidc.html", language_of(request), key="desk_oidc_left", name=name)

    async def _lets_out(self) -> bool:
        """Whether the provider signs people out when it is asked to; not while it does not answer."""
        try:
            return self._provider is not None and await self._provider.way_out("") is not None
        except ProviderAway as away:
            log.warning("desk_provider_away", reason=str(away))
            return False

    def _kept(self, response: Response, token: str) -> Response:
        """With the ID token for the way out. No other site can send the browser there with it: it goes with our own
        pages alone."""
        response.set_cookie(
            out_cookie(self._parts.settings),
            token if len(token) <= LONGEST_TOKEN else NO_TOKEN,
            max_age=int(LONGEST.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=is_secure(self._parts.settings),
        )
        return response

    def _account(self, who: Identity, link: str) -> tuple[int | None, str]:
        """The open account of that identity, else why there is none: `unverified`, `nobody`, `closed`, `taken`.

        Somebody who comes for the first time is known by the link of an invitation, or by a mail address that the
        provider has verified: they have been invited, or stand in the staff directory. From then on they are known by
        their identity alone.
        """
        if link:
            account_id = self._staff.bind_by_link(link, issuer=who.issuer, subject=who.subject)
            return (None, "taken") if account_id is None else (account_id, "")
        account = self._staff.by_identity(who.issuer, who.subject)
        if account is not None:
            return (None, "closed") if account.closed_at else (account.id, "")
        if who.address is None:
            return None, "unverified"
        account = self._staff.by_address(who.address)
        if account is None:
            return self._joined(who, who.address)
        if account.closed_at is not None:
            return None, "closed"
        # Somebody else had the address before, and is known by it; or their account at the provider was made anew.
        bound = account.issuer is None and self._staff.bind(account.id, issuer=who.issuer, subject=who.subject)
        return (account.id, "") if bound else (None, "taken")

    def _joined(self, who: Identity, address: str) -> tuple[int | None, str]:
        listed = in_directory(self._parts.staff(), address)
        if listed is None:
            return None, "nobody"
        role = BY_DIRECTORY[listed.role]
        try:
            account = self._staff.add(address=address, name=listed.named("en"), handle=listed.handle, role=role)
        except AddressTaken:
            return None, "taken"
        self._staff.bind(account.id, issuer=who.issuer, subject=who.subject)
        log.info("desk_account_added", account=account.id, role=role, by="the staff directory")
        return account.id, ""

    def _message(self, request: Request, key: str, *, status: int) -> Response:
        language, name = language_of(request), provider_name(self._parts.settings)
        return self._done(self._pages.page("desk/oidc.html", language, status=status, key=key, name=name))

    def _done(self, response: Response) -> Response:
        """The try is over: its secrets are good no more."""
        response.delete_cookie(self._cookie, httponly=True, samesite="lax", secure=is_secure(self._parts.settings))
        return response


def provider_of(settings: Settings) -> Provider | None:
    """The identity provider that the settings name; None where they name none."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        Ours(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            redirect=settings.pages_address + BACK,
            left=settings.pages_address + LEFT,
        )
    )
