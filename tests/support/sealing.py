"""With which keys do tests seal? Keys of their own, no secret of anybody."""

import base64

from store.sealing import Sealing


def key(letter: str) -> str:
    """A sealing key, another one for each letter."""
    return base64.b64encode(letter.encode() * 32).decode()


SEALING = Sealing([key("a")])
