"""Whom does a command wake that writes to the store itself? The senders of its messages, and the receiver."""

from collections.abc import Iterable

from starter.cli.installation import Installation
from starter.trouble import NotReachable


async def woken(installation: Installation, channels: Iterable[str]) -> bool:
    """Whether senders and receiver were woken; what is written goes later where Temporal is away."""
    from temporalio.service import RPCError

    from runtime.connection import BadTemporalProfile, CannotReachTemporal
    from starter.doors.bell import wake_receiver, wake_sender

    try:
        client = await installation.client()
        for channel in channels:
            await wake_sender(client, channel, task_queue=installation.task_queue)
        await wake_receiver(client, task_queue=installation.task_queue)
    except (CannotReachTemporal, BadTemporalProfile, NotReachable, RPCError):
        return False
    return True
