"""How does a running onboarding go on by another version of its playbook? Commands to change it, and to go back."""

from typing import Annotated, Literal

from cyclopts import Parameter

from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Where


async def change(
    onboarding: str,
    *,
    to: Annotated[str | None, Parameter(help="The version's hash, or how it begins.")] = None,
    when: Annotated[
        Literal["now", "next-stage", "never"], Parameter(help="never withdraws a change that waits for the next stage.")
    ] = "now",
    reason: Annotated[str, Parameter(help="The reason; it is recorded, and our own side reads it.")],
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "change_playbook", details, to=to, when=when, reason=reason)
