"""How do our own people come to the desk? Commands that say where it is, add and list accounts, and make links."""

from datetime import timedelta

from cyclopts import App
from rich.console import Console

from domain.roles import BY_DIRECTORY, Role, own_handle
from starter.cli.answers import answer, count, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Where
from starter.cli.room import address_of_pages
from starter.trouble import NotFound, WrongOption
from store.staff import FIRST_FOR, INVITED_FOR, AddressTaken, SqlStaff, StaffAccount, link_at
from store.staff_sessions import handle_of, in_directory

staff = App(name="staff", help="Let our own people come to the desk: accounts and their links.")


def desk(*, where: Where = NOWHERE) -> None:
    """Print where the desk is; as long as it has no administrator, the link that makes the first one, too.

    That link is good once and for a day: whoever opens it lets all others in.
    """
    installation = installation_at(where)
    address = f"{_pages(installation)}/desk/"
    accounts = SqlStaff(installation.engine)
    link = None if accounts.has_administrator() else link_at(_pages(installation), accounts.link(None))

    def draw(out: Console) -> None:
        out.print(plain(address, "bold"), soft_wrap=True)
        if link is not None:
            out.print(plain(f"be its first administrator, once and within a day: {link}"), soft_wrap=True)

    answer(where.json, {"desk": address, "first_administrator": link}, draw)


@staff.command
def link(address: str | None = None, *, where: Where = NOWHERE) -> None:
    """Make a link by which somebody chooses a password: the first administrator, or whoever has forgotten theirs.

    It works once: pass it on to them alone. Without an address it makes the first administrator, and only then.

    Parameters
    ----------
    address
        Mail address of an account.
    """
    installation = installation_at(where)
    accounts = SqlStaff(installation.engine)
    if address is None:
        if accounts.has_administrator():
            raise WrongOption("there is an administrator: name the mail address of the account that the link is for")
        _show(_address(installation, accounts.link(None)), "the first administrator", FIRST_FOR, where)
        return
    account = accounts.by_address(address)
    if account is None or account.closed_at is not None:
        raise NotFound("there is no open account with that address; day90 staff list shows them")
    _show(_address(installation, accounts.link(account.id)), account.name, INVITED_FOR, where)


@staff.command
def add(address: str, *, role: Role | None = None, name: str | None = None, where: Where = NOWHERE) -> None:
    """Add an account, and make the link by which its person chooses a password.

    Parameters
    ----------
    address
        Their mail address; by it the account belongs to somebody of the staff directory.
    role
        What they may do. [default: by what the staff directory says of them]
    name
        For somebody whom the staff directory does not have.
    """
    installation = installation_at(where)
    listed = in_directory(installation.staff(), address)
    if "@" not in address or (listed is None and (role is None or not name)):
        raise WrongOption("name the mail address of somebody in the staff directory, or give --role and --name")
    accounts = SqlStaff(installation.engine)
    try:
        account = accounts.add(
            address=address,
            name=listed.named("en") if listed else name or "",
            handle=listed.handle if listed else own_handle(address),
            role=role or (BY_DIRECTORY[listed.role] if listed else "viewer"),
        )
    except AddressTaken:
        raise WrongOption("there is an account with that address already; day90 staff link makes a link") from None
    whose = f"{account.name}, {account.role}"
    _show(_address(installation, accounts.link(account.id)), whose, INVITED_FOR, where)


@staff.command(name="list")
def list_accounts(*, where: Where = NOWHERE) -> None:
    """List every account with its role, closed ones too."""
    installation = installation_at(where)
    accounts, team = SqlStaff(installation.engine).all(), installation.staff()

    def handle(one: StaffAccount) -> str:
        return handle_of(team, id=one.id, address=one.address, handle=one.handle)

    def draw(out: Console) -> None:
        rows = [(one.name, one.address, handle(one), one.role, _state(one)) for one in accounts]
        if rows:
            out.print(table("Staff", ("name", "address", "by", "role", "state"), rows, whole=("by",)))
        out.print(plain(count(len(rows), "account"), "dim"))

    answer(where.json, [{**one.model_dump(mode="json"), "handle": handle(one)} for one in accounts], draw)


def _address(installation: Installation, token: str) -> str:
    return link_at(_pages(installation), token)


def _pages(installation: Installation) -> str:
    return (address_of_pages(installation) or installation.settings.pages_address).rstrip("/")


def _show(link: str, whose: str, good_for: timedelta, where: Where) -> None:
    def draw(out: Console) -> None:
        out.print(plain(link, "bold"), soft_wrap=True)
        lasts = count(good_for.days, "day")
        out.print(plain(f"for {whose}: good once, for {lasts}; pass it on to them alone", "dim"), soft_wrap=True)

    answer(where.json, {"link": link, "for": whose}, draw)


def _state(one: StaffAccount) -> str:
    if one.closed_at is not None:
        return "closed"
    return "open" if one.has_password or one.issuer else "invited"
