"""How does somebody tell an onboarding something at the desk? By one form for each update, made from its model."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from domain.news import short
from domain.rights import LEAST
from portal.desk.along_lines import AlongShown, along_of
from portal.desk.customer.choices import Choice, Choices
from portal.desk.customer.customer import Customer
from portal.desk.customer.fields import CHANGED, MADE_HERE, NEEDED_OF_NEW, SPOKEN_FOR, FormField, fields_of, hidden_of
from portal.desk.customer.happenings import Shown, all_shown
from portal.desk.customer.pages import CustomerPages, go
from portal.desk.customer.present import present, without_what_stays
from portal.desk.customer.previewing import overbooked_then, preview
from portal.desk.customer.reading import Complaint, complaints, read_form
from portal.desk.customer.telling import REFUSED, Outcome, Telling, is_fresh, once_of
from portal.desk.overbooking import as_owner
from portal.desk.refusing import reason_in
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from portal.forms import Form
from starter.doors.drafts import ABOUT_DRAFTS

GROUPS: Mapping[str, Sequence[str]] = {
    "plan": (
        *("reach_milestone", "sign_off", "ask_sign_off", "replan", "reopen_milestone", "waive_milestone"),
        *("agree_slot", "tell_attendance"),
    ),
    "issues": ("raise_issue", "acknowledge_issue", "resolve_issue", "dispute_issue"),
    "tasks": ("note", "add_task", "change_task", "close_task"),
    "people": ("add_contact", "correct_contact", "replace_contact", "remove_contact", "reassign"),
    "messages": ("edit_draft", "send_draft", "stop_draft"),
    "value": ("record_win", "record_risk", "request_scope_change", "decide_scope_change", "attest_criterion"),
    "corrections": ("raise_flag", "lower_flag", "open_correction", "change_correction", "close_correction"),
    "course": ("pause", "resume", "change_playbook", "end_onboarding", "take_back_ending"),
}
"""Every update, in the order in which their list shows them."""
SHOWN_ON: Mapping[str, str] = {
    **dict.fromkeys(GROUPS["issues"], "issues"),
    **dict.fromkeys(GROUPS["people"], "people"),
    **dict.fromkeys(GROUPS["messages"], "notices"),
    "record_risk": "risks",
    **dict.fromkeys(("request_scope_change", "decide_scope_change"), "scope"),
}
"""The part of a customer on which one sees what was told, where that is not the first."""
ASKS_FIRST = frozenset({"replan", "change_playbook"})
"""Updates that move many dates: what they would do is shown, and asked about, before it is done."""
LONGEST_GIVEN = 200
"""Characters of what a link may fill in."""
FEW = 4
"""Options up to which a choice is a list of buttons: all are seen at once."""


class FieldShown(NamedTuple):
    """A field as its form draws it. `values` is what it holds; `fixed` is what it stands on and cannot be changed to.

    `choices` are the options of a choice or a pick, `none` what stands for none of them, empty where one must be.
    """

    field: FormField
    label: str
    hint: str
    values: Sequence[str]
    choices: Sequence[Choice]
    none: str
    buttons: bool
    fixed: str

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A form of one update as somebody looks at it or sends it.

    `now` is what its fields hold before anybody types, `errors` what is wrong with each, `since` what others have told
    meanwhile.
    """

    view: DeskView
    customer: Customer
    kind: str
    request: Request
    words: Mapping[str, str]
    now: Mapping[str, str]
    form: Form | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    since: Sequence[Shown] = ()
    status: int = 200

    @property
    def fixed(self) -> str:
        """The field that names what is changed, where a link has named it: it cannot be changed to another."""
        name = CHANGED.get(self.kind, "")
        return name if self.request.query_params.get(name) else ""

    def values(self, field: FormField) -> Sequence[str]:
        """What the field holds: as it was typed, else as it is."""
        if self.form is None:
            given = self.now.get(field.name, field.default)
            return (given,) if given else ()
        return self.form.texts(field.name) if field.control == "picks" else (self.form.text(field.name),)

    def news(self) -> dict[str, Any]:
        """What was typed, as the news has it, without what says how things are already."""
        form = self.form or Form({}, b"")
        raw = read_form(self.kind, form, self.view.zone)
        for (update, name), begins in MADE_HERE.items():
            if update == self.kind and name not in raw:
                raw[name] = f"{begins}-{short(once_of(form))}"
        return without_what_stays(self.kind, raw, self.now if self.fixed else {})


