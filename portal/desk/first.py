"""How does the first of ours come to the desk? By a link in the log, as long as there is no administrator."""

import structlog
from sqlalchemy import Engine

from runtime.settings import Settings
from store.staff import SqlStaff, link_at

log = structlog.get_logger()


def tell_of_first_link(engine: Engine, settings: Settings) -> None:
    """Write a link for the first administrator into the log, unless there is one.

    It is good for a day and for one person: nothing that anybody could know before, as a default password would be.
    """
    staff = SqlStaff(engine)
    if staff.has_administrator():
        return
    log.warning("desk_has_no_administrator", link=link_at(settings.pages_address, staff.link(None)))
