"""Which fields does the form of a piece of news have? Those of its model, each as a control that people know."""

from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import AwareDatetime, StringConstraints
from pydantic.fields import FieldInfo

from domain.news import KINDS

Control = Literal["line", "text", "lines", "date", "moment", "number", "choice", "pick", "picks", "tick"]
"""`lines` is a text with one piece on each line; `pick` and `picks` choose among what this onboarding has."""
LONGEST_LINE = 320
"""Characters up to which a text is typed on one line: an address is the longest of them."""
DEFAULT_LENGTH = 10_000
OURS = frozenset({"by", "news_id", "via", "proved", "ignored"})
"""Fields that say where news comes from: the desk fills them in."""
NEVER_ASKED = frozenset(
    {("reach_milestone", "hold"), ("tell_attendance", "sequence"), ("raise_flag", "figures")}
    | {("open_correction", "figures"), ("sign_off", "version")}
)
"""What only systems say: whether news may wait for a gate, which version of an invitation was answered, what the
figures were, and which version of what is signed its signer was shown."""
HIDDEN = frozenset({("edit_draft", "revision")})
"""What the page knows and the form brings back."""
BESIDE = ("note", "evidence", "at")
"""What every piece of news may carry, asked for after all else."""
SPOKEN_FOR: dict[str, str] = {"sign_off": "deciding", "attest_criterion": "vouching"}
"""Updates in which one of ours may write down what one of the customer's has said, with the list of who that may be.

Nobody is named beyond that list: by a colleague's name, one person could be both of those whose word it takes."""
UNSAID_AT = frozenset(
    {"resume", "replan", "reassign", "agree_slot", "tell_attendance", "edit_draft", "send_draft", "stop_draft"}
    | {"end_onboarding", "take_back_ending", "change_playbook", "change_task", "add_task", "request_scope_change"}
    | {"decide_scope_change", "add_contact", "correct_contact", "replace_contact", "remove_contact"}
    | {"raise_flag", "lower_flag", "open_correction", "change_correction"}
)
"""Updates that count from now on, whatever moment they name."""
PICKS: dict[tuple[str, str], str] = {
    ("reach_milestone", "milestone"): "to_reach",
    ("reopen_milestone", "milestone"): "settled",
    ("waive_milestone", "milestone"): "open",
    ("replan", "milestone"): "open",
    ("sign_off", "milestone"): "to_sign",
    ("ask_sign_off", "milestone"): "refused",
    ("acknowledge_issue", "issue"): "issues",
    ("resolve_issue", "issue"): "issues",
    ("dispute_issue", "issue"): "solved_issues",
    ("reassign", "owner"): "owners",
    ("add_contact", "person"): "left",
    ("correct_contact", "person"): "known",
    ("replace_contact", "person"): "contacts",
    ("replace_contact", "to"): "contacts",
    ("remove_contact", "person"): "known",
    ("decide_scope_change", "request"): "requests",
    ("record_risk", "risk"): "risks",
    ("record_risk", "owner"): "staff",
    ("record_risk", "came_true"): "troubles",
    ("attest_criterion", "criterion"): "attestable",
    ("add_task", "owner"): "everybody",
    ("change_task", "owner"): "everybody",
    ("change_task", "task"): "tasks",
    ("close_task", "task"): "tasks",
    ("raise_flag", "flag"): "flags",
    ("lower_flag", "flag"): "flags_up",
    ("open_correction", "flags"): "flags",
    ("open_correction", "owner"): "staff",
    ("change_correction", "correction"): "corrections",
    ("change_correction", "owner"): "staff",
    ("close_correction", "correction"): "corrections",
    ("agree_slot", "meeting"): "meetings",
    ("tell_attendance", "meeting"): "agreed",
    ("tell_attendance", "person"): "everybody",
    ("edit_draft", "draft"): "drafts",
    ("edit_draft", "reader"): "readers",
    ("send_draft", "draft"): "drafts",
    ("stop_draft", "draft"): "drafts",
    ("end_onboarding", "exceptions"): "criteria",
    ("change_playbook", "to"): "versions",
}
"""The fields that name something of this onboarding, each with the list from which it is chosen."""
CHANGED: dict[str, str] = {
    "change_task": "task", "record_risk": "risk", "correct_contact": "person", "edit_draft": "draft"
}  # fmt: skip
"""Updates that change what is there already, each with the field that names it: its form shows how that is now."""
MADE_HERE: dict[tuple[str, str], str] = {("record_risk", "risk"): "risk"}
"""Fields that name something new where nothing is chosen: the form's own id makes the name, after that word."""
NEEDED_OF_NEW: dict[str, tuple[str, tuple[str, ...]]] = {
    "record_risk": ("risk", ("title",)),
    "add_contact": ("person", ("name", "email", "role")),
    "replace_contact": ("to", ("name", "email")),
}
"""Updates that make something new, or bring somebody new, where nothing is chosen: the field in which something is
chosen, and those that the update cannot do without then."""


