"""Which mails were written, to whom, and what do they say?"""

from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.text import Text

from starter.cli.answers import answer, count, in_words, plain, table
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Numbered, Where
from starter.trouble import NotFound

if TYPE_CHECKING:
    from store.reads import NoticeLine

mails = App(name="mails", help="Which mails were written to whom, and what one of them says.")

EVERY_ONE = 1_000_000


@mails.default
def list_mails(
    onboarding: str | None = None,
    *,
    state: Literal["waiting", "sent", "refused", "withdrawn"] | None = None,
    limit: Annotated[int, Parameter(help="The newest so many.", validator=validators.Number(gte=1))] = 50,
    where: Where = NOWHERE,
) -> None:
    """The newest mails, of one onboarding or of all."""
    from store.reads import notices

    installation = installation_at(where)
    meant = installation.meant(onboarding) if onboarding else None
    found = notices(installation.engine, meant, state=state, limit=limit)

    def draw(out: Console) -> None:
        if not found:
            out.print(
                "no mails" if state or meant else "no mails yet; an onboarding writes them: day90 start DEAL.json"
            )
            return
        columns = ("mail", "what", "about", "to", "state")
        out.print(table("Mails", columns, [_line(notice) for notice in found], whole=("mail",)))
        out.print(plain(f"{count(len(found), 'mail')}; one of them: day90 mails show {found[-1].id}", "dim"))
        if len(found) == limit:
            of_it = f" {meant}" if meant else ""
            of_state = f" --state {state}" if state else ""
            more = f"these are the newest; there may be more: day90 mails{of_it}{of_state} --limit {10 * limit}"
            out.print(plain(more, "dim"), soft_wrap=True)

    answer(where.json, [notice.model_dump(mode="json") for notice in found], draw)


@mails.command
def show(mail: Numbered, *, where: Where = NOWHERE) -> None:
    """One mail as its reader gets it, and where it lies."""
    from store.reads import notices

    installation = installation_at(where)
    found = next((line for line in notices(installation.engine, limit=EVERY_ONE) if line.id == mail), None)
    if found is None:
        raise NotFound(f"there is no mail {mail}; day90 mails lists them")
    letter = _letter(found.place)
    text = _text(letter) if letter else None
    subject = str(letter["Subject"]) if letter else None
    said = {**found.model_dump(mode="json"), "subject": subject, "text": text}

    def draw(out: Console) -> None:
        facts = [("to", found.name or found.person), ("subject", subject), ("what", in_words(found.kind))]
        facts += [("state", found.state), ("reason", found.reason), ("place", found.place)]
        for name, words in facts:
            if words:
                out.print(Text.assemble((f"{name:<9}", "dim"), plain(words)), soft_wrap=True)
        out.print()
        out.print(plain(text or "its text can be read here once it was written to a file"), soft_wrap=True)

    answer(where.json, said, draw)


def _line(notice: "NoticeLine") -> tuple[str, str, str, str, str]:
    state = f"{notice.state}: {notice.reason}" if notice.reason else notice.state
    return str(notice.id), in_words(notice.kind), notice.about, notice.name or notice.person, state


def _letter(place: str | None) -> EmailMessage | None:
    """The mail's file; None when it went to a server, or was moved away."""
    if place is None or not Path(place).is_file():
        return None
    with Path(place).open("rb") as file:
        return message_from_binary_file(file, policy=policy.default)


def _text(letter: EmailMessage) -> str:
    body = letter.get_body(preferencelist=("plain",))
    return str(body.get_content()).rstrip() if body else ""
