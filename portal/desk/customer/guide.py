"""How does one of ours go about it? The kickoff to prepare, the signs to look for, and how to lead calls."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.deal import missing_from_hand_off
from domain.playbook import Sign, Stage
from domain.text import LANGUAGES, in_language
from portal.desk.customer.customer import Customer
from portal.desk.customer.happenings import Shown, shown
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.record import parts_of
from portal.desk.customer.telling import REFUSED, Telling, is_fresh, once_of
from portal.desk.refusing import reason_in
from portal.desk.view import DeskView
from portal.forms import Form
from store import reads
from store.reads import JournalEntry

LONGEST_WORDS = 2_000
"""Characters of what follows from a look; the signs themselves take less than the rest of a note."""
NOTES_LOOKED_THROUGH = 500
EARLIER_ONES = 5
TO_KNOW = ("problem", "success_metrics", "near_term")
"""Parts of the hand-off record that whoever holds the kickoff has in their head."""


class SignShown(NamedTuple):
    """A sign of success or of failure, by its number in the playbook."""

    number: int
    text: str
    ticked: bool


class StageShown(NamedTuple):
    """A stage with its signs, and what was recorded of it at earlier looks."""

    key: str
    title: str
    status: str
    success: Sequence[SignShown]
    failure: Sequence[SignShown]
    earlier: Sequence[Shown]


class Guide:
    """The page of the guide; a form records what one of ours has seen of a stage, as a note."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        self._telling = Telling(pages.desk)

    async def page(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """The guide as it stands now; of a form that was not taken, with what was ticked and typed."""
        if form is None:
            return await self._show(view, customer, told=request.query_params.get("told", ""))
        if customer.line.ending or not self._pages.may_tell(view, customer, "note"):
            return self._pages.desk.forbidden(view)
        problem, reason, status = await self._record(view, customer, form)
        if problem:
            return await self._show(view, customer, form=form, problem=problem, reason=reason, status=status)
        return go(f"{customer.path}/guide?told=guide_recorded#stage-{form.text('stage')}")

    async def _record(self, view: DeskView, customer: Customer, form: Form) -> tuple[str, str, int]:
        """What is wrong, the onboarding's own reason, and the status; all empty where it was recorded."""
        stage = next((one for one in customer.standing.dossier.playbook.stages if one.key == form.text("stage")), None)
        if stage is None or not is_fresh(form):
            return "wrong_form_old", "", 422
        words = form.text("words")
        if len(words) > LONGEST_WORDS:
            return "guide_too_long", "", 422
        note = self._note(view, customer, stage, form)
        if note is None:
            return "guide_nothing", "", 422
        outcome = await self._telling.tell(view, customer.id, "note", {"note": note}, form)
        if not outcome.problem:
            await self._telling.until_written(view, customer.id, form)
        problem = "customer_refused" if outcome.problem == REFUSED else outcome.problem
        return problem, reason_in(view.language, outcome.reason, customer.called), outcome.status

    def _note(self, view: DeskView, customer: Customer, stage: Stage, form: Form) -> str | None:
        """What was seen, as people read it in the journal; None where nothing was ticked or typed."""
        said = self._pages.desk.pages.words(view.language)
        parts = [
            (said["guide_seen"], _ticked(customer, stage.success_signs, form, "success")),
            (said["guide_looms"], _ticked(customer, stage.failure_modes, form, "failure")),
        ]
        lines = [f"{title}\n" + "\n".join(f"- {text}" for text in texts) for title, texts in parts if texts]
        if words := form.text("words"):
            lines.append(words)
        return "\n\n".join([heading(said, customer.text(stage.title)), *lines]) if lines else None

    async def _show(
        self,
        view: DeskView,
        customer: Customer,
        *,
        told: str = "",
        form: Form | None = None,
        problem: str = "",
        reason: str = "",
        status: int = 200,
    ) -> Response:
        rows = await asyncio.to_thread(
            reads.journal, self._pages.engine, customer.id, kinds=("noted",), newest=NOTES_LOOKED_THROUGH
        )
        playbook, deal = customer.standing.dossier.playbook, customer.standing.dossier.deal
        return self._pages.show(
            view,
            customer,
            "guide.html",
            part="guide",
            told=told,
            status=status,
            kickoff=playbook.kickoff,
            kickoff_is_held=_is_held(customer),
            record=[one for one in parts_of(customer, deal) if one.name in TO_KNOW],
            missing=missing_from_hand_off(deal, view.language),
            stages=list(self._stages(view, customer, rows, form)),
            conduct=[customer.text(one.text) for one in playbook.conduct],
            may_record=not customer.line.ending and self._pages.may_tell(view, customer, "note"),
            chosen=form.text("stage") if form else "",
            typed=form.text("words") if form else "",
            problem=problem,
            reason=reason,
            once=once_of(form),
        )

    def _stages(
        self, view: DeskView, customer: Customer, rows: Sequence[JournalEntry], form: Form | None
    ) -> Iterable[StageShown]:
        """The stages that have signs, those that are under way first."""
        words = self._pages.desk.pages.words
        status = {row.key: row.status for row in customer.line.stages}
        each = [
            StageShown(
                stage.key,
                customer.text(stage.title),
                status.get(stage.key, "ahead"),
                _signs(customer, stage, stage.success_signs, form, "success"),
                _signs(customer, stage, stage.failure_modes, form, "failure"),
                [shown(customer, row, words(view.language)) for row in _of_stage(rows, stage, words)][:EARLIER_ONES],
            )
            for stage in customer.standing.dossier.playbook.stages
            if stage.success_signs or stage.failure_modes
        ]
        return sorted(each, key=lambda one: one.status != "open")


def heading(words: Mapping[str, str], title: str) -> str:
    """With what such a note begins, by which it is found again."""
    return words["guide_note"].format(stage=title)


def _of_stage(rows: Sequence[JournalEntry], stage: Stage, words: Any) -> list[JournalEntry]:
    """The notes of looks at that stage, in whichever language they were recorded, the newest first."""
    begins = tuple(heading(words(language), in_language(stage.title, language)) for language in LANGUAGES)
    return [row for row in reversed(rows) if (row.note or "").startswith(begins)]


def _signs(
    customer: Customer, stage: Stage, signs: Sequence[Sign], form: Form | None, name: str
) -> Sequence[SignShown]:
    chosen = set(form.texts(name)) if form and form.text("stage") == stage.key else set()
    return [SignShown(number, customer.text(one.text), str(number) in chosen) for number, one in enumerate(signs)]


def _ticked(customer: Customer, signs: Sequence[Sign], form: Form, name: str) -> list[str]:
    chosen = set(form.texts(name))
    return [customer.text(one.text) for number, one in enumerate(signs) if str(number) in chosen]


def _is_held(customer: Customer) -> bool:
    kickoff = customer.standing.dossier.playbook.playing("kickoff")
    row = customer.milestones.get(kickoff.key) if kickoff else None
    return row is not None and row.status != "open"
