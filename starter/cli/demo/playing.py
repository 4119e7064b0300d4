"""How is the demo played? Brings up a real stack, starts the deal of the story, and plays scene after scene."""

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.text import Text

from domain.clock import Clock
from domain.deal import onboarding_id
from domain.refusal import Refused
from domain.team import Team
from runtime.settings import Settings, load_settings
from starter.cli.addresses import show_addresses
from starter.cli.answers import plain
from starter.cli.demo.story import EXAMPLES, SECOND_STORY, Names, Scene, Story, read_story
from starter.cli.demo.summary import show_health, show_summary
from starter.cli.demo.ticker import INDENT, Ticker
from starter.cli.installation import Installation
from starter.cli.room import address_of_pages, way_in
from starter.embedded.folder import running_on
from starter.embedded.stack import Stack, running
from starter.embedded.tcp_ports import Ports
from workflows.programme import id_of

if TYPE_CHECKING:
    from domain.record import Dossier
    from starter.doors.onboardings import OnboardingDoor
    from store.reads import OnboardingInFull

LOOKS = ("company_name", "company_name_ja", "company_colour", "company_logo")
OURS_ALONE: dict[str, None] = {
    name: None for name, field in Settings.model_fields.items() if field.default is None and name not in LOOKS
}
"""Settings that a demo never takes from the environment: databases, folders, addresses and secrets of a production. It
must write to nobody's inbox, take no mail out of a mailbox, and begin nothing for a CRM's deals."""
OPENS_WITHIN, ENDS_WITHIN, CALMS_WITHIN, CORRECTED_WITHIN = 60.0, 45.0, 20.0, 30.0
"""Seconds of patience: for the first plan, for the ending after the last scene, for the last mails, and for a
correction that the look of that week begins, which comes late where days are short and the machine is busy."""
CORRECTION = "correction"
HEALTH_WITHIN = 1
"""Points by which the score may differ from what the story promises: what is done in time has its part in it."""


class StoryWentWrong(Exception):
    """The demo did not end as it should. Who must act: us."""


def demo_folder() -> Path:
    """A new folder for the data of a demo, named after the present second (UTC)."""
    return load_settings().data / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"


async def play(settings: Settings, *, ports: Ports, keep: bool, out: Console) -> int:
    """Play the whole demo; with `keep` the stack stays up afterwards. Raises StoryWentWrong, Fell, CannotStart."""
    stories = (read_story(), read_story(SECOND_STORY))
    ours = settings.model_copy(update=OURS_ALONE)

    def tell(line: str) -> None:
        out.print(plain(line, "dim"), soft_wrap=True)

    async with running(ours, ports=ports, tell=tell) as stack:
        show_addresses(out, stack)
        await _or_fall(stack, _play_all(stories, stack, out))
        if keep:
            out.print(plain(f"staying up; Ctrl-C ends it. Look around: day90 list --data {ours.data}"), soft_wrap=True)
            await stack.fallen()
    out.print(plain(f"the demo has ended; its data stays in {ours.data}", "dim"), soft_wrap=True)
    return 0


async def _play_all(stories: Sequence[Story], stack: Stack, out: Console) -> None:
    """Play all stories at once, each by the clock of its own deal; the first one is told in full."""
    first, *others = [await _Playing.of(story, stack, out) for story in stories]
    await asyncio.gather(first.in_full(), *(one.briefly() for one in others))
    await first.summarise()
    for one in (first, *others):
        await one.judge()


async def _or_fall(stack: Stack, work: Coroutine[Any, Any, None]) -> None:
    """Do the work; raise Fell if a part of the stack ends meanwhile."""
    tasks = [asyncio.create_task(work), asyncio.create_task(stack.fallen())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True, kw_only=True)
