"""How does a page read a form that brings a file? As the API does, with its fields as those of any form."""

from typing import NamedTuple

from starlette.requests import ClientDisconnect, Request

from domain.files import NotTaken, Wrong
from portal.forms import Form, form_of
from starter.web import uploads
from starter.web.problems import Problem
from starter.web.uploads import Taking


class Upload(NamedTuple):
    """A form and the name of the file that came with it, empty for none; `wrong` is why it was not read to its end."""

    form: Form
    name: str
    wrong: Wrong | None = None


async def read_upload(request: Request, incoming: Taking, *, largest: int) -> Upload:
    """Read the form; its file goes to `incoming`. Raises like `starter.web.uploads`."""
    came = await uploads.read_upload(request, incoming, largest=largest)
    return Upload(Form(came.fields, b""), came.name, came.wrong)


async def fields_of(request: Request) -> Form | None:
    """The fields of a form as far as they stand before its file, of which nothing is kept; None where it is none."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await form_of(request)
    try:
        return (await read_upload(request, _Nothing(), largest=0)).form
    except (Problem, ClientDisconnect):
        return None


class _Nothing:
    """Takes no byte of a file."""

    def write(self, chunk: bytes) -> None:  # noqa: ARG002  # as Incoming has it
        raise NotTaken("file_too_large")
