"""Where can people look once a stack is up? Prints its addresses."""

from rich.console import Console

from starter.cli.answers import plain
from starter.embedded.stack import Stack


def show_addresses(out: Console, stack: Stack) -> None:
    """Print the addresses of a stack, its mails and its logs, one to a line."""
    settings = stack.settings
    out.print(plain(f"Temporal UI    {stack.ports.ui_url}"))
    out.print(plain(f"Temporal       {stack.ports.address}"))
    if stack.ports.web_url is not None:
        out.print(plain(f"intake and API {stack.ports.web_url}"))
    if stack.ports.pages_url is not None:
        out.print(plain(f"pages          {stack.ports.pages_url} (into a customer's room: day90 room NAME)"))
    if settings.mail_server is None:
        out.print(plain(f"mails          {settings.mail_folder}"), soft_wrap=True)
    others = [name for name, port in (("web.log", stack.ports.web), ("pages.log", stack.ports.pages)) if port]
    logs = ", ".join(["worker.log", *others, "temporal.log"])
    out.print(plain(f"logs           {settings.data}/{logs}"), soft_wrap=True)
