"""How are secrets that sign kept in the store? Encrypted, so that a copy of the database signs nothing."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.trouble import CannotSeal

MARK = "fernet:"
"""Before a secret that is encrypted; one in clear text, from before there were keys, begins with `whsec_`."""
AS_FERNET_WRITES = str.maketrans("+/", "-_")


class Sealing:
    """Encrypts with the first of its keys and decrypts with any; what was never encrypted is read as it is.

    A key is 32 bytes in base64, of either alphabet. Without keys nothing new is encrypted, and nothing kept in clear.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        fernets = [Fernet(key.translate(AS_FERNET_WRITES)) for key in keys]
        self._fernets = MultiFernet(fernets) if fernets else None

    def sealed(self, secret: str) -> str:
        """The secret as it is kept. Raises CannotSeal without a key."""
        if self._fernets is None:
            raise CannotSeal(
                "DAY90_SEALING_KEY should be set: secrets of webhooks are kept encrypted with it, and `openssl rand"
                " -base64 32` makes one (`day90 up` makes its own in the data folder when it starts)"
            )
        return MARK + self._fernets.encrypt(secret.encode()).decode()

    def opened(self, kept: str) -> str:
        """The secret in clear text. Raises CannotSeal where none of the keys is the one it was sealed with."""
        if not kept.startswith(MARK):
            return kept
        try:
            if self._fernets is not None:
                return self._fernets.decrypt(kept.removeprefix(MARK)).decode()
        except InvalidToken:
            pass
        raise CannotSeal(
            "DAY90_SEALING_KEY lacks the key that the secret was sealed with: add that key behind the others, or give"
            " the webhook another secret (day90 webhook rotate)"
        )

    def opens(self, kept: str) -> bool:
        """Whether the secret can be read."""
        try:
            self.opened(kept)
        except CannotSeal:
            return False
        return True

    def resealed(self, kept: str) -> str:
        """The secret sealed with the first key; as it was, where it cannot be opened. Raises CannotSeal as above."""
        return self.sealed(self.opened(kept)) if self.opens(kept) else kept
