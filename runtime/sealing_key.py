"""With which keys are secrets sealed and links made? Those of the settings, and the one in the data folder."""

import base64
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from runtime.settings import BadSetting, Settings, each_secret, is_sealing_key

FILE = "sealing.key"
"""In the data folder; made when the embedded stack starts, where the settings name no key."""


def sealing_keys(settings: Settings) -> Sequence[str]:
    """The keys; the first one seals, the others only open. None where there is neither setting nor file.

    The file's key opens what was sealed before the setting was there. Raises BadSetting for a file that holds no key.
    """
    file = settings.data / FILE
    held: tuple[str, ...] = ()
    try:
        held = (file.read_text(encoding="utf-8").strip(),)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as trouble:
        raise BadSetting(f"{file} cannot be read: {getattr(trouble, 'strerror', None) or 'no text'}") from None
    if not all(map(is_sealing_key, held)):
        raise BadSetting(f"{file} should hold 32 bytes in base64: put the file back from a backup")
    return (*each_secret(settings.sealing_key), *held)


def key_of_links(settings: Settings) -> bytes | None:
    """The key that the tokens of links in messages are made with, from that which seals; None where there is none.

    Of that alone nobody makes the other one. Raises BadSetting for a file that holds no key.
    """
    keys = sealing_keys(settings)
    return hmac.digest(keys[0].encode(), b"day90: links in messages", "sha256") if keys else None


def make_sealing_key(data: Path) -> None:
    """Make the key of a data folder, readable for its owner alone, unless it is there.

    It appears in one step: a key that was written by halves would be no key, and one in use is never written over.
    """
    if (data / FILE).exists():
        return
    draft = data / f"{FILE}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, data / FILE)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