class FormField(NamedTuple):
    """A field as its form asks for it. `options` are the values of a choice, `of` is the list of a pick."""

    name: str
    control: Control
    required: bool = False
    options: tuple[str, ...] = ()
    of: str = ""
    longest: int = DEFAULT_LENGTH
    least: float | None = None
    most: float | None = None
    whole: bool = False
    default: str = ""

    @property
    def beside(self) -> bool:
        """Whether it is one of those that any news may carry."""
        return self.name in BESIDE


class _Kind(NamedTuple):
    """The type of a field without what stands around it."""

    type: Any
    constraints: tuple[Any, ...]
    several: bool


@cache
def fields_of(kind: str) -> tuple[FormField, ...]:
    """The fields of that update in the order in which they are asked for. What any news may carry stands last."""
    model = KINDS[kind]
    named = {name: info for name, info in model.model_fields.items() if name not in OURS and _is_asked(kind, name)}
    own = [name for name in named if name not in BESIDE or (name == "note" and kind == "note")]
    beside = [name for name in BESIDE if name in named and name not in own]
    each = [_field(kind, name, named[name]) for name in (*own, *beside)]
    if of := SPOKEN_FOR.get(kind):
        each.insert(1, FormField("by", "pick", of=of))
    return tuple(each)


@cache
def hidden_of(kind: str) -> tuple[str, ...]:
    """The fields that the form of that update brings along unseen."""
    return tuple(name for update, name in sorted(HIDDEN) if update == kind)


def _is_asked(kind: str, name: str) -> bool:
    unsaid = name == "at" and kind in UNSAID_AT
    return not unsaid and (kind, name) not in NEVER_ASKED | HIDDEN


def _field(kind: str, name: str, info: FieldInfo) -> FormField:
    type_, constraints, several = _bare(info.annotation, tuple(info.metadata))
    required = info.is_required() and (kind, name) not in MADE_HERE
    default = "" if info.is_required() or info.default in (None, ()) else str(info.default)
    if of := PICKS.get((kind, name)):
        return FormField(name, "picks" if several else "pick", required, of=of, default=default)
    if get_origin(type_) is Literal:
        values = get_args(type_)
        whole = all(isinstance(value, int) for value in values)
        return FormField(name, "choice", required, tuple(map(str, values)), whole=whole, default=default)
    if type_ is bool:
        may_be_unsaid = info.default is None
        options = ("true", "false") if may_be_unsaid else ()
        return FormField(name, "choice" if may_be_unsaid else "tick", required, options, default=default)
    if type_ is date:
        return FormField(name, "date", required)
    if type_ is AwareDatetime:
        return FormField(name, "moment", required)
    least, most = _bounds(constraints)
    if type_ in (int, float):
        return FormField(name, "number", required, least=least, most=most, whole=type_ is int, default=default)
    longest = _longest(constraints)
    control: Control = "lines" if several else "line" if longest <= LONGEST_LINE else "text"
    return FormField(name, control, required, longest=longest)


def _bare(annotation: Any, constraints: tuple[Any, ...]) -> _Kind:
    """The type below optional, annotated and repeated; of `several or one` it is several."""
    several = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, constraints = annotation.__origin__, (*constraints, *annotation.__metadata__)
        elif get_origin(annotation) in (Union, UnionType):
            kinds = [one for one in get_args(annotation) if one is not NoneType]
            annotation = next((one for one in kinds if _is_several(one)), kinds[0])
        elif get_origin(annotation) is tuple:
            # How many there may be says nothing of how long each is.
            annotation, several, constraints = get_args(annotation)[0], True, ()
        else:
            return _Kind(annotation, constraints, several)


def _is_several(annotation: Any) -> bool:
    inner = annotation.__origin__ if get_origin(annotation) is Annotated else annotation
    return get_origin(inner) is tuple


def _longest(constraints: tuple[Any, ...]) -> int:
    lengths = [one.max_length for one in constraints if isinstance(one, StringConstraints | MaxLen) and one.max_length]
    patterns = [one for one in constraints if isinstance(one, StringConstraints) and one.pattern]
    # An id that somebody else gave has a form and no length of its own: its form has 80 characters at most.
    return min(map(int, lengths), default=80 if patterns else DEFAULT_LENGTH)


def _bounds(constraints: tuple[Any, ...]) -> tuple[float | None, float | None]:
    flat = [part for one in constraints for part in (getattr(one, "metadata", None) or [one])]
    least = next((float(one.ge) for one in flat if isinstance(one, Ge)), None)  # type: ignore[arg-type]  # numbers all
    most = next((float(one.le) for one in flat if isinstance(one, Le)), None)  # type: ignore[arg-type]  # numbers all
    return least, most
