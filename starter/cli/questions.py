"""What do customers ask, and what do we answer, how fast? Commands that list, answer, ask, close and erase."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators
from rich.console import Console

from domain.questions import QuestionState
from starter.cli.answers import answer, count, in_words, moment_of, plain, table
from starter.cli.files import text_of
from starter.cli.given_files import kept_at
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Onboarding, Where
from starter.cli.waking import woken
from starter.trouble import UnreadableFile, WrongOption

if TYPE_CHECKING:
    from domain.questions import Exchange, Question, QuestionLine
    from domain.rules.responding import ResponseTimes, Wait
    from starter.doors.questions import QuestionDoor

Number = Annotated[Numbered, Parameter(help="The number of the question, as day90 question list shows it.")]

question = App(name="question", help="What customers ask in their room: list, answer, ask, close, and how fast we are.")
MOST_LISTED = 200
LONGEST_SHOWN = 60
"""Characters of what was said last, in a list."""
Ours = Annotated[str, Parameter(help="Who of ours: a handle, or that person's mail address.")]
Theirs = Annotated[str, Parameter(help="Who of the customer's: a contact's id or mail address.")]
Said = Annotated[str | None, Parameter(help="What is said; or name a file by --text-file.")]
SaidIn = Annotated[Path | None, Parameter(help="A file with what is said: plain text, `-` reads it from stdin.")]
Days = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1000), help="Over how many days.")]


@question.command(name="list")
def list_questions(
    onboarding: Onboarding | None = None,
    *,
    state: Annotated[QuestionState | None, Parameter(help="Only those in that state; `open` waits for us.")] = None,
    owner: Annotated[str | None, Parameter(help="Only those of this owner's onboardings: a handle.")] = None,
    where: Where = NOWHERE,
) -> None:
    """List questions of one onboarding or of all: with `--state open` those first that wait longest."""
    installation = installation_at(where)
    meant = installation.meant(onboarding) if onboarding else None
    lines = _door(installation).kept.page(state=state, owner=owner, onboarding=meant, limit=MOST_LISTED)

    def draw(out: Console) -> None:
        if not lines:
            out.print(plain("no questions"))
            return
        columns = ("onboarding", "n", "state", "asked", "last words")
        out.print(table("Questions", columns, [_line(installation, one) for one in lines], whole=("n",)))
        out.print(plain(f"{count(len(lines), 'question')}; one of them: day90 question show ONBOARDING N", "dim"))

    answer(where.json, [one.model_dump(mode="json") for one in lines], draw)


@question.command
def show(onboarding: Onboarding, number: Number, *, where: Where = NOWHERE) -> None:
    """Show a question, and all that was said about it."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    _show(installation, where, _door(installation).kept.one(onboarding, number))