class Forming:
    """The forms by which our people tell an onboarding something."""

    def __init__(self, pages: CustomerPages) -> None:
        self._pages = pages
        self._desk = pages.desk
        self._telling = Telling(pages.desk)

    async def all(self, view: DeskView, customer: Customer, _: Form | None, __: Request) -> Response:
        """Everything that the reader may tell this onboarding."""
        may = self._pages.tellable(view, customer)
        groups = {name: [kind for kind in kinds if kind in may] for name, kinds in GROUPS.items()}
        shown_groups = {name: kinds for name, kinds in groups.items() if kinds}
        return self._pages.show(view, customer, "all_news.html", part="news", groups=shown_groups)

    async def one(self, view: DeskView, customer: Customer, form: Form | None, request: Request) -> Response:
        """The form of one update, and what becomes of it."""
        kind = request.path_params["kind"]
        if kind not in LEAST:
            return self._desk.missing(view)
        if not self._pages.may_tell(view, customer, kind):
            return self._desk.forbidden(view)
        case = Case(
            view=view,
            customer=customer,
            kind=kind,
            request=request,
            words=self._desk.pages.words(view.language),
            now=await self._now(customer, kind, request),
            form=form,
        )
        return await self._show(case) if form is None else await self._take(case, form)

    async def _take(self, case: Case, form: Form) -> Response:
        """Tell it where nothing is wrong with it; else the form again, with what is."""
        customer, kind, raw = case.customer, case.kind, case.news()
        if errors := _wrong_with(case, raw, form) | self._misspoken(case, raw):
            return await self._show(replace(case, errors=errors, status=422))
        if rows := await self._telling.changed_since(case.view, customer.id, kind, raw, form):
            since = all_shown(customer, rows, case.words)
            return await self._show(replace(case, since=since, status=409))
        if kind in ASKS_FIRST and form.text("confirmed") != str(customer.line.revision):
            return await self._ask(case, raw, form)
        outcome = await self._telling.tell(case.view, customer.id, kind, raw, form)
        if outcome.problem:
            return await self._refused(case, outcome)
        seq = await self._telling.until_written(case.view, customer.id, form)
        part, told = SHOWN_ON.get(kind, ""), "customer_done" if seq else "customer_taken"
        return go(f"{customer.path}{'/' if part else ''}{part}?told={told}")

    def _misspoken(self, case: Case, raw: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with whose word is written down: it is one's own, or that of somebody whom the form offers."""
        by, of = raw.get("by"), SPOKEN_FOR.get(case.kind)
        if of is None or by in (None, case.view.staff.handle):
            return {}
        offered = Choices(case.customer, self._desk.engine, self._pages.library).of(of)
        return {} if by in {one.value for one in offered} else {"by": case.words["wrong_speaker"]}

    async def _ask(self, case: Case, raw: Mapping[str, Any], form: Form) -> Response:
        """What would follow, before and after; the button below it does exactly that."""
        what_if, outcome = await self._telling.tried(case.view, case.customer.id, case.kind, raw)
        if what_if is None:
            return await self._refused(case, outcome)
        over = await asyncio.to_thread(overbooked_then, self._desk, case.customer, what_if)
        typed = [(one.name, value) for one in fields_of(case.kind) for value in case.values(one)]
        revision = str(case.customer.line.revision)
        return self._pages.show(
            case.view,
            case.customer,
            "preview.html",
            part="news",
            kind=case.kind,
            preview=preview(case.customer, what_if),
            over=over,
            typed=typed,
            once=once_of(form),
            seen=case.customer.line.newest,
            again=form.text("confirmed") not in ("", revision),
            revision=revision,
        )

    async def _refused(self, case: Case, outcome: Outcome) -> Response:
        """The form again, with why it was not taken at the field that it is about."""
        said = case.words["customer_refused" if outcome.problem == REFUSED else outcome.problem]
        names = {one.name for one in fields_of(case.kind)}
        reason = reason_in(case.customer.language, outcome.reason, case.customer.called)
        errors = {outcome.field if outcome.field in names else "form": f"{said} {reason}" if reason else said}
        return await self._show(replace(case, errors=errors, status=outcome.status))

    async def _now(self, customer: Customer, kind: str, request: Request) -> Mapping[str, str]:
        """What the fields hold before anybody types: what the link says, and of a change what is there now."""
        asked = {one.name: request.query_params.get(one.name, "") for one in fields_of(kind)}
        given = {name: value[:LONGEST_GIVEN] for name, value in asked.items() if value}
        key = given.get(CHANGED.get(kind, ""), "")
        drafts = await self._pages.drafts(customer) if key and kind in ABOUT_DRAFTS else ()
        there = present(kind, customer, key, drafts, given) if key else {}
        return {**there, **given}

    def _along(self, case: Case) -> AlongShown:
        """What would go along if somebody else became the owner, and what would stay."""
        titles = Titles(TitleShelf(self._desk.parts.ledger), case.view.language, case.words)
        return along_of(self._desk, case.customer.id, case.customer.line.owner, titles, case.view)

    async def _show(self, case: Case) -> Response:
        choices = Choices(case.customer, self._desk.engine, self._pages.library)
        along: AlongShown | None = None
        drawn = await asyncio.to_thread(lambda: [_drawn(case, one, choices) for one in fields_of(case.kind)])
        if case.kind == "reassign":
            given = partial(as_owner, language=case.view.language, today=case.customer.today)
            loads = await asyncio.to_thread(given, self._desk, case.customer.id, case.customer.line.owner)
            drawn = [_with_loads(one, loads, case.words) for one in drawn]
            along = await asyncio.to_thread(self._along, case)
        own = [one for one in drawn if not one.field.beside or one.field.required or one.field.name in case.errors]
        lacks = [one for one in own if one.field.required and one.field.of and not one.choices]
        hidden = {name: case.form.text(name) if case.form else case.now.get(name, "") for name in hidden_of(case.kind)}
        return self._pages.show(
            case.view,
            case.customer,
            "form.html",
            part="news",
            status=case.status,
            kind=case.kind,
            fields=own,
            beside=[one for one in drawn if one not in own],
            hidden=hidden,
            lacks=case.words[f"none_{lacks[0].field.of}"] if lacks else "",
            errors=case.errors,
            since=case.since,
            along=along,
            once=once_of(case.form),
            # Whoever was told of a change has seen it by then.
            seen=case.customer.line.newest if case.since or case.form is None else case.form.text("seen"),
        )


def _drawn(case: Case, field: FormField, choices: Choices) -> FieldShown:
    """The field as its form draws it."""
    words, kind = case.words, case.kind
    if field.of:
        options = choices.of(field.of)
    else:
        options = [Choice(value, option_in_words(words, kind, field.name, value)) for value in field.options]
    values = case.values(field)
    key = values[0] if values else ""
    must = field.control == "choice" and bool(field.required or field.default)
    return FieldShown(
        field=field,
        label=label_in_words(words, kind, field.name),
        hint=words.get(f"hint_{kind}.{field.name}", words.get(f"hint_{field.name}", "")),
        values=values,
        choices=options,
        none="" if must else _none(words, kind, field),
        buttons=must and len(options) <= FEW,
        fixed=next((one.label for one in options if one.value == key), key) if case.fixed == field.name else "",
    )


def _with_loads(field: FieldShown, loads: Mapping[str, str], words: Mapping[str, str]) -> FieldShown:
    """The field in which somebody is chosen to own it, with the weeks in which they would have too little time."""
    if field.field.name != "owner":
        return field
    comma = words["customer_comma"]
    return field._replace(
        choices=[
            one._replace(more=comma.join(filter(None, (one.more, loads.get(one.value, ""))))) for one in field.choices
        ]
    )


def _wrong_with(case: Case, raw: Mapping[str, Any], form: Form) -> dict[str, str]:
    """What is wrong with what was typed, in words, by its fields."""
    errors = {name: in_words(one, case.words) for name, one in complaints(case.kind, raw).items()}
    chosen, needed = NEEDED_OF_NEW.get(case.kind, ("", ()))
    for name in needed:
        if not form.text(chosen) and name not in raw:
            errors.setdefault(name, case.words["wrong_needed"])
    if not is_fresh(form):
        return {"form": case.words["wrong_form_old"], **errors}
    # Of a risk it is news, too, that somebody has looked at it and found it as it was.
    says_nothing = (
        case.kind in CHANGED
        and case.kind != "record_risk"
        and not set(raw) - {CHANGED[case.kind], "language", "reader", "revision"}
    )
    return {"form": case.words["wrong_nothing_changed"]} if says_nothing and not errors else errors


def label_in_words(words: Mapping[str, str], kind: str, name: str) -> str:
    """What the field of that update is called."""
    return words.get(f"field_{kind}.{name}") or words[f"field_{name}"]


def option_in_words(words: Mapping[str, str], kind: str, name: str, value: str) -> str:
    """What a value of the field is called; of a number the number."""
    for key in (f"option_{kind}.{name}.{value}", f"option_{name}.{value}"):
        if key in words:
            return words[key]
    return value


def _none(words: Mapping[str, str], kind: str, field: FormField) -> str:
    """What stands for none of the options."""
    said = words.get(f"none_{kind}.{field.name}")
    return said or words["none_chosen" if field.required else "none_named"]


def in_words(complaint: Complaint, words: Mapping[str, str]) -> str:
    """The complaint in the reader's language."""
    return words[complaint.key].format(limit=complaint.limit)
