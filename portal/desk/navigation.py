"""Which pages of the desk stand beside each of them? Those that there are, and that the reader may open."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from domain.roles import Role, StaffMember


class Tab(NamedTuple):
    """A page in the navigation: its name in the words is `desk_NAME`, `key` is pressed after g."""

    name: str
    path: str
    icon: str
    key: str
    least: Role = "viewer"


TABS: Sequence[Tab] = (
    Tab("day", "/desk/", "list-checks", "d"),
    Tab("onboardings", "/desk/onboardings", "layout-list", "o"),
    Tab("health", "/desk/health", "heart-pulse", "v"),
    Tab("inbox", "/desk/inbox", "inbox", "i"),
    Tab("questions", "/desk/questions", "message-circle", "q"),
    Tab("playbooks", "/desk/playbooks", "route", "p"),
    Tab("library", "/desk/library", "book-open", "l"),
    Tab("start", "/desk/start", "plus", "n", "csm"),
    Tab("introductions", "/desk/introductions", "handshake", "h"),
    Tab("findings", "/desk/findings", "stethoscope", "f", "manager"),
    Tab("capacity", "/desk/capacity", "users", "c", "specialist"),
    Tab("staff", "/desk/staff", "id-card", "s", "administrator"),
    Tab("tokens", "/desk/tokens", "key-round", "t", "administrator"),
    Tab("webhooks", "/desk/webhooks", "webhook", "w", "administrator"),
)


def tabs_for(staff: StaffMember, paths: Collection[str]) -> Sequence[Tab]:
    """The tabs that this person may open, of pages that there are."""
    return [tab for tab in TABS if tab.path in paths and staff.may(tab.least)]
