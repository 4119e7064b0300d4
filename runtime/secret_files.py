"""Can a secret come from a file instead of the environment? `DAY90_X_FILE` names a file that holds `DAY90_X`.

So container platforms hand secrets over: in the environment every child process and every crash report has them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

LARGEST = 64 * 1024
"""Bytes of a file that is read: a secret has a few hundred, and a wrong path may name anything."""


def is_secret(field: FieldInfo) -> bool:
    """Whether that setting holds a secret, and so may come from a file."""
    return _names_secret(field.annotation)


def _names_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_names_secret(part) for part in get_args(annotation))


class SecretFiles(PydanticBaseSettingsSource):
    """The settings that files hold, each named by the variable of the setting with `_FILE` behind it.

    The line break at the end of a file belongs to the file. Raises BadSecretFile.
    """

    def __init__(self, settings: type[BaseSettings], *, environment: Mapping[str, str], prefix: str) -> None:
        super().__init__(settings)
        self._environment = environment
        self._prefix = prefix

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file, or None where none is named."""
        variable = f"{self._prefix}{field_name.upper()}"
        path = self._environment.get(f"{variable}_FILE", "")
        if not path or not is_secret(field):
            return None, field_name, False
        if self._environment.get(variable):
            raise BadSecretFile(f"{variable} and {variable}_FILE are both set: give one of them")
        return SecretStr(_content(Path(path), named=f"{variable}_FILE")), field_name, False

    def __call__(self) -> dict[str, Any]:
        held = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in held.items() if value is not None}


class BadSecretFile(Exception):
    """A file that should hold a secret cannot be used; the message names the variable, never the content."""


def _content(path: Path, *, named: str) -> str:
    try:
        with path.expanduser().open("rb") as file:
            held = file.read(LARGEST + 1)
    except OSError as trouble:
        raise BadSecretFile(f"{named} should name a file that can be read: {trouble.strerror or trouble}") from None
    if len(held) > LARGEST:
        raise BadSecretFile(f"{named} should name a file with a secret, of at most {LARGEST // 1024} kB")
    try:
        text = held.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadSecretFile(f"{named} should name a file with a secret, in UTF-8") from None
    if not text:
        raise BadSecretFile(f"{named} names a file that is empty")
    return text
