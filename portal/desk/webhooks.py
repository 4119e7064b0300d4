"""Which other systems are told what happens? Administrators add webhooks, watch their deliveries, and stop them."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response
from temporalio.service import RPCError

from activities.webhooks import channel_of
from domain.events import KINDS, PREFIX
from domain.refusal import Refused
from domain.trouble import CannotSeal, NotFound
from domain.webhooks import Target
from portal.desk.desk import Desk
from portal.desk.once import Once
from portal.desk.route import ACT, DeskRoute
from portal.desk.session import go
from portal.desk.view import DeskView
from portal.forms import Form
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from runtime.outbound import Outbound
from runtime.sealing_key import sealing_keys
from starter.doors.webhooks import add_target, rotate
from starter.trouble import NotReachable
from store.sealing import Sealing
from store.webhooks import SqlWebhooks

SHOWN = 25
"""Deliveries on a page."""
LONGEST_URL = 2_000
log = structlog.get_logger()


def routes(desk: Desk) -> Iterable[DeskRoute]:
    webhooks = Webhooks(desk)
    yield DeskRoute("/desk/webhooks", webhooks.all, ACT, "administrator")
    yield DeskRoute("/desk/webhooks/{id:int}", webhooks.one, ACT, "administrator")


class Webhooks:
    """The pages about webhooks."""

    def __init__(self, desk: Desk) -> None:
        settings = desk.parts.settings
        self._desk = desk
        self._webhooks = SqlWebhooks(desk.engine, sealing=Sealing(sealing_keys(settings)))
        self._outbound = Outbound(settings.webhooks_allowed)
        self._once: Once[tuple[Target, str]] = Once()

    async def all(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """Every webhook, and the form that adds one; its secret is shown this one time."""
        if form is None:
            return await self._show_all(view, told=request.query_params.get("told", ""))
        url, types = form.text("url"), [type for type in form.texts("types") if type]
        if not url or len(url) > LONGEST_URL:
            return await self._show_all(view, form=form, errors={"url": "desk_webhook_url_wrong"})
        try:
            add = partial(add_target, self._webhooks, self._outbound, url, types=types)
            target, secret = await self._once.make(view.staff.id, form.text("once"), add)
        except Refused as refused:
            field = refused.field if refused.field in ("url", "types") else "url"
            words = self._desk.pages.words(view.language)["desk_webhook_url_refused"]
            errors = {field: f"{words} ({refused.reason})"}
            return await self._show_all(view, form=form, errors=errors)
        except CannotSeal:
            return await self._show_all(view, form=form, errors={"url": "desk_webhook_no_key"})
        log.info("webhook_added", webhook=target.id, by=view.staff.handle)
        await self._wake(target)
        return self._show_secret(view, target, secret)

    async def one(self, view: DeskView, form: Form | None, request: Request) -> Response:
        """One webhook with its last deliveries: stop it, let it go on, give it another secret, send again."""
        id = request.path_params["id"]
        try:
            if form is not None:
                return await self._act(view, form, id)
            target = await asyncio.to_thread(self._webhooks.get, id)
        except NotFound:
            return self._desk.missing(view)
        before = request.query_params.get("before", "")
        cursor = int(before) if before.isdecimal() and len(before) < 19 else None
        return await self._show_one(view, target, told=request.query_params.get("told", ""), before=cursor)

    async def _act(self, view: DeskView, form: Form, id: int) -> Response:
        """Do what the form says. Raises NotFound."""
        here, what = f"/desk/webhooks/{id}", form.text("what")
        if what == "rotate":
            try:
                another = partial(asyncio.to_thread, rotate, self._webhooks, id)
                target, secret = await self._once.make(view.staff.id, form.text("once"), another)
            except (Refused, CannotSeal):
                target = await asyncio.to_thread(self._webhooks.get, id)
                return await self._show_one(view, target, errors={"rotate": "desk_webhook_not_rotated"})
            log.info("webhook_rotated", webhook=id, by=view.staff.handle)
            return self._show_secret(view, target, secret)
        if what == "disable":
            reason = form.text("reason") or "at the desk"
            await asyncio.to_thread(self._webhooks.disable, id, reason=f"{view.staff.handle}: {reason}"[:200])
            log.info("webhook_disabled", webhook=id, by=view.staff.handle)
            return go(f"{here}?told=desk_webhook_disabled")
        if what == "enable":
            target = await asyncio.to_thread(self._webhooks.enable, id, since=None)
            log.info("webhook_enabled", webhook=id, by=view.staff.handle)
            await self._wake(target)
            return go(f"{here}?told=desk_webhook_enabled")
        if what == "resend" and (number := form.text("delivery")).isdecimal() and len(number) < 19:
            delivery = await asyncio.to_thread(self._webhooks.delivery, int(number))
            if delivery.target == id:
                await asyncio.to_thread(self._webhooks.resend, delivery.id)
                await self._wake(await asyncio.to_thread(self._webhooks.get, id))
                return go(f"{here}?told=desk_webhook_resent")
        return self._desk.missing(view)

    async def _wake(self, target: Target) -> None:
        """Wake its sender. While Temporal is away, what waits goes with the next turn of any onboarding."""
        try:
            await self._desk.parts.wake(channel_of(target.id))
        except (CannotReachTemporal, BadTemporalProfile, NotReachable, RPCError) as trouble:
            log.warning("webhook_not_woken", webhook=target.id, kind=type(trouble).__name__)

    def _show_secret(self, view: DeskView, target: Target, secret: str) -> Response:
        return self._desk.show(view, "webhook_secret.html", tab="webhooks", target=target, secret=secret)

    async def _show_all(
        self, view: DeskView, *, told: str = "", form: Form | None = None, errors: Mapping[str, str] | None = None
    ) -> Response:
        return self._desk.show(
            view,
            "webhooks.html",
            tab="webhooks",
            told=told,
            status=422 if errors else 200,
            targets=await asyncio.to_thread(self._webhooks.all),
            kinds={PREFIX + kind: event.what for kind, event in KINDS.items()},
            chosen=form.texts("types") if form else (),
            typed=form.text if form else lambda _: "",
            once=self._once.key(form),
            errors=self._desk.pages.said(errors or {}, view.language),
        )

    async def _show_one(
        self,
        view: DeskView,
        target: Target,
        *,
        told: str = "",
        errors: Mapping[str, str] | None = None,
        before: int | None = None,
    ) -> Response:
        page = await asyncio.to_thread(self._webhooks.page, target.id, before=before, limit=SHOWN)
        return self._desk.show(
            view,
            "webhook.html",
            tab="webhooks",
            told=told,
            status=409 if errors else 200,
            target=target,
            page=page,
            waiting=await asyncio.to_thread(self._webhooks.waiting, target.id),
            old_ones=target.also_signed_until(now=view.now),
            once=self._once.key(None),
            errors=self._desk.pages.said(errors or {}, view.language),
        )
