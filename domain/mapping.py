"""How does another system's record become a deal file? The schema of a mapping file, which a company edits.

A mapping is YAML: for each field of the deal file an expression (JMESPath) that reads it from the record. What the
expressions mean is not the domain's matter: playbooks/mappings/files.py evaluates them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from domain.deal import DealClosed, TimeZone
from domain.wire import Line, Slug, StrictWire

Expression = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""JMESPath, evaluated on the record, or on one part of it within a list."""
Scalar = str | int | float | bool
Phase = Literal["introduction", "won", "lost"]
"""Where a deal stands, as far as it concerns us; a deal in any other stage does not."""
Kind = Literal["text", "amount", "whole", "date", "moment", "truth", "country", "subdivision", "time_zone", "any"]
CUSTOM = "custom."
RENEWAL_OF, RENEWS_ON = "custom.renewal_of", "custom.renews_on"
"""Fields of a deal that renews the contract of an earlier one: that deal's id, and the day on which it is renewed."""


class Fields(StrictWire):
    """What a list of the deal file is made of: one part for every part of a list in the record."""

    each: Expression = Field(description="the list in the record, like contacts[?properties.email]")
    fields: dict[Slug, "Expression | Reading"] = Field(
        min_length=1, description="the part's fields; their expressions are read from one part of the list"
    )


class Reading(StrictWire):
    """How one field is read, where an expression alone does not do."""

    from_: Expression | None = Field(None, alias="from", description="the expression that reads it from the record")
    of: Line | None = Field(
        None,
        description="instead: a field of the deal file that stands further up in the mapping, like account.country",
    )
    constant: Scalar | tuple[Scalar, ...] | None = Field(None, description="instead: the same for every deal")
    split: str | None = Field(
        None, min_length=1, max_length=5, description='what stands between several values in one text, like ";"'
    )
    table: Slug | None = Field(
        None,
        description="name of a table that gives each value another; of several values, the one that stands first in"
        " the table",
    )
    as_: Kind | None = Field(
        None, alias="as", description="what it is, for custom fields; of the others we know it: amount, date, moment …"
    )
    times: "Expression | Reading | None" = Field(
        None, description="what an amount is multiplied by, like the rate of its currency from a table"
    )
    currency: "Expression | Reading | None" = Field(
        None,
        description="the code of the currency that an amount is in: one that is not the house's is converted by its"
        " rates, or refused",
    )
    else_: "Expression | Reading | None" = Field(
        None, alias="else", description="how it is read where this gives nothing, or nothing that the table knows"
    )
    default: Scalar | None = Field(None, description="what it is where nothing else gives a value")


class Stages(StrictWire):
    """Which stages of a deal matter, by the ids that the CRM has for them, or `pipeline/stage`."""

    introduction: tuple[Line, ...] = Field((), description="late stages, in which the prospect is introduced to us")
    won: tuple[Line, ...] = Field((), description="the deal is closed: its onboarding starts")
    lost: tuple[Line, ...] = Field((), description="it will not be: an introduction ends, an onboarding is reversed")


def kind_of(annotation: Any) -> Kind | None:
    """What a field of a deal file holds; None for one that has fields of its own, or is a list of such."""
    options = [option for option in _options(annotation) if option is not type(None)]
    for option in options:
        if isinstance(option, type) and issubclass(option, BaseModel):
            return None
        if get_origin(option) is tuple:
            return kind_of(get_args(option)[0])
        if option in (AwareDatetime, datetime):
            return "moment"
    named: tuple[tuple[type, Kind], ...] = (
        (bool, "truth"), (Decimal, "amount"), (int, "whole"), (float, "amount"), (date, "date"),
    )  # fmt: skip
    return next((kind for type_, kind in named if type_ in options), "any" if Any in options else "text")


def custom_name(target: str) -> str:
    """The name of a field among those that only a company has."""
    return target.removeprefix(CUSTOM)


def is_list(annotation: Any) -> bool:
    """Whether a field of that annotation holds a list."""
    return any(get_origin(option) is tuple for option in _options(annotation))


