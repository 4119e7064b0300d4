"""How does a part of the desk name its pages? By an address, a page, and the role that it takes."""

from typing import NamedTuple

from domain.roles import Role
from portal.desk.desk import Page, Read
from portal.forms import form_of

LOOK: tuple[str, ...] = ("GET",)
ACT: tuple[str, ...] = ("GET", "POST")


class DeskRoute(NamedTuple):
    """A page of the desk. Its path begins with `/desk`; `least` is the role that it takes."""

    path: str
    page: Page
    methods: tuple[str, ...] = LOOK
    least: Role = "viewer"
    read: Read = form_of
