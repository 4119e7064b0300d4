"""How does somebody sign off? On a page that says what they sign and what follows, and for what they were shown."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from domain.agenda.shown import version_shown as version_of_sign_off
from domain.files import evidence_of
from domain.news import MOST_LISTED
from domain.playbook import Milestone
from portal.forms import Form
from portal.room.doing import nothing_to_do, opened_by
from portal.room.files_shown import shown, signed_files
from portal.room.looking import go_live, shown_milestone
from portal.room.room import Room
from portal.room.session import go
from portal.room.steps_shown import shown_step
from portal.room.telling import LOOKED, Sent, Telling, once_missing
from portal.room.view import View

MOST_REASONS = 10
LONGEST_REASON = 2_000
BULLET = re.compile(r"^[-*•・\s]+")


class SigningOff:
    """The page of a sign-off."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)

    async def sign(self, view: View, form: Form | None, request: Request) -> Response:
        """Sign off, or say what is missing. A signature holds for what was shown, and for nothing newer."""
        key = request.path_params["key"]
        milestone = view.standing.dossier.playbook.milestone(key)
        if milestone is None or milestone.sign_off is None or milestone not in view.standing.shown():
            return self._room.missing(view)
        step = view.step(key)
        if step is None:
            return nothing_to_do(self._room, view, milestone)
        if self._room.parts.settings.room_code_to_sign and not view.visit.by_code:
            what = view.what(milestone)
            return self._room.show(view, "prove.html", what=what, onward=f"/sign-off/{key}", address=view.me.email)
        if form is None:
            return self._show(view, milestone)
        if form.text("version") != version_shown(view, milestone):
            return self._show(view, milestone, Sent(form, {"decision": "changed_since"}, 409))
        if errors := wrong_with(form):
            return self._show(view, milestone, Sent(form, errors, 422))
        decision = form.text("decision")
        reasons = reasons_in(form.text("reasons")) if decision == "reject" else None
        signed = evidence_of(signed_files(view, milestone))[:MOST_LISTED] or None
        outcome = await self._telling.tell(
            view,
            form,
            "sign_off",
            by=step.by,
            milestone=key,
            decision=decision,
            reasons=reasons,
            evidence=signed,
            version=version_told(view, milestone),
        )
        if outcome.problem == "changed_since":
            return await self._show_anew(view, key, outcome.at("decision", form), request)
        if outcome.problem:
            return self._show(view, milestone, outcome.at("decision", form))
        seq = await self._telling.until_written(view, form)
        # Without a row of its own it has changed nothing: somebody else was quicker, or it is under way.
        return go(f"/records/{seq}?told=signed" if seq else f"/sign-off/{key}")

    async def _show_anew(self, view: View, key: str, sent: Sent, request: Request) -> Response:
        """As it is by now: what was read before is what has changed."""
        now = await self._room.anew(view, request)
        milestone = now.standing.dossier.playbook.milestone(key)
        if milestone is None:
            return self._room.missing(now)
        return self._show(now, milestone, sent) if now.step(key) else nothing_to_do(self._room, now, milestone)

    def _show(self, view: View, milestone: Milestone, sent: Sent = LOOKED) -> Response:
        step, sign_off = view.step(milestone.key), milestone.sign_off
        reopens = sign_off.reopens if sign_off else ()
        return self._room.show(
            view,
            "sign.html",
            milestone=shown_milestone(view, milestone),
            step=shown_step(view, step) if step else None,
            what=view.what(milestone),
            done_when=view.text(milestone.done_when),
            deliverables=deliverables(view, milestone),
            files=[shown(view, file) for file in signed_files(view, milestone)],
            of_plan=bool(sign_off and sign_off.plan),
            all_sign=bool(sign_off and sign_off.needs == "all"),
            state=view.sign_off(milestone.key),
            since=[
                shown_milestone(view, one)
                for one in view.standing.shown()
                if one.key in reopens and view.standing.is_settled(one.key)
            ],
            opens=opened_by(view, milestone),
            go_live=go_live(view),
            reopens=view.titles(reopens),
            rework_days=sign_off.rework_days if sign_off else 0,
            version=version_shown(view, milestone),
            **self._telling.around(view, sent),
        )


def wrong_with(form: Form) -> Mapping[str, str]:
    """What is wrong with a decision, by its fields. A no needs reasons, a yes none."""
    decision, reasons = form.text("decision"), reasons_in(form.text("reasons"))
    errors: dict[str, str] = {}
    if decision not in ("approve", "reject"):
        errors["decision"] = "choose"
    elif missing := once_missing(form):
        errors["decision"] = missing
    if decision == "reject" and not reasons:
        errors["reasons"] = "say_what_is_missing"
    if len(reasons) > MOST_REASONS or any(len(reason) > LONGEST_REASON for reason in reasons):
        errors["reasons"] = "too_many_reasons"
    return errors


def reasons_in(text: str) -> list[str]:
    """One reason a line, without what only marks it as one of a list."""
    return [line for line in (BULLET.sub("", raw).strip() for raw in text.splitlines()) if line]


def deliverables(view: View, milestone: Milestone) -> list[str]:
    """What is handed over with the milestone, as far as the customer reads of it."""
    return [
        view.text(given.title)
        for stage in view.standing.dossier.playbook.stages
        for given in stage.deliverables
        if given.milestone == milestone.key and given.audience == "both"
    ]


def version_shown(view: View, milestone: Milestone) -> str:
    """What the signer is shown, as one word: the round, the playbook's version, the files, of a plan its revision."""
    of_plan = bool(milestone.sign_off and milestone.sign_off.plan)
    files = evidence_of(signed_files(view, milestone))
    return view.sign_off(milestone.key).version(
        view.line.playbook_hash or "", str(view.line.revision) if of_plan else "", *files
    )


def version_told(view: View, milestone: Milestone) -> str:
    """The same as the onboarding can compare it: what changes between a look and a signature is noticed there."""
    decided = view.sign_off(milestone.key).decided
    dues = {row.key: row.due for row in view.line.milestones if row.status == "open"}
    return version_of_sign_off(
        rejections=sum(one.decision == "rejected" for one in decided),
        playbook_hash=view.line.playbook_hash or "",
        dues=dues if milestone.sign_off and milestone.sign_off.plan else None,
    )
