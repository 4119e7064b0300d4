"""Which mails were written, to whom, and what do they say?"""

from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter, validators
from rich.console import Console

from starter.cli.answers import answer, count, draw_facts, in_words, plain, table
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
    limit: Annotated[int, Parameter(help="How many of the newest to show.", validator=validators.Number(gte=1))] = 50,
    where: Where = NOWHERE,
) -> None:
    """List the newest mails, of one onboarding or of all."""
    from store.reads import notices

    installation = installation_at(where)
    meant = installation.meant(onboarding) if onboarding else None
    page = notices(installation.engine, meant, state=state, limit=limit)

    def draw(out: Console) -> None:
        if not page:
            out.print(
                "no mails" if state or meant else "no mails yet; an onboarding writes them: day90 start DEAL.json"
            )
            return
        columns = ("mail", "what", "about", "to", "state")
        out.print(table("Mails", columns, [_line(notice) for notice in page], whole=("mail",)))
        out.print(plain(f"{count(len(page), 'mail')}; one of them: day90 mails show {page[-1].id}", "dim"))
        if len(page) == limit:
            of_it = f" {meant}" if meant else ""
            of_state = f" --state {state}" if state else ""
            more = f"these are the newest; there may be more: day90 mails{of_it}{of_state} --limit {10 * limit}"
            out.print(plain(more, "dim"), soft_wrap=True)

    answer(where.json, [notice.model_dump(mode="json") for notice in page], draw)


@mails.command
def show(mail: Numbered, *, where: Where = NOWHERE) -> None:
    """Show one mail as its reader gets it, and where its file is."""
    from store.reads import notices

    installation = installation_at(where)
    notice = next((line for line in notices(installation.engine, limit=EVERY_ONE) if line.id == mail), None)
    if notice is None:
        raise NotFound(f"there is no mail {mail}; day90 mails lists them")
    letter = _letter(notice.place)
    text = _text(letter) if letter else None
    subject = str(letter["Subject"]) if letter else None
    document = {**notice.model_dump(mode="json"), "subject": subject, "text": text}

    def draw(out: Console) -> None:
        facts = [("to", notice.name or notice.person), ("subject", subject), ("what", in_words(notice.kind))]
        facts += [("state", notice.state), ("reason", notice.reason), ("place", notice.place)]
        draw_facts(out, facts, width=9)
        out.print()
        out.print(plain(text or "its text is shown here only when the mail was written to a file"), soft_wrap=True)

    answer(where.json, document, draw)


def _line(notice: "NoticeLine") -> tuple[str, str, str, str, str]:
    state = f"{notice.state}: {notice.reason}" if notice.reason else notice.state
    return str(notice.id), in_words(notice.kind), notice.about, notice.name or notice.person, state


def _letter(place: str | None) -> EmailMessage | None:
    """The mail in a file; None when it was sent to a server, or its file was moved away."""
    if place is None or not Path(place).is_file():
        return None
    with Path(place).open("rb") as file:
        return message_from_binary_file(file, policy=policy.default)


def _text(letter: EmailMessage) -> str:
    body = letter.get_body(preferencelist=("plain",))
    return str(body.get_content()).rstrip() if body else ""
