"""Which errors do the rooms raise to each other? Those that somebody can act on, each saying who."""

from datetime import timedelta


class AlreadyOnboarded(Exception):
    """Another run had this deal before. A retry does not help; nobody need act unless the deal id was reused."""


class UnknownOnboarding(Exception):
    """No onboarding by that id was ever admitted. A retry does not help; the caller has the wrong id."""


class ChannelDown(Exception):
    """The channel cannot take messages now (connection, 4xx of SMTP). Trying again helps; the operator may look.

    `again_after` is how long the other side asks us to wait.
    """

    def __init__(self, reason: str = "", *, again_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.again_after = again_after


class MaybeArrived(ChannelDown):
    """The message was handed over whole, and nobody said whether it was taken: trying again may deliver it twice."""


class CannotSeal(Exception):
    """A secret cannot be encrypted for the store, or decrypted again. A retry does not help.

    Who must act: the operator, whose settings lack the key; or whoever gives the webhook another secret.
    """


class ChannelRefuses(Exception):
    """The channel will never take this message (5xx of SMTP, a broken address). Who must act: the CSM."""


class ChannelUnusable(Exception):
    """The channel takes nothing of us as it is set up: a revoked token, an archived channel of Slack.

    Trying again does not help; the message goes by mail. Who must act: the operator. `place` is the setting or the
    place within the channel that is to be looked at.
    """

    def __init__(self, reason: str, *, place: str) -> None:
        super().__init__(reason)
        self.place = place


class NotFound(Exception):
    """Nothing by that name. Who must act: whoever named it."""


class BecameAnother(NotFound):
    """A deal of the CRM was merged into another, whose id is `into`. A retry does not help: follow that one."""

    def __init__(self, id: str, into: str) -> None:
        super().__init__(f"deal {id} has become another one")
        self.into = into


class NotReachable(Exception):
    """Temporal, its workers, the database or a CRM do not answer. Trying again helps once they do."""
