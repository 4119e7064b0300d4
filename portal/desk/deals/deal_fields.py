"""Which fields has the form of a deal? Those of a deal file, by their paths there; rows where it has several."""

from collections.abc import Sequence
from typing import NamedTuple, get_args

from domain.deal import CustomerRole, DealClosed, Sale
from portal.desk.customer.fields import FormField

SOURCE = "desk"
"""The system that knows a deal which is typed here, where none is named."""
ROLES: tuple[str, ...] = get_args(CustomerRole)
CUSTOM = "custom"
"""The fields that only one company has: one on each line, its name before the first colon."""
CHAMPION = "champion"
"""The field that says which row of the people speaks for us inside."""
MORE = "more"
"""The button that asks for more rows of what it names; nothing is looked at by it."""
MOST_ROWS = 20
"""Rows of one kind: who has more gives a deal file. All of them together are fewer fields than a form may have."""
LARGEST_DEAL, MOST_DEAL_FIELDS = 512 * 1024, 600
"""Bytes and fields of a form of a deal; each letter of Japanese prose takes nine bytes of it."""


class Rows(NamedTuple):
    """What a deal may have several of: `name` is its field in the file, `fields` are those of each row.

    A form begins with `first` of them.
    """

    name: str
    fields: Sequence[FormField]
    first: int

    @property
    def typed(self) -> Sequence[str]:
        """The fields by which a row counts as filled in: not those that hold something from the beginning."""
        return [field.name for field in self.fields if not field.default]


class Section(NamedTuple):
    """Fields that stand together; `name` is that of their heading in the words. `beside` ones are asked for last."""

    name: str
    fields: Sequence[FormField] = ()
    rows: Sequence[Rows] = ()
    beside: bool = False


def _line(name: str, *, required: bool = False, longest: int = 300, default: str = "") -> FormField:
    return FormField(name, "line", required, longest=longest, default=default)


def _days(name: str) -> Rows:
    """Days from one to another, and why."""
    return Rows(name, (FormField("first", "date"), FormField("last", "date"), _line("why", longest=200)), 1)


_SCALE = ("1", "2", "3", "4", "5")
PEOPLE = Rows(
    "stakeholders", (_line("name"), _line("email"), FormField("role", "choice", False, ROLES), _line("title")), 5
)
METRICS = Rows(
    "success_metrics",
    (
        _line("name", longest=200),
        _line("baseline", longest=200),
        _line("target", longest=200),
        FormField("by_day", "number", whole=True, least=1, most=1000),
    ),
    2,
)
WINS = Rows(
    "quick_wins",
    (
        _line("what", longest=200),
        FormField("visibility", "choice", False, _SCALE, whole=True, default="3"),
        FormField("effort", "choice", False, _SCALE, whole=True, default="3"),
        FormField("slot", "choice", False, ("30", "60", "90"), whole=True, default="30"),
    ),
    2,
)
DATES = Rows("near_term", (_line("what", longest=200), FormField("on", "date")), 2)
NOTES = Rows("notes", (_line("by", longest=200), FormField("text", "text")), 1)
EVERY_ROWS = (PEOPLE, METRICS, WINS, DATES, _days("busy_seasons"), _days("closures"), NOTES)


def sections(model: type[Sale]) -> Sequence[Section]:
    """The form of a closed deal, or of a prospect."""
    closing = FormField("closed_at", "date", True) if model is DealClosed else FormField("expected_close", "date")
    return (
        Section(
            "account",
            (
                _line("account.name", required=True),
                _line("account.country", required=True, longest=2),
                _line("account.subdivision", longest=3),
                FormField("account.time_zone", "pick", True, of="zones"),
                FormField("account.language", "choice", False, ("en", "ja"), default="en"),
            ),
        ),
        Section(
            "deal",
            (
                _line("source", default=SOURCE, longest=30),
                _line("id", required=True, longest=100),
                closing,
                FormField("yearly_value", "number", least=0),
                FormField("seats", "number", whole=True, least=1),
                FormField("products", "lines"),
                FormField("go_live_by", "date"),
                _line("crm_url", longest=2000),
                _line("sow_url", longest=2000),
            ),
        ),
        Section("people", rows=(PEOPLE,)),
        Section(
            "ours",
            (
                FormField("playbook", "pick", of="playbooks"),
                FormField("owner", "pick", of="staff"),
                _line("seller.name"),
                _line("seller.email", longest=254),
            ),
        ),
        Section("why", (FormField("problem", "text"), FormField("present_state", "text"), FormField(CUSTOM, "lines"))),
        Section("metrics", (FormField("roi_method", "text"),), (METRICS,), beside=True),
        Section("wins", rows=(WINS,), beside=True),
        Section("dates", rows=(DATES, _days("busy_seasons"), _days("closures")), beside=True),
        Section(
            "circumstances",
            (
                FormField("circumstances.complexity", "choice", False, ("normal", "high"), default="normal"),
                FormField("circumstances.integrations", "number", whole=True, least=0),
                FormField("circumstances.large_data", "tick"),
                FormField("circumstances.limited_resources", "tick"),
            ),
            beside=True,
        ),
        Section("notes", rows=(NOTES,), beside=True),
    )