def field_at(target: str, model: type[BaseModel] = DealClosed) -> Any:
    """The annotation of that field of a deal file, by its dotted name. Raises ValueError for one that is none."""
    if model is DealClosed and target.startswith(CUSTOM) and len(target) > len(CUSTOM):
        return Any
    name, _, rest = target.partition(".")
    if name not in model.model_fields or target in ("source", "custom"):
        raise ValueError("is no field of a deal file")
    annotation = annotation_of(model, name)
    inner = [option for option in _options(annotation) if isinstance(option, type) and issubclass(option, BaseModel)]
    if not rest:
        if inner:
            msg = f"has fields of its own: write {target}.{next(iter(inner[0].model_fields))} and so on"
            raise ValueError(msg)
        return annotation
    if not inner:
        raise ValueError("is no field of a deal file")
    return field_at(rest, inner[0])


def part_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a part, for a list whose parts have fields; None for any other field."""
    for option in _options(annotation):
        if get_origin(option) is tuple:
            part = get_args(option)[0]
            return part if isinstance(part, type) and issubclass(part, BaseModel) else None
    return None


def _options(annotation: Any) -> tuple[Any, ...]:
    """The types that a value may have: the sides of a union, without their constraints."""
    if get_origin(annotation) is Annotated:
        return _options(get_args(annotation)[0])
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return tuple(option for side in get_args(annotation) for option in _options(side))
    return (annotation,)


def annotation_of(model: type[BaseModel], name: str) -> Any:
    """The annotation of a model's field, with its constraints."""
    field = model.model_fields[name]
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _known_target(target: str) -> str:
    field_at(target)
    return target


Target = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,120}$"), AfterValidator(_known_target)]
"""A field of the deal file by its dotted name: `account.name`, `yearly_value`, `custom.contract_type`."""
NEEDED: tuple[str, ...] = (
    "id", "closed_at", "account.name", "account.country", "account.time_zone", "stakeholders",
)  # fmt: skip
"""Fields of the deal file without which no deal starts."""


class WriteBack(StrictWire):
    """Into which properties of the deal's record its onboarding is written; one that is not named is not written."""

    stage: Line | None = Field(None, description="titles of the open stages, separated by commas")
    go_live: Line | None = Field(None, description="day of the go-live, like 2027-01-29: planned, then real")
    status: Line | None = Field(None, description="how it stands, or how it ended: on track, behind, handed over …")
    link: Line | None = Field(
        None, description="address of its page in the Temporal UI, where DAY90_TEMPORAL_UI is set"
    )


class DealMapping(StrictWire):
    """A mapping file: how records of one system become deal files."""

    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,29}$")] = Field(
        description="the system, as it stands in ids: onboarding-hubspot-4711"
    )
    stage: Expression | None = Field(None, description="where the record says in which stage the deal is")
    pipeline: Expression | None = Field(None, description="where it says in which pipeline, for `pipeline/stage`")
    stages: Stages = Field(Stages(), description="which of the stages mean what to us")
    decimal_mark: Literal[".", ","] | None = Field(
        None, description="what 1.234 means where it could be either; without it such an amount is refused"
    )
    date_order: Literal["day_first", "month_first"] | None = Field(
        None, description="what 05/11/2026 means; without it such a date is refused"
    )
    time_zone: TimeZone | None = Field(
        None, description="in which moments without an offset are meant; without it they are refused"
    )
    properties: tuple[Line, ...] = Field(
        (), max_length=200, description="properties to ask the CRM for besides those that the expressions name"
    )
    write_back: WriteBack | None = Field(
        None, description="into which properties of the record we write how the onboarding gets on; without it, none"
    )
    tables: dict[Slug, dict[str, Scalar]] = Field(
        default_factory=dict, description="values and what they become; case does not matter"
    )
    deal: dict[Target, "Expression | Fields | Reading"] = Field(description="the fields of the deal file")

    def phase(self, stage: str, pipeline: str = "") -> Phase | None:
        """What a stage of the CRM means to us; None where nothing."""
        named = {_folded(stage), _folded(f"{pipeline}/{stage}")}
        phases: Mapping[Phase, tuple[str, ...]] = {
            "introduction": self.stages.introduction,
            "won": self.stages.won,
            "lost": self.stages.lost,
        }
        return next((phase for phase, stages in phases.items() if named & {*map(_folded, stages)}), None)


def _folded(stage: str) -> str:
    """A stage as it is compared: Salesforce minds no case in its searches, and people type spaces behind."""
    return stage.strip().casefold()
