"""Does anybody fall through? The nightly sweep: store against Temporal, every suspicion looked at a second time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from temporalio import activity

from activities.confirming import CHANNEL as CONFIRMATIONS
from activities.ports import Census, Departures, Fleet, Pasts, Staff, Wake
from activities.threads import in_thread
from activities.waking import channels_of, wake_each
from activities.webhooks import channel_of as webhook_channel
from activities.write_backs import channel_of as crm_channel
from domain.census import Line, Mailbag, Sighting
from domain.clock import DAY
from domain.finding import Finding
from domain.news import HANDED_OVER
from domain.notice import MAIL, Person
from domain.rehearsal.checking import Unlike
from domain.rehearsal.counterfactual import LeftOut
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.reporting import reports
from domain.rules.sweeping import (
    REFUSED_SINCE,
    REPORTED_FOR,
    UNCONFIRMED,
    in_sample,
    of_confirmations,
    of_departure,
    of_difference,
    of_house,
    of_mailbox,
    of_office,
    of_onboarding,
    of_programme,
    of_receiver,
    of_reconciliation,
    of_refused,
    of_sender,
    of_strangers,
    of_tries,
    of_workflow_alone,
)
from domain.wire import Wire

AT_ONCE = 1000
"""Lines of the store that are held in memory together."""
LOOKS_AT_ONCE = 20
"""Questions to Temporal under way together: an outage that makes thousands suspicious must not be made worse."""
SILENT_AFTER = 20
"""Questions in a row that no workflow answers: then no worker is there, and each further one would wait its time."""
COMPARED_A_NIGHT = 200
"""Onboardings whose workflows are asked though nothing about them is suspicious: a question costs a worker a replay."""
DESCRIBED_A_NIGHT = 10_000
"""Onboardings whose failing steps are looked for, which only a look at each shows: half a minute for so many."""
SETTLES = timedelta(seconds=15)
"""After this long store and workflow are compared once more: a turn is written, and lost news told again, before."""
SAID = timedelta(minutes=10)
"""Telling a programme takes seconds: in ten minutes whoever recorded that a customer leaves has done it or failed."""
RELIVED_A_NIGHT = 200
"""Onboardings that have ended and are lived again: half a second of a worker's CPU each, in the middle of the night."""
MOST_REMEMBERED = 200
"""Findings that go into Temporal's history; the store's outbox, the log and `day90 sweep` have them all."""
OF_THE_HOUSE = ("Sender", "UsageLook")
"""Workflows beside onboardings, introductions, programmes and the receiver, by their types; those that a schedule runs
end by themselves."""
INTRODUCTION = "introduction-"
"""How the ids of introductions begin."""
RECONCILIATION = "reconciliation"
"""The id of the schedule by which CRMs are looked through for closed deals."""
MAILBOX = "mailbox"
"""The id of the schedule by which our mailbox is read."""
log = structlog.get_logger()
Answer = TypeVar("Answer")


class Swept(Wire):
    """What a sweep looked at and found. `not_compared` are the onboardings that should have been asked how they stand,
    and did not answer.

    `lived_again` counts those that have ended since the night before and were lived again by their own version,
    `not_reproduced` are their notices of which that tells something else; `not_relived` says why some were left out.
    """

    onboardings: int = 0
    programmes: int = 0
    looked_twice: int = 0
    not_compared: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    lived_again: int = 0
    not_reproduced: tuple[Unlike, ...] = ()
    not_relived: tuple[LeftOut, ...] = ()


def _says_nothing(_: str) -> None:
    return