class _Playing:
    """One performance of a story on a running stack."""

    story: Story
    installation: Installation
    door: "OnboardingDoor"
    out: Console
    onboarding: str
    dossier: "Dossier"
    clock: Clock
    names: Names
    ids: dict[str, str]

    @classmethod
    async def of(cls, story: Story, stack: Stack, out: Console) -> Self:
        """Start the story's deal."""
        running_stack = running_on(stack.settings.data)
        assert running_stack is not None, "we hold its lock"
        installation = Installation(settings=stack.settings, stack=running_stack, address=running_stack.temporal)
        door = await installation.door()
        raw = json.loads((EXAMPLES / story.deal).read_text(encoding="utf-8"))
        onboarding = (await door.start(raw)).onboarding
        standing = await _until(
            lambda: _standing(installation, onboarding), OPENS_WITHIN, "no worker opened the onboarding"
        )
        dossier = installation.ledger.dossier(onboarding)
        clock = Clock(
            day=stack.settings.day_length,
            business_start=dossier.deal.as_of or dossier.deal.closed_at,
            wall_start=await door.began(onboarding),
        )
        ids = _somebody(standing, installation.staff())
        names = {person.id: person.name for person in dossier.people}
        names |= {word: names.get(id, id) for word, id in ids.items()}
        return cls(
            story=story,
            installation=installation,
            door=door,
            out=out,
            onboarding=onboarding,
            dossier=dossier,
            clock=clock,
            names=Names(names),
            ids=ids,
        )

    async def in_full(self) -> None:
        """Play each scene at its moment, and tell what happens by itself meanwhile."""
        self.out.print(plain(f"onboarding     {self.installation.link(self.onboarding)}"), soft_wrap=True)
        self.out.print()
        ticker = Ticker(engine=self.installation.engine, onboarding=self.onboarding, out=self.out)
        ticking = asyncio.create_task(ticker.run())
        try:
            await self._scenes(whose="")
            await ticker.calm(CALMS_WITHIN)
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    async def briefly(self) -> None:
        """Play each scene at its moment, and tell the scenes alone, with the customer's name."""
        await self._scenes(whose=f"{self.dossier.deal.account.name}: ")

    async def _scenes(self, *, whose: str) -> None:
        for scene in self.story.scenes:
            moment = scene.moment(self.dossier.deal, self.dossier.calendar)
            await asyncio.sleep(max(0.0, (self.clock.wall(moment) - datetime.now(UTC)).total_seconds()))
            await self._perform(scene, moment, whose=whose)
        if self.story.ending:
            await _until(self._ending, ENDS_WITHIN, "the story is over, but the onboarding has not ended")

    async def _perform(self, scene: Scene, moment: datetime, *, whose: str) -> None:
        say = scene.say.format_map(self.names)
        day = self.dossier.calendar.day_of(moment)
        when = f"day {scene.day:<3} {day:%a %d %b}  "
        self.out.print(Text.assemble((when, "cyan"), plain(whose, "magenta"), plain(say, "bold")), soft_wrap=True)
        if scene.figures:
            await asyncio.to_thread(self._report, scene.figures, moment)
            return
        if scene.why is not None:
            from starter.doors.whys import date_reasons

            standing = await asyncio.to_thread(_standing, self.installation, self.onboarding)
            for reason in date_reasons(standing, scene.why) if standing else ():
                self._aside(f"↷ {reason}", "yellow")
            return
        assert scene.news is not None, "a scene without figures and question has news"
        by = self.ids.get(scene.by, scene.by) if scene.by else None
        if not whose:
            self._show_room(by)
        fields = await self._fields(scene)
        try:
            await self.door.tell(self.onboarding, scene.news, {**fields, "by": by, "at": moment.isoformat()})
        except Refused as refusal:
            if not scene.refused:
                raise StoryWentWrong(f"day {scene.day}, {say}: {refusal}") from None
            self._aside(f"✗ refused: {refusal.reason}", "yellow")
            return
        if scene.refused:
            raise StoryWentWrong(f"day {scene.day}, {say}: should have been refused")

    def _report(self, figures: Mapping[str, float], moment: datetime) -> None:
        """Report figures as another system does. Raises StoryWentWrong for one that cannot be true."""
        from starter.doors.measuring import FigureReported, Measuring

        measuring = Measuring(
            engine=self.installation.engine, staff=self.installation.staff, via="api", day_length=self.clock.day
        )
        for metric, value in figures.items():
            figure = FigureReported(metric=metric, value=value, at=moment)
            kept = measuring.report(self.onboarding, figure, now=datetime.now(UTC))
            if kept.set_apart:
                raise StoryWentWrong(f"{metric} {value:g} does not count: it {kept.set_apart}")

    async def _fields(self, scene: Scene) -> Mapping[str, Any]:
        """The fields of its news. Raises StoryWentWrong where no correction of that category is open."""
        category = scene.fields.get(CORRECTION)
        if category is None:
            return scene.fields

        def still_open() -> str | None:
            standing = _standing(self.installation, self.onboarding)
            rows = standing.registers if standing else ()
            of_it = [row for row in rows if row.kind == CORRECTION and row.data.get("category") == category]
            return next((row.key for row in reversed(of_it) if row.status == "open"), None)

        otherwise = f"day {scene.day}: no correction of {category} was open"
        return {**scene.fields, CORRECTION: await _until(still_open, CORRECTED_WITHIN, otherwise)}

    def _show_room(self, by: str | None) -> None:
        """A link into the room of whoever of the customer's acts, so that it can be watched as it moves."""
        person = self.dossier.person(by) if by else None
        if person is not None and person.side == "customer" and address_of_pages(self.installation):
            self._aside(f"↪ {person.name} sees it at {way_in(self.installation, self.onboarding, person)}", "cyan")

    def _aside(self, words: str, style: str) -> None:
        self.out.print(Text.assemble(INDENT, plain(words, style)), soft_wrap=True)

    def _ending(self) -> str | None:
        standing = _standing(self.installation, self.onboarding)
        return standing.ending if standing else None

    async def summarise(self) -> None:
        """Show how the onboarding ended. Raises StoryWentWrong unless its success programme runs."""
        standing = _standing(self.installation, self.onboarding)
        assert standing is not None, "it has ended"
        deal = self.dossier.deal
        programme = await self.door.state(id_of(onboarding_id(deal.source, deal.id)))
        show_summary(self.out, self.installation, standing, dossier=self.dossier, programme=programme)
        if not programme.open:
            raise StoryWentWrong(f"the success programme does not run: {programme.status}")

    async def judge(self) -> None:
        """Show the customer's health. Raises StoryWentWrong where the story promised another one, or another ending."""
        standing = _standing(self.installation, self.onboarding)
        ending = standing.ending if standing else None
        if ending != self.story.ending:
            raise StoryWentWrong(f"the story ended as {ending}, not as {self.story.ending}")
        shown = await asyncio.to_thread(
            show_health, self.out, self.installation, self.onboarding, name=self.dossier.deal.account.name
        )
        if shown is None or abs(shown - self.story.health) > HEALTH_WITHIN:
            raise StoryWentWrong(f"{self.dossier.deal.account.name} ended with health {shown}, not {self.story.health}")


def _standing(installation: Installation, onboarding: str) -> "OnboardingInFull | None":
    """The onboarding as the read model has it; None before its plan is drafted."""
    from domain.trouble import UnknownOnboarding
    from store.reads import one

    try:
        standing = one(installation.engine, onboarding)
    except UnknownOnboarding:
        return None
    return standing if standing.as_of is not None else None


def _somebody(standing: "OnboardingInFull", team: Team) -> dict[str, str]:
    manager = team.manager_of(standing.owner)
    return {"owner": standing.owner, "manager": manager.handle if manager else standing.owner}


async def _until(look: Any, seconds: float, otherwise: str) -> Any:
    """The first answer of `look` that is not empty. Raises StoryWentWrong with `otherwise` after that many seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        if sight := await asyncio.to_thread(look):
            return sight
        await asyncio.sleep(0.1)
    raise StoryWentWrong(f"{otherwise} within {seconds:.0f} s")
