"""Which mails were written, to whom, and what do they say? What has gone as it went, what waits as it would go now."""

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from cyclopts import App, Parameter, validators
from rich.console import Console

from domain.trouble import ChannelRefuses
from starter.cli.answers import answer, count, draw_facts, in_words, moment_of, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Onboarding, Where
from starter.cli.previews import preview
from starter.cli.templates import lint
from starter.trouble import NotFound

if TYPE_CHECKING:
    from domain.record import WaitingNotice
    from store.reads import NoticeLine

Mail = Annotated[Numbered, Parameter(help="Its number, as day90 mails shows it.")]

mails = App(name="mails", help="Which mails wait or were sent, to whom, and what they say.")
mails.command(preview)
mails.command(lint)

From = Literal["sent", "file", "today", "nowhere"]
TOLD_FROM: dict[From, str] = {
    "sent": "",
    "file": "",
    "today": "as it would be written now",
    "nowhere": "it cannot be written any more",
}


class Reading(NamedTuple):
    """What a mail says: as it was `sent`, from its `file`, or as `today` it would be written; else `nowhere`."""

    subject: str
    text: str
    told: From


@mails.default
def list_mails(
    onboarding: Onboarding | None = None,
    *,
    state: Literal["waiting", "joined", "sent", "refused", "bounced", "withdrawn", "held"] | None = None,
    limit: Annotated[int, Parameter(help="How many of the newest to show.", validator=validators.Number(gte=1))] = 50,
    where: Where = NOWHERE,
) -> None:
    """List the newest mails, of one onboarding or of all: when they went or may go, to whom, what about."""
    from store.reads import letters, notices

    installation = installation_at(where)
    meant = installation.meant(onboarding) if onboarding else None
    zone = installation.zone(meant) if meant else "UTC"
    page = notices(installation.engine, meant, state=state, limit=limit)
    addressed = letters(installation.engine, [notice.id for notice in page])
    readings = {notice.id: _reading(installation, notice, addressed.get(notice.id)) for notice in page}

    def draw(out: Console) -> None:
        if not page:
            out.print(
                "no mails" if state or meant else "no mails yet; an onboarding writes them: day90 start DEAL.json"
            )
            return
        rows = [_line(notice, zone) for notice in page]
        title = f"Mails, times in {zone}"
        subjects = [[plain(readings[notice.id].subject)] for notice in page]
        out.print(table(title, ("mail", "when", "to", "state"), rows, whole=("mail", "when"), below=subjects))
        out.print(plain(f"{count(len(page), 'mail')}; one of them: day90 mails show {page[-1].id}", "dim"))
        if len(page) == limit:
            of_it = f" {meant}" if meant else ""
            of_state = f" --state {state}" if state else ""
            out.print(plain("these are the newest; there may be more:", "dim"))
            out.print(plain(f"day90 mails{of_it}{of_state} --limit {10 * limit}", "dim"), soft_wrap=True)

    document = [
        {**notice.model_dump(mode="json", exclude={"text"}), "subject": readings[notice.id].subject} for notice in page
    ]
    answer(where.json, document, draw)


@mails.command
def show(mail: Mail, *, where: Where = NOWHERE) -> None:
    """Show one mail as its reader gets it, by its number in the list."""
    from store.reads import letters, notices

    installation = installation_at(where)
    notice = next(iter(notices(installation.engine, id=mail)), None)
    if notice is None:
        raise NotFound(f"there is no mail {mail}; day90 mails lists them")
    letter = letters(installation.engine, [mail]).get(mail)
    reading = _reading(installation, notice, letter)
    zone = installation.zone(notice.onboarding) if notice.onboarding else "UTC"
    address = letter.person.email if letter else None
    document = {**notice.model_dump(mode="json"), **reading._asdict(), "address": address}

    def draw(out: Console) -> None:
        name = (letter.person.name if letter else notice.name) or notice.person
        when = _when(notice, zone) + ("" if notice.state == "held" else f" ({zone})")
        facts = [("to", f"{name} <{address}>" if address else name), ("subject", reading.subject)]
        facts += [
            ("when", when),
            ("what", in_words(notice.kind)),
        ]
        facts += [("about", notice.about), ("state", notice.state)]
        facts += [("reason", notice.reason or ""), ("place", notice.place or ""), ("text", TOLD_FROM[reading.told])]
        draw_facts(out, facts, width=9)
        out.print()
        out.print(plain(reading.text))

    answer(where.json, document, draw)


def _line(notice: "NoticeLine", zone: str) -> tuple[str, str, str, str]:
    state = f"{notice.state}: {notice.reason}" if notice.reason else notice.state
    return str(notice.id), _when(notice, zone), notice.name or notice.person, state


def _when(notice: "NoticeLine", zone: str) -> str:
    """When it went; of what has not gone, when it might. What waits as a draft goes at no time by itself."""
    if notice.state == "held":
        return "once it is sent"
    return moment_of(notice.sent_at or notice.not_before, zone)


def _reading(installation: Installation, notice: "NoticeLine", letter: "WaitingNotice | None") -> Reading:
    if notice.text:
        return Reading(notice.subject or "", notice.text, "sent")
    if notice.place and (said := installation.reader.in_file(notice.place)) is not None:
        return Reading(*said, "file")
    if letter is None:
        return Reading(in_words(notice.kind), "", "nowhere")
    try:
        return Reading(*installation.reader.to_go(letter), "today")
    except ChannelRefuses as refused:
        return Reading(in_words(notice.kind), str(refused), "nowhere")
