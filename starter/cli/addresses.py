"""Where can people look once a stack is up? Prints its addresses."""

from rich.console import Console

from starter.cli.answers import plain
from starter.embedded.stack import Stack


def _first_link(stack: Stack) -> str:
    """How the first administrator comes to the desk; empty once there is one."""
    from store.engine import open_store
    from store.staff import SqlStaff, link_at

    engine = open_store(stack.settings.sql_url)
    try:
        staff = SqlStaff(engine)
        if staff.has_administrator():
            return ""
        return f" (be its first administrator: {link_at(stack.ports.pages_url or '', staff.link(None))})"
    finally:
        engine.dispose()


def show_addresses(out: Console, stack: Stack) -> None:
    """Print the addresses of a stack, its mails and its logs, one to a line."""
    settings = stack.settings
    out.print(plain(f"Temporal UI    {stack.ports.ui_url}"))
    out.print(plain(f"Temporal       {stack.ports.address}"))
    if stack.ports.web_url is not None:
        out.print(plain(f"intake and API {stack.ports.web_url}"))
    if stack.ports.pages_url is not None:
        out.print(plain(f"pages          {stack.ports.pages_url} (into a customer's room: day90 room NAME)"))
        out.print(plain(f"desk           {stack.ports.pages_url}/desk/{_first_link(stack)}"), soft_wrap=True)
    if settings.mail_server is None:
        out.print(plain(f"mails          {settings.mail_folder}"), soft_wrap=True)
    others = [name for name, port in (("web.log", stack.ports.web), ("pages.log", stack.ports.pages)) if port]
    logs = ", ".join(["worker.log", *others, "temporal.log"])
    out.print(plain(f"logs           {settings.data}/{logs}"), soft_wrap=True)
