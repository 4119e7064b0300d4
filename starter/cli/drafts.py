"""Which messages wait for one of ours to read them? Shows them, and lets people word, send or stop them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from starter.cli.answers import answer, count, in_words, moment_of, plain, table
from starter.cli.files import text_of
from starter.cli.installation import Installation, installation_at
from starter.cli.news import tell
from starter.cli.options import NO_DETAILS, NOWHERE, Details, Onboarding, Where, explained
from starter.trouble import NotFound, UnreadableFile, WrongOption

if TYPE_CHECKING:
    from starter.doors.drafts import DraftShown

draft = App(name="draft", help="Messages to the customer that wait for one of ours: read, word, send or stop them.")
Key = Annotated[str, Parameter(help="The draft, as `day90 draft` lists it.")]


@draft.default
async def list_drafts(onboarding: Onboarding | None = None, *, where: Where = NOWHERE) -> None:
    """List the messages that wait to be read, of one onboarding or of all."""
    installation = installation_at(where)
    meant = installation.meant(onboarding) if onboarding else None
    drafts = await _drafts(installation, meant)

    def show_them(out: Console) -> None:
        if not drafts:
            out.print("no message waits to be read")
            return
        rows = [(one.onboarding, one.draft, _readers(one), _when(installation, one)) for one in drafts]
        out.print(table("Drafts", ("onboarding", "draft", "to", "goes by itself"), rows, whole=("draft",)))
        out.print(plain(f"{count(len(drafts), 'draft')}; one of them: day90 draft show ONBOARDING DRAFT", "dim"))

    answer(where.json, [one.model_dump(mode="json") for one in drafts], show_them)


@draft.command
async def show(onboarding: Onboarding, key: Key, *, where: Where = NOWHERE) -> None:
    """Show a message that waits, as each of its readers gets it."""
    installation = installation_at(where)
    meant = installation.meant(onboarding)
    one = next((one for one in await _drafts(installation, meant) if one.draft == key), None)
    if one is None:
        raise NotFound(
            f"no draft {key!r} waits in {meant}; day90 draft lists what does, and day90 why what became of it"
        )

    def show_it(out: Console) -> None:
        out.print(plain(f"goes by itself: {_when(installation, one)}"))
        if one.revision is not None:
            out.print(plain(f"revision: {one.revision}"))
        for message in one.messages:
            words = ", as one of ours has worded it" if message.edited else ""
            attached = f", with {message.attachment.partition('/')[0]} document" if message.attachment else ""
            out.print()
            out.print(plain(f"to {message.name} ({message.to}, {message.language}){words}{attached}", "bold"))
            out.print(plain(message.subject, "bold"), soft_wrap=True)
            out.print(plain(message.text), soft_wrap=True)

    answer(where.json, one.model_dump(mode="json"), show_it)


@draft.command(help=explained("edit_draft"))
async def edit(
    onboarding: Onboarding,
    key: Key,
    *,
    text_file: Annotated[Path | None, Parameter(help="What it says: plain text, `-` reads it from stdin.")] = None,
    subject: str | None = None,
    language: Annotated[str | None, Parameter(help="Whose readers get it: en or ja.")] = None,
    reader: Annotated[str | None, Parameter(help="The id of one reader: nobody else’s message changes.")] = None,
    revision: Annotated[
        int | None, Parameter(help="The revision that you have read: refused when somebody has changed it since.")
    ] = None,
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    if text_file is None and subject is None:
        raise WrongOption("say what it says by --text-file FILE, or another --subject")
    text = _read(text_file) if text_file else None
    whose = {"language": language, "reader": reader}
    fields = {"draft": key, "text": text, "subject": subject, **whose, "revision": revision}
    await tell(where, onboarding, "edit_draft", details, **fields)


@draft.command(help=explained("send_draft"))
async def send(onboarding: Onboarding, key: Key, *, details: Details = NO_DETAILS, where: Where = NOWHERE) -> None:
    await tell(where, onboarding, "send_draft", details, draft=key)


@draft.command(help=explained("stop_draft"))
async def stop(
    onboarding: Onboarding,
    key: Key,
    *,
    reason: Annotated[str, Parameter(help="The reason; it is recorded.")],
    details: Details = NO_DETAILS,
    where: Where = NOWHERE,
) -> None:
    await tell(where, onboarding, "stop_draft", details, draft=key, reason=reason)


async def _drafts(installation: Installation, onboarding: str | None) -> "Sequence[DraftShown]":
    from starter.doors.drafts import drafts_of
    from wiring.channels import rendering_of

    render = rendering_of(installation.settings).render
    return await drafts_of(installation.engine, onboarding, render, door=installation.door)


def _readers(one: "DraftShown") -> str:
    return ", ".join(message.name for message in one.messages)


def _when(installation: Installation, one: "DraftShown") -> str:
    if one.goes_at is not None:
        return moment_of(one.goes_at, installation.zone(one.onboarding))
    definition = installation.ledger.dossier(one.onboarding).playbook.draft(one.kind)
    if definition is None or definition.after is None:
        return "once the onboarding goes on"
    return f"{definition.hours:g} office hours after {in_words(definition.after)}"


def _read(file: Path) -> str:
    try:
        return text_of(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{file}: {error}") from None
