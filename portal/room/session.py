"""How does a browser stay in the room? By a cookie that holds a secret, of which the store has the hash alone."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from runtime.settings import Settings
from store.rooms import LONGEST

ASKED_COOKIE = "day90-asked"
"""What a browser was given that has asked to be let in: only there the code counts that was sent."""


def cookie_name(settings: Settings) -> str:
    """With a certificate a name that browsers take from this host alone, and for no part of it."""
    return "__Host-day90" if is_secure(settings) else "day90"


def is_secure(settings: Settings) -> bool:
    return (settings.pages_url or "").startswith("https://")


def keep(response: Response, settings: Settings, token: str) -> Response:
    """Give the browser the session; what it has asked for is done with."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(settings),
    )
    response.delete_cookie(ASKED_COOKIE)
    return response


def forget(response: Response, settings: Settings) -> Response:
    response.delete_cookie(cookie_name(settings), httponly=True, samesite="lax", secure=is_secure(settings))
    return response


def token_of(request: Request, settings: Settings) -> str:
    return request.cookies.get(cookie_name(settings), "")


def ours(path: str) -> str:
    """A path within the room that may be gone to; the home for anything else, so that nobody is sent elsewhere."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    odd = "\\" in path or any(ord(character) < 33 for character in path)
    return path if plain and not odd and not path.startswith(("/in/", "/out")) else "/"


def go(path: str) -> Response:
    """Send the browser on to another page of ours, by a look."""
    return RedirectResponse(ours(path), status_code=303)


def agent_of(request: Request) -> str:
    """How the browser calls itself, without control characters."""
    return "".join(character for character in request.headers.get("user-agent", "") if character.isprintable())
