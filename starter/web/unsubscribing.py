"""How does a reader unsubscribe from letters? One click of their mail program (RFC 8058), or a button on a page.

The page looks the same for everybody: it names nobody, runs nothing and loads nothing. Looking at it changes nothing,
since programs that check mails for dangers follow every link in them.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Engine
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from domain.text import Language
from starter.web.api.envelope import CAREFUL, KEEPS_NOTHING
from starter.web.calls import read_body
from starter.web.problems import Problem, answer_to
from store.unsubscribes import SqlUnsubscribes

PATH = "/unsubscribe/{token}"
LARGEST_FORM = 4096
"""Bytes: one field, and in a multipart body what stands around it."""
HEADERS: Mapping[str, str] = {
    **CAREFUL,
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": KEEPS_NOTHING,
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Language",
}


class Words(NamedTuple):
    """What the reader is asked and told, in one language."""

    title: str
    question: str
    button: str
    done: str
    unknown: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        "Unsubscribe",
        "Do you want no more tips, invitations to webinars and letters like these? What your onboarding needs, such as"
        " dates and sign-offs, will still reach you.",
        "Unsubscribe",
        "You will get no more letters like these. What your onboarding needs will still reach you.",
        "Nobody can unsubscribe by this link. Please use the link of a newer mail, or answer the mail.",
    ),
    "ja": Words(
        "配信停止",
        "ヒントやウェビナーのご案内など、お知らせメールの配信を停止しますか。日程や承認のご依頼など、導入に必要なメールは引き続きお送りします。",
        "配信を停止する",
        "お知らせメールの配信を停止しました。導入に必要なメールは引き続きお送りします。",
        "このリンクからは配信を停止できません。新しいメールのリンクをお使いいただくか、メールにご返信ください。",
    ),
}
PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><main><h1>{title}</h1>{content}</main></body>
</html>
"""
FORM = '<p>{question}</p><form method="post"><button name="List-Unsubscribe" value="One-Click">{button}</button></form>'


def unsubscribe_routes(engine: Engine) -> list[Route]:
    """The page behind the link of a letter, and what its button and one click post to.

    The web process answers there as well as that of the pages: links in older mails name the one or the other.
    """
    unsubscribes = SqlUnsubscribes(engine)

    async def show(request: Request) -> Response:
        language = language_of(request)
        words = WORDS[language]
        known = await asyncio.to_thread(unsubscribes.knows, request.path_params["token"])
        content = FORM.format_map(words._asdict()) if known else f"<p>{words.unknown}</p>"
        page = PAGE.format(language=language, title=words.title, content=content)
        return HTMLResponse(page, status_code=200 if known else 404, headers=HEADERS)

    async def take(request: Request) -> Response:
        _check(await read_body(request.headers, request.receive, largest=LARGEST_FORM))
        done = await asyncio.to_thread(unsubscribes.unsubscribe, request.path_params["token"])
        words = WORDS[language_of(request)]
        return PlainTextResponse(
            f"{words.done if done else words.unknown}\n", status_code=200 if done else 404, headers=HEADERS
        )

    async def answer(request: Request) -> Response:
        try:
            return await (take if request.method == "POST" else show)(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as trouble:
            # Answered here, so that it is logged without the token.
            return answer_to(trouble, path=PATH)

    return [Route(PATH, answer, methods=["GET", "POST"])]


def language_of(request: Request) -> Language:
    """The first of our languages that the reader's browser names: browsers name the best one first."""
    named = re.search(r"\b(en|ja)\b", request.headers.get("accept-language", "").lower())
    return "ja" if named and named[1] == "ja" else "en"


def is_one_click(body: bytes) -> bool:
    """Whether a mail program asks by one click (RFC 8058), in either encoding that it may use."""
    return b"List-Unsubscribe" in body and b"One-Click" in body


def _check(body: bytes) -> None:
    """Raise Problem for a body that is neither empty nor the one field, in either encoding that RFC 8058 allows."""
    if body.strip() and not is_one_click(body):
        raise Problem("invalid", "should be One-Click", field="List-Unsubscribe")
