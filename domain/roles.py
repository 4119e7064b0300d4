"""What may each of our people do at the desk? A closed set of roles; each may also do what those before it may."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from domain.team import VendorRole
from domain.text import Language
from domain.wire import Slug, Wire

Role = Literal["viewer", "specialist", "csm", "manager", "administrator"]
ROLES: Sequence[Role] = get_args(Role)
"""In the order of their rights, the fewest first."""

RIGHTS: Mapping[Role, str] = {
    "viewer": "looks at everything that stands on the desk, and changes nothing",
    "specialist": "implements or trains: brings news of milestones, issues, tasks, meetings, files and notes",
    "csm": "leads onboardings: starts them, plans anew, pauses, reassigns, decides on drafts, speaks to customers",
    "manager": "sees colleagues' days, and approves what the playbook asks an approver for",
    "administrator": "keeps accounts and their roles, tokens of the API, and webhooks",
}
"""Every role, and what it may do besides. Who may approve what is still the playbook's: the door refuses others."""

BY_DIRECTORY: Mapping[VendorRole, Role] = {
    "csm": "csm",
    "implementation_specialist": "specialist",
    "technical_resource": "specialist",
    "training_lead": "specialist",
    "cs_manager": "manager",
    "executive": "manager",
}
"""The role that an account gets at first, by what the staff directory says of its person."""


class StaffMember(Wire):
    """Somebody of ours who is signed in; the handle is what stands in `by`.

    `id` is the number of their staff account, `session` that of the browser's session. `time_zone` and `language` are
    those in which the person reads; `shortcuts` says whether keys do something at the desk. `listed` says whether the
    staff directory has the person: the handle of somebody whom it lacks names nobody in an onboarding, or a customer.
    """

    id: int
    session: int
    handle: Slug
    name: str
    address: str
    role: Role
    listed: bool = False
    language: Language = "en"
    time_zone: str = "UTC"
    shortcuts: bool = True

    def may(self, least: Role) -> bool:
        """Whether this person has at least that role."""
        return may(self.role, least)


def own_handle(address: str) -> Slug:
    """A handle for somebody whom the staff directory does not have, from their mail address: `jo.lee` of jo.lee@…"""
    letters = re.sub(r"[^a-z0-9_.-]+", "-", address.partition("@")[0].casefold()).strip("-._")
    return letters[:60] or "staff"


def may(role: Role, least: Role) -> bool:
    """Whether somebody in that role may do what takes at least the other one."""
    return ROLES.index(role) >= ROLES.index(least)
