"""How does one of ours choose a password? By a link that an administrator passes on, or that the first start prints."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from domain.roles import own_handle
from portal.desk.entry import Entry
from portal.desk.passwords import Passwords, problem_with
from portal.desk.session import provider_name
from portal.forms import Form, form_of
from portal.parts import PageParts
from portal.rendering import Pages
from portal.room.entry import LONGEST_ADDRESS
from starter.web.unsubscribing import language_of
from store.staff import AddressTaken, SqlStaff, StaffLink
from store.staff_sessions import in_directory

LONGEST_NAME = 200


class Joining:
    """The page behind a link of the desk."""

    def __init__(self, parts: PageParts, pages: Pages, entry: Entry, passwords: Passwords) -> None:
        self._parts = parts
        self._pages = pages
        self._entry = entry
        self._passwords = passwords
        self._staff = SqlStaff(parts.engine)

    async def by_link(self, request: Request) -> Response:
        """Choose a password, and be signed in. The first of all says who they are, too."""
        token = request.path_params["token"]
        link = await asyncio.to_thread(self._staff.link_of, token)
        if link is None:
            return self._pages.message("desk_link_spent", language_of(request), status=404)
        if request.method != "POST" or not self._takes_password(link):
            return self._show(request, token, link)
        form = await form_of(request)
        if errors := _errors_in(form, link):
            return self._show(request, token, link, form, errors)
        hashed = await self._passwords.hashed(form.exactly("password"))
        try:
            staff = await asyncio.to_thread(self._keep, token, link, form, hashed)
        except AddressTaken:
            return self._show(request, token, link, form, {"address": "desk_address_taken"})
        if staff is None:
            return self._pages.message("desk_link_spent", language_of(request), status=404)
        return await self._entry.enter(request, staff, way="password", onward="/desk/")

    def _takes_password(self, link: StaffLink) -> bool:
        """Whether somebody chooses a password by it: the first of all does, since nobody is known otherwise yet."""
        return self._parts.settings.desk_local_accounts or link.staff is None

    def _keep(self, token: str, link: StaffLink, form: Form, hashed: str) -> int | None:
        if link.staff is not None:
            return self._staff.choose_by_link(token, hashed)
        address = form.text("address")
        listed = in_directory(self._parts.staff(), address)
        handle = listed.handle if listed else own_handle(address)
        return self._staff.be_first(token, hashed, address=address, name=form.text("name"), handle=handle)

    def _show(
        self,
        request: Request,
        token: str,
        link: StaffLink,
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        language = language_of(request)
        return self._pages.page(
            "desk/join.html",
            language,
            status=422 if errors else 200,
            link=link,
            token=token,
            provider=provider_name(self._parts.settings),
            passwords=self._takes_password(link),
            typed=form.text if form else lambda _: "",
            errors=self._pages.said(errors or {}, language),
        )


def _errors_in(form: Form, link: StaffLink) -> Mapping[str, str]:
    """What is wrong with each field, as keys of the words."""
    errors = {}
    address = link.staff.address if link.staff else form.text("address")
    if link.staff is None:
        errors = identity_errors(form)
    if problem := problem_with(form.exactly("password"), address=address):
        errors = {**errors, "password": problem}
    return errors


def identity_errors(form: Form) -> dict[str, str]:
    """What is wrong with `address` and `name` of a form, as keys of the words."""
    address, name, errors = form.text("address"), form.text("name"), {}
    _, at, domain = address.partition("@")
    if not at or not domain or len(address) > LONGEST_ADDRESS or any(map(str.isspace, address)):
        errors["address"] = "address_wrong"
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        errors["name"] = "desk_name_wrong"
    return errors
