"""What may stand in a column? Instants, texts and JSON documents, stored alike on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

# SQLite numbers rows by itself only where the type is spelled INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An instant: aware when it is written, in UTC when it is read. By itself SQLite would silently drop the zone.

    Raises ValueError for a naive datetime.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a naive datetime is no instant: give it its zone"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from anywhere. Characters that no database can hold are replaced: they must not stop an onboarding."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's signature
        return value if value is None else storable(value)


class Document(TypeDecorator[Any]):
    """A model or a JSON value, stored as a JSON document. Nothing is ever searched inside such a document.

    The engine writes it as `json_text` does (`store.engine`).
    """

    impl = JSON(none_as_null=True)
    cache_ok = True


def storable(text: str) -> str:
    """The text with replacement characters for what PostgreSQL (U+0000) and UTF-8 (lone surrogates) refuse."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()


def as_json(value: Any) -> Any:
    """The value as it comes back from a `Document`. NaN and infinities become None: JSON cannot write them."""
    return to_jsonable_python(value, inf_nan_mode="null")


def json_text(value: Any) -> str:
    """The JSON document of a value."""
    try:
        return to_json(value, inf_nan_mode="null").decode()
    except PydanticSerializationError:  # Half of a surrogate pair is no text: it is written only when escaped.
        return json.dumps(as_json(value))