@dataclass
class _Round:
    """What one sweep has come to so far. `left` are the running workflows that no line of the store has claimed.

    Of each of those it keeps what Temporal's list says: its problems, and the status that it shows. `unconfirmed` are
    onboardings with rows that wait for their confirmation too long; `unanswered` counts the questions since the last
    one that a workflow answered.
    """

    now: datetime
    staff: frozenset[str]
    tell: Callable[[str], None] = _says_nothing
    left: dict[str, tuple[str, str]] = field(default_factory=dict)
    unconfirmed: Collection[str] = ()
    running: int = 0
    unanswered: int = 0
    not_compared: set[str] = field(default_factory=set)
    onboardings: int = 0
    programmes: int = 0
    looked_twice: int = 0
    findings: list[Finding] = field(default_factory=list)
    lived_again: int = 0
    not_reproduced: list[Unlike] = field(default_factory=list)
    not_relived: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """`programme_of` and `sender_of` name the workflows of an onboarding's programme and of a channel, `receiver` is
    the one that works through what is delivered.

    `looked_through` are the CRMs that are asked for closed deals, `written_to` those whose records are written.
    `threads` are for the database. `operator` is who runs it, where the settings name one. `pasts` lives again what
    has ended; without it nothing is. `departures` tells success programmes who leaves. `reads_mail` says that there is
    a mailbox in which people answer.
    """

    fleet: Fleet
    census: Census
    staff: Staff
    channels: Sequence[str]
    programme_of: Callable[[str], str]
    sender_of: Callable[[str], str]
    receiver: str
    now: Callable[[], datetime]
    threads: Executor
    wake: Wake
    day_length: timedelta = DAY
    settles: timedelta = SETTLES
    operator: Person | None = None
    hours: WorkingHours = plain_week
    looked_through: Collection[str] = ()
    written_to: Callable[[], Collection[str]] = tuple
    pasts: Pasts | None = None
    departures: Departures | None = None
    reads_mail: bool = False

    @activity.defn
    async def sweep_fleet(self) -> Swept:
        """Look at all, log each finding, report them to people, and answer with what was found."""
        swept = await self.look(tell=activity.heartbeat)
        for finding in swept.findings:
            # Without its cause: that quotes what Temporal and other systems say, which may name people.
            log.error("would_fall_through", **finding.model_dump(mode="json", exclude={"command", "cause"}))
        for one in swept.not_reproduced:
            log.warning("not_reproduced", **one.model_dump())
        for left in swept.not_relived:
            log.warning("not_relived", **left.model_dump())
        counted = swept.model_dump(include={"onboardings", "programmes", "looked_twice", "lived_again"})
        lists = ("not_compared", "findings", "not_reproduced", "not_relived")
        log.info("swept", **counted, **{name: len(getattr(swept, name)) for name in lists})
        undone = [finding for finding in swept.findings if not await self._is_told_now(finding)]
        told = reports(undone, self.staff(), self.operator, now=self.now(), hours=self.hours)
        if told:
            await in_thread(self.threads, lambda: self.census.report(told))
            await wake_each(self.wake, channels_of(notice for notice, _ in told))
        return swept.model_copy(update={name: getattr(swept, name)[:MOST_REMEMBERED] for name in lists})

    async def look(self, *, tell: Callable[[str], None] = _says_nothing) -> Swept:
        """Look at all of it; `tell` is told now and then how far it is."""
        round = self._round(tell)
        await self._onboardings(round)
        await self._programmes(round)
        await self._departures(round)
        await self._introductions(round)
        await self._senders(round)
        await self._offices(round)
        await self._house(round)
        round.findings += await self.look_at_reconciliation()
        round.findings += await self.look_at_mailbox()
        await self._refused(round)
        await self._delivered(round)
        await self._lived_again(round)
        return Swept(
            onboardings=round.onboardings,
            programmes=round.programmes,
            looked_twice=round.looked_twice,
            not_compared=tuple(sorted(round.not_compared)),
            findings=tuple(round.findings),
            lived_again=round.lived_again,
            not_reproduced=tuple(round.not_reproduced),
            not_relived=tuple(round.not_relived),
        )

    async def look_at(self, onboarding: str) -> list[Finding]:
        """What is the matter with one onboarding now, its programme included."""
        round = self._round(_says_nothing)
        line, seen = await self._again(onboarding, onboarding)
        if line is None:
            return self._alone(seen, round)
        found = await self._judged(line, seen, round)
        # Whoever asks about one wants it compared, however it looks in the list.
        found = found or await self._compared(line, round)
        programme = await self.fleet.look(self.programme_of(onboarding))
        found += of_programme(line, programme, now=round.now)
        found += await self._untold(line, round)
        since = round.now - REPORTED_FOR
        refused = await in_thread(self.threads, lambda: self.census.refused_to_owners(since=since))
        return found + [_refused(*mails) for mails in refused if mails[0].onboarding == onboarding]

    async def look_at_sender(self, channel: str) -> list[Finding]:
        """What is the matter with a channel now."""
        now = self.now()
        bag = await in_thread(self.threads, lambda: self.census.mailbag(channel, now=now))
        sender = self.sender_of(channel)
        return of_sender(sender, bag, await self.fleet.look(sender), now=now)

    async def look_at_confirmations(self) -> list[Finding]:
        """What is the matter with the confirmation of the journal's rows now."""
        bag = await in_thread(self.threads, self.census.unconfirmed)
        sender = self.sender_of(CONFIRMATIONS)
        return of_confirmations(sender, bag, await self.fleet.look(sender), now=self.now())

    async def look_at_reconciliation(self) -> list[Finding]:
        """Is each CRM that we reach looked through for closed deals?"""
        if not self.looked_through:
            return []
        marks = await in_thread(self.threads, lambda: self.census.looked_through(self.looked_through))
        return of_reconciliation(RECONCILIATION, marks, await self.fleet.schedule(RECONCILIATION), now=self.now())

    async def look_at_mailbox(self) -> list[Finding]:
        """Is our mailbox read?"""
        if not self.reads_mail:
            return []
        marks = await in_thread(self.threads, lambda: self.census.looked_through([MAIL]))
        return of_mailbox(MAILBOX, marks[MAIL], await self.fleet.schedule(MAILBOX), now=self.now())

    async def look_at_introduction(self, introduction: str) -> list[Finding]:
        """What is the matter with one introduction now."""
        seen = await self.fleet.look(introduction)
        line = await in_thread(self.threads, lambda: self.census.introduction(introduction))
        if line is None or line.ending is not None:
            return of_house(seen) if seen is not None else []
        return self._judge_introduction(line, seen)

    async def look_at_house(self, workflow: str) -> list[Finding]:
        """What is the matter with a workflow beside the onboardings now."""
        if workflow == RECONCILIATION:
            return await self.look_at_reconciliation()
        if workflow == MAILBOX:
            return await self.look_at_mailbox()
        if workflow.startswith(INTRODUCTION):
            return await self.look_at_introduction(workflow)
        bags = await self._bags()
        if workflow in bags:
            return await self._office(workflow, bags[workflow])
        if workflow == self.sender_of(CONFIRMATIONS):
            return await self.look_at_confirmations()
        for channel in self.channels:
            if workflow == self.sender_of(channel):
                return await self.look_at_sender(channel)
        seen = await self.fleet.look(workflow)
        if workflow == self.receiver:
            waiting = await in_thread(self.threads, self.census.delivered_waiting)
            return of_receiver(workflow, waiting, seen, now=self.now())
        return of_house(seen) if seen is not None else []

    def _round(self, tell: Callable[[str], None]) -> _Round:
        return _Round(now=self.now(), staff=frozenset(member.handle for member in self.staff().members), tell=tell)

    # --- the parts of a sweep

    async def _onboardings(self, round: _Round) -> None:
        """Temporal's list first: what starts meanwhile is then only missing from the list, and looked at again."""
        async for seen in self.fleet.running("Onboarding"):
            round.left[seen.id] = (seen.problems, seen.shows)
            if len(round.left) % AT_ONCE == 0:
                round.tell(f"{len(round.left)} running in Temporal")
        round.running = len(round.left)
        before = round.now - UNCONFIRMED
        round.unconfirmed = await in_thread(self.threads, lambda: self.census.unconfirmed_since(before))
        after = ""
        while lines := await in_thread(self.threads, self._page(self.census.open_lines, after)):
            await self._open(lines, round)
            round.onboardings += len(lines)
            after = lines[-1].onboarding
            round.tell(f"{round.onboardings} onboardings")
        # What runs and is not open in the store: just ended or just started, most likely.
        await self._look_again(self._onboarding_again, list(round.left), round)
        strangers = [finding for finding in round.findings if finding.kind == "unknown"]
        empty = bool(strangers) and await in_thread(self.threads, self.census.is_empty)
        others = [finding for finding in round.findings if finding.kind != "unknown"]
        round.findings = others + of_strangers(strangers, running=round.running, empty=empty)

    async def _open(self, lines: Sequence[Line], round: _Round) -> None:
        """A page of those that are open: who looks wrong, whose steps are looked at, and who is compared."""
        suspects, described, compared = [], [], []
        for line in lines:
            seen = self._listed(line, round)
            if self._judge(line, seen, round):
                suspects.append(line.onboarding)
                continue
            if seen is None or line.as_of is None:
                continue
            if self._in_sample(line, round, a_night=DESCRIBED_A_NIGHT):
                described.append(line.onboarding)
            odd = line.onboarding in round.unconfirmed or seen.shows not in ("", line.status)
            if odd or self._in_sample(line, round, a_night=COMPARED_A_NIGHT):
                compared.append(line.onboarding)
        await self._look_again(self._onboarding_again, suspects, round)
        await self._each(self._onboarding_again, described, round)
        await self._each(self._compared_again, compared, round)

    @staticmethod
    def _in_sample(line: Line, round: _Round, *, a_night: int) -> bool:
        return in_sample(line.onboarding, of=round.running, a_night=a_night, now=round.now)

    def _listed(self, line: Line, round: _Round) -> Sighting | None:
        """How the list has it: as far as the first look goes."""
        listed = round.left.pop(line.onboarding, None)
        return None if listed is None else Sighting(id=line.onboarding, problems=listed[0], shows=listed[1])

    async def _onboarding_again(self, onboarding: str, round: _Round) -> list[Finding]:
        line, seen = await self._again(onboarding, onboarding)
        if line is None:
            return self._alone(seen, round)
        return await self._judged(line, seen, round)

    async def _judged(self, line: Line, seen: Sighting | None, round: _Round) -> list[Finding]:
        findings = self._judge(line, seen, round)
        if any(finding.kind == "not_closed" for finding in findings):
            # An ending that its workflow never heard of is no step that fails.
            return await self._compared(line, round) or findings
        return findings

    @staticmethod
    def _alone(seen: Sighting | None, round: _Round) -> list[Finding]:
        return of_workflow_alone(seen, now=round.now) if seen is not None else []

    async def _compared_again(self, onboarding: str, round: _Round) -> list[Finding]:
        if any(finding.subject == onboarding for finding in round.findings):
            return []
        line = await in_thread(self.threads, lambda: self.census.line(onboarding))
        return [] if line is None else await self._compared(line, round)

    async def _compared(self, line: Line, round: _Round) -> list[Finding]:
        """Ask its workflow, then the store; only a difference that is the same a moment later is one."""
        first = await self._differs(line, round)
        if not first:
            return []
        await asyncio.sleep(self.settles.total_seconds())
        second = await self._differs(line, round)
        return second if [finding.cause for finding in second] == [finding.cause for finding in first] else []

    async def _differs(self, line: Line, round: _Round) -> list[Finding]:
        there = None if round.unanswered >= SILENT_AFTER else await self.fleet.ask(line.onboarding)
        if there is None:
            round.unanswered += 1
            round.not_compared.add(line.onboarding)
            return []
        round.unanswered = 0
        here = await in_thread(self.threads, lambda: self.census.picture(line.onboarding))
        return of_difference(line, here, there)

    async def _programmes(self, round: _Round) -> None:
        running = {seen.id: seen.problems async for seen in self.fleet.running("SuccessProgramme")}
        after = ""
        while lines := await in_thread(self.threads, self._page(self.census.handed_over, after)):
            suspects = []
            for line in lines:
                problems = running.get(self.programme_of(line.onboarding))
                seen = None if problems is None else Sighting(id=line.onboarding, problems=problems)
                if of_programme(line, seen, now=round.now):
                    suspects.append(line.onboarding)
            await self._look_again(self._programme_again, suspects, round)
            round.programmes += len(lines)
            after = lines[-1].onboarding
            round.tell(f"{round.programmes} success programmes")

    async def _programme_again(self, onboarding: str, round: _Round) -> list[Finding]:
        line, seen = await self._again(onboarding, self.programme_of(onboarding))
        if line is None:
            return []
        if seen is not None and seen.status == "COMPLETED":
            await in_thread(
                self.threads, lambda: self.census.programme_ended(onboarding, at=seen.closed_at or round.now)
            )
        return of_programme(line, seen, now=round.now)

    async def _departures(self, round: _Round) -> None:
        """Customers who leave after the hand-off, and those who stay after all: do their programmes know?"""
        # Whoever recorded it just now is telling the programme.
        before = round.now - SAID
        said = await in_thread(self.threads, lambda: self.census.said_to_leave(before=before))
        await self._each(self._departure_again, said, round)

    async def _departure_again(self, onboarding: str, round: _Round) -> list[Finding]:
        line = await in_thread(self.threads, lambda: self.census.line(onboarding))
        return [] if line is None else await self._untold(line, round)

    async def _untold(self, line: Line, round: _Round) -> list[Finding]:
        if self.departures is None or line.ending not in HANDED_OVER:
            return []
        told = None if round.unanswered >= SILENT_AFTER else await self.departures.is_told(line.onboarding)
        if told is None:
            round.unanswered += 1
            round.not_compared.add(line.onboarding)
            return []
        round.unanswered = 0
        return of_departure(line, told=told)

    async def _is_told_now(self, finding: Finding) -> bool:
        """Whether this is a programme that was not told, and has been now: then nobody has to see to it."""
        if self.departures is None or finding.kind != "programme_untold":
            return False
        then = await self.departures.tell(finding.subject, now=self.now())
        log.info("programme_told", onboarding=finding.subject, programme=then)
        return then != "not_reached"

    async def _senders(self, round: _Round) -> None:
        for channel in self.channels:
            round.findings += await self.look_at_sender(channel)
        round.findings += await self.look_at_confirmations()

    async def _introductions(self, round: _Round) -> None:
        """Like onboardings; what runs and has ended in the store is just ending, or fails at every try."""
        running = {seen.id: seen.problems async for seen in self.fleet.running("Introduction")}
        suspects: list[str] = []
        after = ""
        while lines := await in_thread(self.threads, self._page(self.census.open_introductions, after)):
            for line in lines:
                problems = running.pop(line.onboarding, None)
                seen = None if problems is None else Sighting(id=line.onboarding, problems=problems)
                if self._judge_introduction(line, seen):
                    suspects.append(line.onboarding)
            after = lines[-1].onboarding
            round.tell(f"introductions up to {after}")
        suspects += [id for id, problems in running.items() if problems]
        await self._look_again(self._introduction_again, suspects, round)

    async def _introduction_again(self, introduction: str, _: _Round) -> list[Finding]:
        return await self.look_at_introduction(introduction)

    def _judge_introduction(self, line: Line, seen: Sighting | None) -> list[Finding]:
        # No command of ours gives it another owner, so nobody is told that it should have one.
        return of_onboarding(line, seen, staff={line.owner}, now=self.now(), real_clock=self.day_length == DAY)

    async def _offices(self, round: _Round) -> None:
        for sender, bag in (await self._bags()).items():
            round.findings += await self._office(sender, bag)

    async def _office(self, sender: str, bag: Mailbag) -> list[Finding]:
        return of_office(sender, bag, await self.fleet.look(sender), now=self.now())

    async def _bags(self) -> dict[str, Mailbag]:
        """What waits for other systems, by the sender that should tell them."""
        now = self.now()
        webhooks = await in_thread(self.threads, lambda: self.census.told_by_webhook(now=now))
        bags = {self.sender_of(webhook_channel(number)): bag for number, bag in webhooks.items()}
        for source in await in_thread(self.threads, self.written_to):
            bag = await in_thread(self.threads, partial(self.census.told_to_crm, source))
            # On a compressed clock the time of a turn says nothing about the wall's.
            told = bag if self.day_length == DAY else Mailbag(channel=source)
            bags[self.sender_of(crm_channel(source))] = told
        return bags

    async def _house(self, round: _Round) -> None:
        """Those that fail at every try or are paused: what they should do is nowhere else missed."""
        known = {self.sender_of(channel) for channel in (*self.channels, CONFIRMATIONS)} | set(await self._bags())
        for kind in OF_THE_HOUSE:
            # All of them, which are few: only a look at each shows a step that fails.
            listed = [seen.id async for seen in self.fleet.not_ended(kind) if seen.id not in known]
            await self._each(self._house_again, listed, round)

    async def _house_again(self, workflow: str, _: _Round) -> list[Finding]:
        return await self.look_at_house(workflow)

    async def _delivered(self, round: _Round) -> None:
        round.findings += await self.look_at_house(self.receiver)
        since = round.now - REFUSED_SINCE
        round.findings += of_refused(await in_thread(self.threads, lambda: self.census.delivered_refused(since=since)))

    async def _refused(self, round: _Round) -> None:
        since = round.now - REPORTED_FOR
        refused = await in_thread(self.threads, lambda: self.census.refused_to_owners(since=since))
        round.findings += [_refused(*mails) for mails in refused]

    async def _lived_again(self, round: _Round) -> None:
        """What has ended since the night before; on a compressed clock nobody knows when people told what."""
        pasts = self.pasts
        if pasts is None or self.day_length != DAY:
            return
        since = round.now - REFUSED_SINCE
        ended = await in_thread(self.threads, lambda: pasts.ended(since=since, until=round.now))
        for onboarding in ended[:RELIVED_A_NIGHT]:
            try:
                unlike = await in_thread(self.threads, partial(pasts.unlike, onboarding))
            except Exception as trouble:
                # The journal of one that no rule of today can read must not hide what the night found. Its words may
                # quote the journal.
                unlike = LeftOut(onboarding=onboarding, why=f"living it again failed: {type(trouble).__name__}")
            if isinstance(unlike, LeftOut):
                round.not_relived.append(unlike)
            else:
                round.lived_again += 1
                round.not_reproduced += unlike
            round.tell(f"{round.lived_again} of {len(ended)} that have ended lived again")

    # --- how it looks

    def _judge(self, line: Line, seen: Sighting | None, round: _Round) -> list[Finding]:
        findings = of_onboarding(line, seen, staff=round.staff, now=round.now, real_clock=self.day_length == DAY)
        if findings or seen is None:
            return findings
        return of_tries(seen, owner=line.owner)

    async def _again(self, onboarding: str, workflow: str) -> tuple[Line | None, Sighting | None]:
        """Temporal first: what ends in between has written its ending by then."""
        seen = await self.fleet.look(workflow)
        return await in_thread(self.threads, lambda: self.census.line(onboarding)), seen

    @staticmethod
    def _page(read: Callable[..., Sequence[Line]], after: str) -> Callable[[], Sequence[Line]]:
        return lambda: read(after=after, most=AT_ONCE)

    async def _look_again(
        self, look: Callable[[str, _Round], Awaitable[list[Finding]]], ids: Sequence[str], round: _Round
    ) -> None:
        """Look at each of the suspects again, and count them."""
        await self._each(look, ids, round)
        round.looked_twice += len(ids)

    async def _each(
        self, look: Callable[[str, _Round], Awaitable[list[Finding]]], ids: Sequence[str], round: _Round
    ) -> None:
        """Look at each of them, some together."""
        for start in range(0, len(ids), LOOKS_AT_ONCE):
            some = ids[start : start + LOOKS_AT_ONCE]
            for found in await asyncio.gather(*(look(id, round) for id in some)):
                round.findings += found
            round.tell(f"{start + len(some)} of {len(ids)} looked at again")


def _refused(line: Line, mails: int, first: datetime) -> Finding:
    return Finding(
        kind="mail_given_up",
        subject=line.onboarding,
        owner=line.owner,
        since=first,
        cause=f"{mails} refused: day90 mails {line.onboarding} --state refused",
        command=f"day90 repair {line.onboarding}",
    )
