"""How does a browser stay signed in at the desk? By a cookie of its own name, which holds a secret."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.room.session import is_secure
from portal.room.session import ours as ours_of_all
from runtime.settings import Settings
from store.staff_sessions import LONGEST

HOME = "/desk/"
NOWHERE_TO_RETURN = ("/desk/sign-in", "/desk/out", "/desk/oidc", "/desk/link")


def cookie_name(settings: Settings) -> str:
    """With a certificate a name that browsers take from this host alone. Nobody's session in a room opens the desk."""
    return "__Host-day90-desk" if is_secure(settings) else "day90-desk"


def out_cookie(settings: Settings) -> str:
    """Holds by what the identity provider signs its person out; who has come by a password has none."""
    return f"{cookie_name(settings)}-out"


def provider_name(settings: Settings) -> str:
    """What the button to the identity provider says of it; empty where there is none."""
    return settings.oidc_name or urlsplit(settings.oidc_issuer or "").hostname or ""


def keep(response: Response, settings: Settings, token: str) -> Response:
    """Give the browser the session."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(settings),
    )
    return response


def forget(response: Response, settings: Settings) -> Response:
    response.delete_cookie(cookie_name(settings), httponly=True, samesite="lax", secure=is_secure(settings))
    return response


def forget_token(response: Response, settings: Settings) -> Response:
    """With the way out by the provider closed."""
    response.delete_cookie(out_cookie(settings), httponly=True, samesite="strict", secure=is_secure(settings))
    return response


def token_of(request: Request, settings: Settings) -> str:
    return request.cookies.get(cookie_name(settings), "")


def ours(path: str) -> str:
    """A path of the desk that may be gone to; its home for anything else, so that nobody is sent elsewhere."""
    at_the_desk = path.startswith("/desk/") and ".." not in path and not path.startswith(NOWHERE_TO_RETURN)
    return path if at_the_desk and ours_of_all(path) == path else HOME


def go(path: str) -> Response:
    """Send the browser on to another page of the desk, by a look."""
    return RedirectResponse(ours(path), status_code=303)
