"""What happens when an introduction begins, and at every turn after that? Decide, write it down, wake the sender."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta

import structlog
from temporalio import activity

from activities.onboarding import Opening
from activities.ports import Calendars, IntroductionLedger, Ledger, Library, Staff, Wake
from activities.referring import referring
from activities.refusing import refused_for_good
from activities.threads import in_thread
from activities.waking import channels_of, wake_each
from domain.clock import DAY, Clock
from domain.introduction import Happening, IntroductionKept, IntroductionState, IntroductionTurn, Learnt
from domain.news import short
from domain.prospect import Prospect, introduction_id
from domain.record import IntroductionDossier
from domain.refusal import InvalidDeal
from domain.rules.accounts import owned_by
from domain.rules.admission import calendar_ahead, calendar_until, check_prospect, read_prospect
from domain.rules.closing import both_open
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.introducing import Decision, decide, owner_of
from domain.texts import in_full, references_in

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Introducing:
    """The activities of an introduction. `threads` are for the database."""

    introductions: IntroductionLedger
    onboardings: Ledger
    library: Library
    staff: Staff
    calendars: Calendars
    wake: Wake
    threads: Executor
    hours: WorkingHours = plain_week
    day_length: timedelta = DAY

    @activity.defn
    async def open_introduction(self, opening: Opening) -> IntroductionState:
        """Validate and keep the prospect, find who would own it. Fails for good with InvalidDeal."""
        try:
            return await in_thread(self.threads, self._open, opening)
        except InvalidDeal as error:
            raise refused_for_good(error) from None

    def _open(self, opening: Opening) -> IntroductionState:
        """`opening.onboarding` is the introduction's id: one shape of starting serves both."""
        introduction, prospect = opening.onboarding, self._prospect(opening)
        if introduction != introduction_id(prospect.source, prospect.id):
            wanted = introduction_id(prospect.source, prospect.id)
            raise InvalidDeal(f"the workflow id of this introduction is {wanted}", field="id")
        real = self.day_length == DAY
        clock = Clock() if real else Clock(
            day=self.day_length, business_start=opening.started_at, wall_start=opening.started_at
        )  # fmt: skip
        now, team = opening.started_at, self.staff()
        playbook = check_prospect(prospect, library=self.library, team=team, calendars=self.calendars, now=now)
        before = self.introductions.standing(introduction)
        known = before.owner if before and team.member(before.owner) else None
        load = Counter(self.onboardings.load_by_owner()) + Counter(self.introductions.load_by_owner())
        # A sale that was given up and comes again, or a task that was lost: whoever was told stays.
        theirs = owned_by(self.onboardings.of_account(prospect), team, playbook.touch)
        known = known or (theirs.owner if theirs else None)
        owner = prospect.owner or known or owner_of(prospect, playbook, team, load, now=now)
        dossier = IntroductionDossier(
            introduction=introduction,
            prospect=prospect,
            playbook=playbook,
            calendar=calendar_ahead(prospect, self.calendars, now=now),
            owner=owner,
        )
        self.introductions.admit(dossier, run=opening.run, begun_at=now)
        log.info("introduction_begun", introduction=introduction, playbook=playbook.key, owner=owner)
        learnt = before.learnt if before else Learnt()
        learnt = referring(self.introductions.texts, introduction, learnt, run=opening.run)
        round = short(opening.run)
        return IntroductionState(
            introduction=introduction,
            opened=True,
            round=round,
            clock=clock,
            playbook=playbook.key,
            learnt=learnt.model_copy(update={"owner": owner}),
            begun_at=now,
            expected_close=prospect.expected_close,
            last_news=now,
            pending=(Happening(key=f"{round}/begun", kind="begun", at=now, about=playbook.key, data={"owner": owner}),),
        )

    def _prospect(self, opening: Opening) -> Prospect:
        if isinstance(opening.start, Mapping) and opening.start.get("kept"):
            kept = self.introductions.kept(opening.onboarding)
            if kept is None:
                raise InvalidDeal("no prospect is kept for this introduction: start with the file itself", field="kept")
            return kept
        return read_prospect(opening.start)

    @activity.defn
    async def keep_introduction(self, turn: IntroductionTurn) -> IntroductionKept:
        """Write down what happened, tell people, and answer with what comes next."""
        decision = await in_thread(self.threads, self._keep, turn)
        await wake_each(self.wake, channels_of(notice for notice, _ in decision.writing.notices))
        return decision.kept

    def _keep(self, turn: IntroductionTurn) -> Decision:
        introduction, references = turn.state.introduction, references_in(turn.state)
        if references:
            turn = in_full(turn, self.introductions.texts.read(introduction, references))
        dossier = self.introductions.dossier(introduction)
        calendar = calendar_until(dossier.calendar, dossier.prospect.account, self.calendars, now=turn.now)
        team = self.staff()
        open_days = both_open(calendar, dossier.prospect, ours=team.closures)
        dossier = dossier.model_copy(update={"calendar": open_days})
        decision = decide(turn, dossier, team, hours=self.hours)
        self.introductions.write(decision.writing)
        return decision
