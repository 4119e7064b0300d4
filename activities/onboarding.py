"""What happens when an onboarding opens, and at every turn after that? Decide, write it down, wake the sender."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.ports import Calendars, Ledger, Library, Staff, Wake
from activities.referring import referring
from activities.refusing import refused_for_good
from activities.threads import in_thread
from activities.waking import channels_of, wake_each
from domain.agenda.occasion import Occasion, ProgrammeOccasion
from domain.agenda.packing import packed
from domain.agenda.state import Consequences, Entry, State
from domain.clock import DAY, Clock
from domain.deal import DealClosed, onboarding_id
from domain.drafting import Drafts
from domain.news import read_news
from domain.playbook import Playbook, content_hash
from domain.record import Dossier, Writing
from domain.refusal import InvalidDeal
from domain.rules.admission import business_now, calendar_anew, calendar_of, calendar_until, check_deal, read_deal
from domain.rules.casting import people_of, staff_person
from domain.rules.closing import both_open
from domain.rules.deciding import decide, references_of, reports, tells_of_answers, tells_of_records, wants_figures
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.opening import first_state
from domain.rules.programme import keep_programme, keys_of
from domain.rules.rebuilding import CannotRebuild, rebuild
from domain.rules.weighing import Doubts, doubts_in, to_be_weighed
from domain.team import Team
from domain.trouble import AlreadyOnboarded
from domain.wire import Instant, Wire

REMEMBERED_PLANS = 64
"""Onboardings whose last plans are remembered: a wake-up is often several turns, and most have the same plan. A plan
takes 100 KB, and of each onboarding four are remembered at most."""
log = structlog.get_logger()


def _tells_nobody() -> None:
    return


def _drafts_of_each() -> Callable[[str], Drafts]:
    return lru_cache(REMEMBERED_PLANS)(lambda _: Drafts())


class Opening(Wire):
    """What the workflow was started with.

    A deal file; `{"kept": true}` where the door keeps the deal already; `{"again": true}` where Temporal lost a run.
    """

    onboarding: str
    run: str
    started_at: Instant
    start: Any


@dataclass(frozen=True)
class Bookkeeping:
    """The activities of an onboarding's own tasks. `ui` is the Temporal UI's address of an onboarding, with `{id}`;
    `spread` is how far apart onboardings wake that have something at the same hour. `channels` are those to people.

    `threads` are for the database alone: a mail server that hangs must not keep anything from being written down.
    `rings` tells that the journal has grown, and costs nothing. `drafts` are the plans of an onboarding, each drafted
    once.
    """

    ledger: Ledger
    library: Library
    staff: Staff
    calendars: Calendars
    wake: Wake
    channels: Collection[str]
    threads: Executor
    hours: WorkingHours = plain_week
    day_length: timedelta = DAY
    spread: timedelta = timedelta(0)
    ui: str = ""
    rings: Callable[[], None] = _tells_nobody
    drafts: Callable[[str], Drafts] = field(default_factory=_drafts_of_each)

    @activity.defn
    async def open_onboarding(self, opening: Opening) -> State | bytes:
        """Validate and keep the deal, draft the plan; answers with the first state, packed: histories hold it for ever.

        Fails for good with InvalidDeal or AlreadyOnboarded.
        """
        try:
            return packed(await in_thread(self.threads, self._open, opening))
        except InvalidDeal as error:
            raise refused_for_good(error) from None
        except AlreadyOnboarded as error:
            raise ApplicationError(str(error), type="AlreadyOnboarded", non_retryable=True) from None
        except CannotRebuild as error:
            raise ApplicationError(str(error), type="CannotRebuild", non_retryable=True) from None

    def _open(self, opening: Opening) -> State:
        if isinstance(opening.start, Mapping) and opening.start.get("again"):
            return self._open_again(opening)
        deal = self._deal(opening)
        if opening.onboarding != onboarding_id(deal.source, deal.id):
            raise InvalidDeal(f"the workflow id of this deal is {onboarding_id(deal.source, deal.id)}", field="id")
        clock = self._clock(deal, opening)
        now = clock.business(opening.started_at)
        team = self.staff()
        playbook = check_deal(deal, library=self.library, team=team, calendars=self.calendars, now=now)
        calendar = calendar_until(calendar_of(deal, self.calendars), deal.account, self.calendars, now=now)
        load = self.ledger.load_by_owner()
        # Opened before, in a task that was then lost: the owner who was told of it stays the owner.
        past = self.ledger.past(opening.onboarding)
        first = next((row.data.get("owner") for row in past.rows if row.kind == "opened"), None) if past else None
        named = deal.model_copy(update={"owner": first or deal.owner})
        open_days = both_open(calendar, deal, ours=team.closures)
        state = first_state(named, playbook, open_days, team, load=load, clock=clock, now=now, spread=self.spread)
        handles = dict.fromkeys([handle for handles in state.cast.values() for handle in handles])
        staff = [staff_person(member, deal.account.language) for h in handles if (member := team.member(h))]
        people = (*people_of(deal), *staff)
        dossier = Dossier(onboarding=opening.onboarding, deal=deal, playbook=playbook, calendar=calendar, people=people)
        self.ledger.admit(dossier, run=opening.run)
        log.info("onboarding_opened", onboarding=opening.onboarding, playbook=playbook.key, owner=state.owner)
        return state

    def _open_again(self, opening: Opening) -> State:
        """Temporal lost it, the store did not: live through its past again, and go on with another run.

        Nobody was told of one that was lost before its first turn: it begins anew, on what it was admitted with.
        """
        dossier, past = self.ledger.dossier(opening.onboarding), self.ledger.past(opening.onboarding)
        team = self.staff()
        dossier = self._up_to_date(dossier, team, now=opening.started_at)
        if past is None:
            state = self._first_state(opening, dossier)
        else:
            rebuilt = rebuild(dossier, past, team, now=opening.started_at, spread=self.spread, versions=self._version)
            state = self._referring(rebuilt, run=opening.run)
        self.ledger.readmit(opening.onboarding, run=opening.run)
        log.info("onboarding_opened_again", onboarding=opening.onboarding, playbook=state.playbook, owner=state.owner)
        return state

    def _referring(self, state: State, *, run: str) -> State:
        """The journal that a state was rebuilt from has the texts themselves, which no history is to hold."""
        texts, onboarding = self.ledger.texts, state.onboarding
        for held in state.held:
            news = referring(texts, onboarding, read_news("reach_milestone", held.news), run=run)
            held.news = news.model_dump(mode="json", exclude_defaults=True)
        return referring(texts, onboarding, state, run=run)

    def _first_state(self, opening: Opening, dossier: Dossier) -> State:
        clock = self._clock(dossier.deal, opening)
        return first_state(
            dossier.deal,
            dossier.playbook,
            dossier.calendar,
            self.staff(),
            load=self.ledger.load_by_owner(),
            clock=clock,
            now=clock.business(opening.started_at),
            spread=self.spread,
        )

    def _deal(self, opening: Opening) -> DealClosed:
        if isinstance(opening.start, Mapping) and opening.start.get("kept"):
            kept = self.ledger.kept_deal(opening.onboarding)
            if kept is None:
                raise InvalidDeal("no deal is kept for this onboarding: start with the deal file itself", field="kept")
            return kept
        return read_deal(opening.start)

    def _up_to_date(self, dossier: Dossier, team: Team, *, now: datetime) -> Dossier:
        calendar = calendar_until(dossier.calendar, dossier.deal.account, self.calendars, now=now)
        return dossier.model_copy(update={"calendar": both_open(calendar, dossier.deal, ours=team.closures)})

    def _clock(self, deal: DealClosed, opening: Opening) -> Clock:
        if self.day_length == DAY:
            return Clock()
        start = business_now(deal, wall=opening.started_at, day_length=self.day_length)
        return Clock(day=self.day_length, business_start=start, wall_start=opening.started_at)

    @activity.defn
    async def take_turn(self, occasion: Occasion) -> Consequences:
        """Decide what follows, write journal, read model and notices in one transaction, wake the sender."""
        consequences, waiting = await in_thread(self.threads, self._turn, occasion)
        self.rings()
        await wake_each(self.wake, waiting)
        return consequences

    def _turn(self, occasion: Occasion) -> tuple[Consequences, Collection[str]]:
        onboarding = occasion.state.onboarding
        # By the playbook of its state: a try before this one may have written that it goes by another.
        dossier, done_before = self.ledger.basis(onboarding, occasion.keys, playbook=occasion.state.playbook_hash)
        change = occasion.state.change_due
        playbook, team = dossier.playbook, self.staff()
        decision = decide(
            occasion,
            self._up_to_date(dossier, team, now=occasion.now),
            team,
            done_before=done_before,
            known=self.ledger.registers(onboarding) if tells_of_records(occasion, playbook) else (),
            answered=self.ledger.answers(onboarding) if tells_of_answers(occasion) else (),
            agreed=self.ledger.baseline(onboarding, playbook) if reports(occasion, playbook) else None,
            hours=self.hours,
            texts=self._texts(occasion.state),
            doubts=self._doubts(occasion, dossier),
            look=self.ledger.look(onboarding, now=occasion.now) if wants_figures(occasion, playbook) else None,
            ui=self.ui.format(id=onboarding),
            to=self._version(change.to) if change else None,
            because=self.ledger.change_reason(onboarding, change) if change else "",
            plans=self.drafts(onboarding),
        )
        self.ledger.write(decision.writing)
        return decision.consequences, self._waiting(decision.writing, done_before)

    def _version(self, hashed: str) -> Playbook | None:
        """The version of a playbook with that hash: a kept one, else what its file says now."""
        kept = self.ledger.playbook(hashed)
        return kept or next((one for one in self.library.usable() if content_hash(one) == hashed), None)

    def _doubts(self, occasion: Occasion, dossier: Dossier) -> Doubts:
        """The figures that speak against what somebody has just vouched for; read only where somebody has."""
        state = occasion.state
        figures = self.ledger.figures(state.onboarding) if to_be_weighed(state) else {}
        return doubts_in(state, dossier, figures, now=occasion.now)

    def _texts(self, state: State) -> Mapping[str, str]:
        """The texts that a state refers to. A reference that stands for none is written down as it is."""
        references = references_of(state)
        texts = self.ledger.texts.read(state.onboarding, references) if references else {}
        if missing := len(references - texts.keys()):
            log.warning("texts_missing", onboarding=state.onboarding, count=missing)
        return texts

    @activity.defn
    async def keep_programme(self, occasion: ProgrammeOccasion) -> list[Entry]:
        """Write down what is due in a success programme, tell people, and answer with what comes next."""
        entries, waiting = await in_thread(self.threads, self._keep_programme, occasion)
        self.rings()
        await wake_each(self.wake, waiting)
        return entries

    def _keep_programme(self, occasion: ProgrammeOccasion) -> tuple[list[Entry], Collection[str]]:
        dossier, team = self.ledger.dossier(occasion.onboarding), self.staff()
        calendar = calendar_anew(dossier.calendar, dossier.deal.account, self.calendars, now=occasion.now)
        dossier = dossier.model_copy(update={"calendar": both_open(calendar, dossier.deal, ours=team.closures)})
        _, done_before = self.ledger.basis(occasion.onboarding, keys_of(occasion, dossier, team))
        entries, writing = keep_programme(
            occasion,
            dossier,
            team,
            done_before=done_before,
            meetings=self.ledger.meetings(occasion.onboarding) if occasion.ended is not None else (),
            hours=self.hours,
            ui=self.ui.format(id=occasion.programme),
        )
        self.ledger.write(writing)
        return entries, self._waiting(writing, done_before)

    def _waiting(self, writing: Writing, done_before: Collection[str]) -> Collection[str]:
        """The channels for which something waits now.

        Where a try before this one wrote its notices and was cut off, any channel may never have been woken.
        """
        sent = {change.draft for change in writing.drafts if change.what == "sent"}
        let_go = [notice for notice in writing.held if notice.draft in sent]
        return self.channels if done_before else channels_of([*writing.notices, *let_go])