@question.command(name="answer")
async def answer_it(
    onboarding: Onboarding,
    number: Number,
    *,
    by: Ours,
    text: Said = None,
    text_file: SaidIn = None,
    file: Annotated[Path | None, Parameter(help="A file that comes with it, for both sides.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Answer a question: it stands in the customer's room at once, and goes to who asked by mail."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    said, door = _said(text, text_file), _door(installation)
    given = kept_at(installation, onboarding, file, by=by).file.id if file else None
    exchange = door.answer(onboarding, number, by=by, text=said, file=given)
    await _told(installation, where, exchange)


@question.command
async def ask(
    onboarding: Onboarding,
    *,
    by: Theirs,
    text: Said = None,
    text_file: SaidIn = None,
    about: Annotated[str | None, Parameter(help="The milestone that it is about.")] = None,
    where: Where = NOWHERE,
) -> None:
    """Put down what somebody of the customer's has asked by another way: the answer stands in their room."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    exchange = _door(installation).ask(onboarding, by=by, text=_said(text, text_file), about=about or "")
    await _told(installation, where, exchange)


@question.command
async def go_on(
    onboarding: Onboarding,
    number: Number,
    *,
    by: Theirs,
    text: Said = None,
    text_file: SaidIn = None,
    where: Where = NOWHERE,
) -> None:
    """Put down what somebody of the customer's has said about a question by another way."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    await _told(installation, where, _door(installation).go_on(onboarding, number, by=by, text=_said(text, text_file)))


@question.command
def asked(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """List what we ask of the customer: the kickoff's questions and what the hand-off record lacks."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    each = _door(installation).asked(onboarding)

    def draw(out: Console) -> None:
        if not each:
            out.print(plain("nothing is asked"))
            return
        rows = [(one.key, one.text, f"question {one.question}" if one.question else "–") for one in each]
        out.print(table("Asked of the customer", ("key", "question", "answer"), rows, whole=("key",)))

    answer(where.json, [one.model_dump(mode="json") for one in each], draw)


@question.command
async def answered(
    onboarding: Onboarding,
    key: Annotated[str, Parameter(help="What we asked, as `day90 question asked` lists it.")],
    *,
    by: Theirs,
    text: Said = None,
    text_file: SaidIn = None,
    where: Where = NOWHERE,
) -> None:
    """Put down what the customer has answered to what we ask, as at the kickoff."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    exchange = _door(installation).answer_us(onboarding, key, by=by, text=_said(text, text_file))
    await _told(installation, where, exchange)


@question.command
def close(onboarding: Onboarding, number: Number, *, by: Ours, where: Where = NOWHERE) -> None:
    """Expect nothing more about a question; whoever says something opens it again."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    _show(installation, where, _door(installation).close(onboarding, number, by=by))


@question.command
def erase(
    onboarding: Onboarding,
    word: Annotated[Numbered, Parameter(help="The number of what was said, as `day90 question show` has it.")],
    *,
    by: Ours,
    where: Where = NOWHERE,
) -> None:
    """Erase what somebody has said, for good, here and in the messages that told of it; who said it when stays."""
    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    _door(installation).erase(onboarding, word, by=by)
    answer(where.json, {"onboarding": onboarding, "erased": word}, lambda out: out.print(plain("erased")))


@question.command
def report(
    *,
    days: Days = 90,
    owner: Annotated[str | None, Parameter(help="Only this owner's onboardings: a handle.")] = None,
    where: Where = NOWHERE,
) -> None:
    """How fast questions are answered, in office hours of whoever owes the answer, and what waits."""
    installation = installation_at(where)
    times = _door(installation).report(days=days, owner=owner)

    def draw(out: Console) -> None:
        columns = ("owner", "asked", "answered", "wait", "median h", "slowest", "waits longest")
        rows = [_times(each) for each in (times.all, *times.owners)]
        out.print(table(f"Answers of the last {count(days, 'day')}", columns, rows))
        out.print(plain("hours are office hours of the onboarding's owner, until the first answer", "dim"))

    answer(where.json, times.model_dump(mode="json"), draw)


def _door(installation: Installation) -> "QuestionDoor":
    from starter.doors.questions import QuestionDoor

    return QuestionDoor(
        engine=installation.engine,
        ledger=installation.ledger,
        staff=installation.staff,
        via="cli",
        now=installation.business_now,
        by_mail=installation.settings.mailbox is not None,
    )


async def _told(installation: Installation, where: Where, exchange: "Exchange") -> None:
    """Show the question, once whoever has to hear of it is woken."""
    waiting = "" if await woken(installation, exchange.channels) else "its mail goes once Temporal is reachable"
    _show(installation, where, exchange.question, waiting)


def _said(text: str | None, file: Path | None) -> str:
    """What is said. Raises WrongOption, UnreadableFile."""
    if (text is None) == (file is None):
        raise WrongOption("say what is said by --text TEXT, or by --text-file FILE")
    if file is None:
        return text or ""
    try:
        return text_of(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{file}: {error}") from None


def _show(installation: Installation, where: Where, shown: "Question", waiting: str = "") -> None:
    zone = installation.zone(shown.onboarding)

    def draw(out: Console) -> None:
        about = f", about {shown.about}" if shown.about else ""
        out.print(plain(f"question {shown.number} of {shown.onboarding}: {in_words(shown.state)}{about}", "bold"))
        for one in shown.said:
            file = f", with file {one.file}" if one.file else ""
            out.print()
            out.print(plain(f"{one.id}  {one.by} ({one.side}), {moment_of(one.at, zone)}, {one.via}{file}", "dim"))
            out.print(plain("(erased)" if one.erased else one.text), soft_wrap=True)
        if waiting:
            out.print(plain(waiting, "yellow"))

    answer(where.json, shown.model_dump(mode="json"), draw)


def _line(installation: Installation, one: "QuestionLine") -> tuple[str, ...]:
    first = one.text.partition("\n")[0]
    text = first if len(first) <= LONGEST_SHOWN else f"{first[:LONGEST_SHOWN]}…"
    asked = moment_of(one.asked_at, installation.zone(one.onboarding))
    return one.onboarding, str(one.number), in_words(one.state), asked, text


def _times(each: "ResponseTimes") -> tuple[str, ...]:
    hours = "–" if each.median_hours is None else f"{each.median_hours:g}"
    numbers = (str(each.asked), str(each.answered), str(each.waiting))
    return each.owner or "all", *numbers, hours, _wait(each.slowest), _wait(each.longest_waiting)


def _wait(wait: "Wait | None") -> str:
    return f"{wait.hours:g} h ({wait.onboarding}, {wait.number})" if wait else "–"
