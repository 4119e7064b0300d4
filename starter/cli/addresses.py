"""Where does one look, once a stack is up? Its addresses, one a line."""

from rich.console import Console

from starter.cli.answers import plain
from starter.stack import Stack


def show_addresses(out: Console, stack: Stack) -> None:
    """Where to look, one address a line."""
    settings = stack.settings
    out.print(plain(f"Temporal UI    {stack.ports.ui_url}"))
    out.print(plain(f"Temporal       {stack.ports.address}"))
    if settings.mail_server is None:
        out.print(plain(f"mails          {settings.mail_folder}"), soft_wrap=True)
    out.print(plain(f"logs           {settings.data}/worker.log, temporal.log"), soft_wrap=True)
