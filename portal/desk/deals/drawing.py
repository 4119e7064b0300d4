"""How is the form of a deal drawn? Its fields with what was typed, and as many rows as there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from portal.desk.customer.choices import Choice
from portal.desk.customer.fields import FormField
from portal.desk.customer.forming import FieldShown
from portal.desk.deals.deal_fields import CHAMPION, MOST_ROWS, Rows, Section
from portal.desk.deals.deal_reading import rows_of
from portal.forms import Form

Lists = Mapping[str, Sequence[Choice]]


class RowsShown(NamedTuple):
    """Rows of what a deal may have several of. `champion` is the row that is ticked."""

    name: str
    rows: Sequence[Sequence[FieldShown]]
    may_grow: bool
    champion: str


class SectionShown(NamedTuple):
    """A part of the form as its template draws it."""

    name: str
    fields: Sequence[FieldShown]
    rows: Sequence[RowsShown]
    beside: bool


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The form of a deal as it stands: what was typed, what is wrong with it, and what stands in it at first."""

    form: Form | None = None
    errors: Mapping[str, str]
    status: int = 200
    first: Mapping[str, str] = field(default_factory=dict)

    def value(self, field: FormField) -> str:
        # A row that was asked for just now has nothing yet; a box that nobody ticked is not in the form either.
        if self.form is not None and (self.form.came(field.name) or field.control == "tick"):
            return self.form.text(field.name)
        return self.first.get(field.name, field.default)


def drawn(parts: Sequence[Section], filled: Filled, lists: Lists, words: Mapping[str, str]) -> Sequence[SectionShown]:
    """Every part of the form; `lists` has the choices of its picks."""
    return [
        SectionShown(
            part.name,
            [_field(one, one.name, filled, lists, words) for one in part.fields],
            [_rows(rows, filled, lists, words) for rows in part.rows],
            part.beside,
        )
        for part in parts
    ]


def _rows(rows: Rows, filled: Filled, lists: Lists, words: Mapping[str, str]) -> RowsShown:
    count = rows_of(rows, filled.form)
    shown = [
        [
            _field(one._replace(name=f"{rows.name}.{row}.{one.name}"), f"{rows.name}.{one.name}", filled, lists, words)
            for one in rows.fields
        ]
        for row in range(count)
    ]
    return RowsShown(rows.name, shown, count < MOST_ROWS, filled.form.text(CHAMPION) if filled.form else "")


def _field(field: FormField, name: str, filled: Filled, lists: Lists, words: Mapping[str, str]) -> FieldShown:
    """The field; `name` is that of its words."""
    options = lists[field.of] if field.of else [Choice(one, words[f"deal_{name}.{one}"]) for one in field.options]
    value = filled.value(field)
    asked = field.required or name.endswith("role")
    return FieldShown(
        field=field,
        label=words[f"deal_{name}"],
        hint=words.get(f"deal_{name}_hint", ""),
        values=(value,) if value else (),
        choices=options,
        none=words["none_chosen"] if asked else words.get(f"deal_{name}_none", ""),
        buttons=False,
        fixed="",
    )
