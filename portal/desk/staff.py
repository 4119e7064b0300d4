"""Which of our people may come to the desk, and as what? Administrators invite, change roles and close accounts."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from domain.roles import BY_DIRECTORY, ROLES, Role, own_handle
from portal.desk.desk import Desk
from portal.desk.joining import identity_errors
from portal.desk.once import Once
from portal.desk.route import ACT, DeskRoute
from portal.desk.session import go
from portal.desk.view import DeskView
from portal.forms import Form
from store.staff import AddressTaken, SqlStaff, StaffAccount, link_at
from store.staff_sessions import handle_of, in_directory

BY_THE_DIRECTORY = "directory"
"""Chosen instead of a role: what the staff directory says of that person."""
log = structlog.get_logger()


def routes(desk: Desk) -> Iterable[DeskRoute]:
    staff = Staff(desk)
    yield DeskRoute("/desk/staff", staff.all, ACT, "administrator")
    yield DeskRoute("/desk/staff/{id:int}", staff.one, ACT, "administrator")


class Staff:
    """The pages about accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._staff = SqlStaff(desk.engine)
        self._once: Once[tuple[StaffAccount, str]] = Once()

    async def all(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Every account, and the form that invites somebody; the link of an invitation is shown this one time."""
        if form is None:
            return await self._show_all(view, told=request.query_params.get("told", ""))
        team = self._desk.parts.staff()
        address = form.text("address")
        listed = in_directory(team, address)
        errors = identity_errors(form)
        if listed is not None:
            errors.pop("name", None)
        role = self._role(form.text("role"), BY_DIRECTORY[listed.role] if listed else None)
        if role is None:
            errors["role"] = "desk_role_choose" if listed or form.text("role") != BY_THE_DIRECTORY else "desk_role_none"
        if errors or role is None:
            return await self._show_all(view, form=form, errors=errors)

        def invite() -> tuple[StaffAccount, str]:
            name = listed.named("en") if listed else form.text("name")
            handle = listed.handle if listed else own_handle(address)
            account = self._staff.add(address=address, name=name, handle=handle, role=role)
            log.info("desk_account_added", account=account.id, role=role, by=view.staff.handle)
            return account, self._link(account)

        try:
            made = await self._once.make(view.staff.id, form.text("once"), partial(asyncio.to_thread, invite))
        except AddressTaken:
            return await self._show_all(view, form=form, errors={"address": "desk_address_taken"})
        return self._show_link(view, *made)

    async def one(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """One account: its role, its browsers, another link, its end."""
        account = await asyncio.to_thread(self._staff.get, request.path_params["id"])
        if account is None:
            return self._desk.missing(view)
        if form is None:
            return await self._show_one(view, account, told=request.query_params.get("told", ""))
        here = f"/desk/staff/{account.id}"
        match form.text("what"):
            case "link" if account.closed_at is None:
                token = await asyncio.to_thread(self._link, account)
                log.info("desk_link_made", account=account.id, by=view.staff.handle)
                return self._show_link(view, account, token)
            case "role" if (role := self._role(form.text("role"), None)) is not None:
                if role == account.role:
                    return go(f"{here}?told=desk_saved")
                if not await asyncio.to_thread(self._staff.set_role, account.id, role):
                    return await self._show_one(view, account, errors={"role": "desk_last_administrator"})
                log.info("desk_role_changed", account=account.id, role=role, by=view.staff.handle)
                return go(f"{here}?told=desk_role")
            case "correct":
                return await self._correct(view, account, form)
            case "close":
                if not await asyncio.to_thread(self._staff.close, account.id):
                    return await self._show_one(view, account, errors={"role": "desk_last_administrator"})
                log.info("desk_account_closed", account=account.id, by=view.staff.handle)
                return go(f"{here}?told=desk_closed")
            case "open":
                await asyncio.to_thread(self._staff.open_again, account.id)
                log.info("desk_account_opened", account=account.id, by=view.staff.handle)
                return go(f"{here}?told=desk_opened")
            case "end" if (session := form.text("session")).isdecimal() and len(session) < 19:
                await asyncio.to_thread(self._desk.sessions.end, int(session), account.id)
                return go(f"{here}?told=desk_session")
        return await self._show_one(view, account, errors={"role": "desk_role_choose"})

    async def _correct(self, view: DeskView, account: StaffAccount, form: Form) -> Response:
        """Another address, as after a marriage or a move to another domain: by it the directory knows the person."""
        errors = identity_errors(form)
        if errors:
            return await self._show_one(view, account, form=form, errors=errors)
        correct = partial(self._staff.correct, account.id, address=form.text("address"), name=form.text("name"))
        try:
            await asyncio.to_thread(correct)
        except AddressTaken:
            return await self._show_one(view, account, form=form, errors={"address": "desk_address_taken"})
        log.info("desk_account_corrected", account=account.id, by=view.staff.handle)
        return go(f"/desk/staff/{account.id}?told=desk_corrected")

    def _role(self, given: str, by_directory: Role | None) -> Role | None:
        if given == BY_THE_DIRECTORY:
            return by_directory
        return next((role for role in ROLES if role == given), None)

    def _link(self, account: StaffAccount) -> str:
        return link_at(self._desk.parts.settings.pages_address, self._staff.link(account.id))

    def _show_link(self, view: DeskView, account: StaffAccount, link: str) -> Response:
        return self._desk.show(view, "staff_link.html", tab="staff", account=account, link=link)

    async def _show_all(
        self, view: DeskView, *, told: str = "", form: Form | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        accounts = await asyncio.to_thread(self._staff.all)
        team = self._desk.parts.staff()
        known = {one.address for one in accounts}
        return self._desk.show(
            view,
            "staff.html",
            tab="staff",
            told=told,
            status=422 if errors else 200,
            accounts=[self._shown(one) for one in accounts],
            strangers=[one for one in team.members if one.email.casefold() not in known],
            roles=ROLES,
            typed=form.text if form else lambda _: "",
            once=self._once.key(form),
            errors=self._desk.pages.said(errors or {}, view.language),
        )

    async def _show_one(
        self,
        view: DeskView,
        account: StaffAccount,
        *,
        told: str = "",
        form: Form | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        sessions = await asyncio.to_thread(self._desk.sessions.sessions, account.id)
        return self._desk.show(
            view,
            "staff_one.html",
            tab="staff",
            told=told,
            status=409 if errors else 200,
            one=self._shown(account),
            given={name: form.text(name) if form else getattr(account, name) for name in ("address", "name")},
            sessions=sessions,
            roles=ROLES,
            errors=self._desk.pages.said(errors or {}, view.language),
        )

    def _shown(self, account: StaffAccount) -> Mapping[str, Any]:
        team = self._desk.parts.staff()
        listed = in_directory(team, account.address)
        state = "open" if account.has_password or account.issuer else "invited"
        return {
            "account": account,
            "handle": handle_of(team, id=account.id, address=account.address, handle=account.handle),
            "listed": listed,
            "state": "closed" if account.closed_at else state,
        }
