"""How does somebody say that their work is done? Of a milestone or a task, or what stands in its way."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from domain.playbook import Milestone
from domain.room.steps import Step
from portal.forms import LONGEST_WORDS, Form
from portal.room.conversing import Conversing
from portal.room.looking import shown_milestone
from portal.room.room import Room
from portal.room.session import go
from portal.room.steps_shown import shown_step
from portal.room.telling import LOOKED, Sent, Telling, once_missing
from portal.room.view import View

TOLD = {"done": "done", "on_its_way": "noted", "not_yet": "passed_on"}
"""The answers, each with what is said when it was taken."""


class Doing:
    """The pages on which work is reported."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._telling = Telling(room)
        self._conversing = Conversing(room)

    async def milestone(self, view: View, form: Form | None, request: Request) -> Response:
        """Report that a milestone is reached, or say that it will be, or why not yet."""
        key = request.path_params["key"]
        milestone = view.standing.dossier.playbook.milestone(key)
        if milestone is None or milestone not in view.standing.shown():
            return self._room.missing(view)
        if milestone.sign_off is not None:
            return go(f"/sign-off/{key}")
        step = view.step(key)
        if step is None:
            return nothing_to_do(self._room, view, milestone)
        opens = opened_by(view, milestone)
        return await self._report(view, form, step, "reach_milestone", opens=opens, milestone=key)

    async def task(self, view: View, form: Form | None, request: Request) -> Response:
        """Close a task of one's own, or say how it stands."""
        step = view.step(request.path_params["key"])
        if step is None or step.kind != "task":
            return self._room.missing(view)
        return await self._report(view, form, step, "close_task", task=step.key, outcome="done")

    async def _report(
        self, view: View, form: Form | None, step: Step, update: str, *, opens: str = "", **fields: str
    ) -> Response:
        """The question how it stands, and what follows from the answer; `update` is what tells that it is done."""
        sent = LOOKED
        if form is not None and (errors := wrong_with(form)):
            sent = Sent(form, errors, 422)
        elif form is not None:
            answer, words = form.text("answer"), form.text("words")
            if answer == "done":
                outcome = await self._telling.tell(view, form, update, by=step.by, note=words or None, **fields)
            elif answer == "not_yet":
                # A conversation: the contact's answer stands in the room, and something may be settled in it.
                said = self._room.pages.words(view.language)["not_yet_note"].format(title=step.title)
                outcome = await self._conversing.ask(view, form, f"{said}\n{words}", about=step.key)
            else:
                said = self._room.pages.words(view.language)["on_its_way_note"]
                note = f"{said.format(title=step.title, due=view.day(step.due))} {words}".strip()
                outcome = await self._telling.tell(view, form, "note", note=note)
            if not outcome.problem:
                if answer != "not_yet":
                    await self._telling.until_written(view, form)
                return go(f"/?told={TOLD[answer]}")
            sent = outcome.at("words", form)
        shown = shown_step(view, step)
        return self._room.show(view, "done.html", step=shown, opens=opens, **self._telling.around(view, sent))


def wrong_with(form: Form) -> Mapping[str, str]:
    """What is wrong with an answer about a milestone or a task, by its fields."""
    answer, words = form.text("answer"), form.text("words")
    errors: dict[str, str] = {}
    if answer not in TOLD:
        errors["answer"] = "choose"
    elif answer == "not_yet" and not words:
        errors["words"] = "say_why"
    if len(words) > LONGEST_WORDS:
        errors["words"] = "too_long"
    if missing := once_missing(form):
        errors.setdefault("answer", missing)
    return errors


def opened_by(view: View, milestone: Milestone) -> str:
    """What may begin once that milestone is reached, and nothing else holds up."""
    each = [one for one in view.standing.shown() if not view.standing.is_settled(one.key)]
    return view.titles(one.key for one in each if view.standing.waits_for(one) == (milestone.key,))


def nothing_to_do(room: Room, view: View, milestone: Milestone) -> Response:
    """Settled meanwhile, not asked for yet, or not theirs: said instead of a form."""
    decided = [one for one in view.sign_off(milestone.key).decided if one.by in view.standing.same(view.me)]
    return room.show(
        view,
        "settled.html",
        milestone=shown_milestone(view, milestone),
        record=decided[-1].seq if decided else 0,
    )
