"""How does a page stand below a path of its own? What it links to is put below that path, whichever page it is."""

import re

from starlette.responses import HTMLResponse, Response

IN_FRONT = re.compile(rb'( (?:href|action|formaction)=")/(?!/|assets/|in/|at/)')
"""Addresses of the room in a page: not those of files that all pages share, nor those in front of the room,
nor those of other rooms. Only our templates write them like that, since what people give has its quotes escaped."""
OUTSIDE = re.compile(rb'<a ([^>]*href="https?://)')
"""Links to somewhere else: in a frame they would open within it."""


def rooted(response: Response, root: str, *, framed: bool = False) -> Response:
    """The response with its links and its redirection below `root`; unchanged without one.

    `framed` says that it is shown within a page of somebody else's: links to other sites open beside that.
    """
    if not root:
        return response
    if (location := response.headers.get("location", "")).startswith("/") and not location.startswith(("//", "/in/")):
        response.headers["location"] = f"{root}{location}"
    if isinstance(response, HTMLResponse):
        body = IN_FRONT.sub(rb"\1" + root.encode() + rb"/", bytes(response.body))
        response.body = OUTSIDE.sub(rb'<a target="_blank" \1', body) if framed else body
        response.headers["content-length"] = str(len(response.body))
    return response
