"""What was lost, and what was doubled? Computed from journal, outbox, Temporal and what the senders know."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Engine

from benchmarks.agreement import Account, disagreements, unconfirmed
from benchmarks.clients import Told
from benchmarks.killing import Kill
from benchmarks.mail_server import Arrival
from benchmarks.people import Script
from domain.deal import onboarding_id
from domain.news import short
from store import reads
from store.reads import JournalEntry, NoticeLine, OnboardingInFull
from workflows.programme import id_of

SIGNALS_OF_ONE = 50
"""More signals than a script sends to one onboarding: a harmless one is recorded under its name and its number."""
STILL_READ = timedelta(seconds=1)
"""What a worker had given to its connection before it was killed, the mail server reads after its death."""
RECEIPT_TAKES = timedelta(seconds=2)
"""The time from the server's "accepted" to our receipt: a mail that came twice must have been in flight at a kill."""
DATABASE_BACK = timedelta(seconds=8)
"""A receipt cannot be written while the database comes back after a kill."""


@dataclass(kw_only=True)
class Verdict:
    """What was lost or doubled, and where store and workflow disagree, each in words, and how much there was.

    `unanswered` counts news without an answer whose sender never came back, by whether it was taken.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    unanswered: Counter[str] = field(default_factory=Counter)
    taken_back: int = 0
    in_flight_repeats: int = 0
    mails: int = 0
    journal_rows: int = 0
    entries_fired: int = 0
    latest_entry: timedelta = timedelta(0)
    longest_silence: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is known at the end of a run. `running` are the ids of workflows that run by Temporal's account, and
    `accounts` what the workflow of each onboarding says of itself, where it answers.
    """

    scripts: Sequence[Script]
    told: Sequence[Told]
    arrivals: Sequence[Arrival]
    kills: Sequence[Kill]
    running: frozenset[str]
    accounts: Mapping[str, Account]
    engine: Engine
    over_at: datetime


def judge(facts: Facts) -> Verdict:
    """Compare what was sent with what journal, outbox, mail server and Temporal have."""
    verdict = Verdict()
    news_of: defaultdict[str, list[Told]] = defaultdict(list)
    for news in facts.told:
        news_of[news.onboarding].append(news)
    ids = [onboarding_id(script.deal["source"], script.deal["id"]) for script in facts.scripts]
    # Success programmes go on writing: first what counts as sent, then what arrived, then what was ever written.
    notices = {id: reads.notices(facts.engine, id, limit=100_000) for id in ids}
    arrived: defaultdict[str, list[Arrival]] = defaultdict(list)
    for arrival in list(facts.arrivals):
        arrived[arrival.message_id].append(arrival)
    moments: list[datetime] = []
    waiting = unconfirmed(facts.engine)
    verdict.disagreements += [f"{id}: {rows} rows are still unconfirmed" for id, rows in waiting.items()]
    for id, script in zip(ids, facts.scripts, strict=True):
        journal = reads.journal(facts.engine, id)
        _look_at_news(verdict, news_of[id], journal)
        _look_at_the_course(verdict, id, script, journal, facts)
        _look_at_mails(verdict, notices[id], arrived, facts)
        verdict.disagreements += [f"{id}: {what}" for what in _differences(id, journal, notices[id], facts)]
        verdict.taken_back += sum(row.kind == "taken_back" for row in journal)
        moments += [row.recorded_at for row in journal]
        verdict.journal_rows += len(journal)
    ids_of_notices = {str(notice.message_id) for notice in reads.notices(facts.engine, limit=10_000_000)}
    verdict.doubled += [f"mail {id} belongs to no notice" for id in arrived if id not in ids_of_notices]
    verdict.mails = len(arrived)
    gaps = (later - earlier for earlier, later in pairwise(sorted(moments)))
    verdict.longest_silence = max(gaps, default=timedelta(0))
    return verdict


def _differences(
    id: str, journal: Sequence[JournalEntry], notices: Sequence[NoticeLine], facts: Facts
) -> Iterator[str]:
    if id not in facts.accounts:
        yield "its workflow does not answer"
        return
    yield from disagreements(reads.one(facts.engine, id), journal, notices, facts.accounts[id])


def _look_at_news(verdict: Verdict, sent: Sequence[Told], journal: Sequence[JournalEntry]) -> None:
    """Check the news: acknowledged news is in the journal once, refused news not at all, unanswered once at most.

    News that was told under several ids is there under one of them.
    """
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in journal:
        rows[row.key.rpartition("/")[2]][row.kind] += 1
    reached = {row.about for row in journal if row.kind == "milestone_reached"}
    of_acts: defaultdict[str, set[str]] = defaultdict(set)
    for news in sent:
        of_acts[news.act].add(short(news.news_id))
    for act, ids in of_acts.items():
        times = sum((rows[id] for id in ids), Counter())
        verdict.doubled += [f"{act}: {count} times {kind}" for kind, count in times.items() if count > 1]
    for news in {(news.news_id, news.outcome): news for news in sent}.values():
        there = rows[short(news.news_id)]
        named = f"{news.onboarding}: {news.kind} {news.news_id}"
        if news.outcome == "refused":
            verdict.doubled += [f"{named} was refused, and stands in the journal" for _ in there]
        elif news.outcome == "unanswered":
            verdict.unanswered["taken" if there else "not taken"] += 1
        elif not there and not (_was_reached(news, reached) or _said_nothing_new(news, rows, of_acts[news.act])):
            verdict.lost.append(f"{named} was {news.outcome}, and is in no journal")


def _was_reached(news: Told, reached: Collection[str]) -> bool:
    """Whether its milestone had been reached without it: by a message that went, or a win that was recorded."""
    return news.repeated and news.kind == "reach_milestone" and news.about in reached


def _said_nothing_new(news: Told, rows: Mapping[str, Counter[str]], ids: Collection[str]) -> bool:
    """Whether the same came before under another id, or as a signal, which is recorded under its name and number."""
    if news.outcome == "signalled":
        names = (short(f"{news.news_id} {number}") for number in range(1, SIGNALS_OF_ONE))
        return any(rows.get(short(name)) for name in names)
    return news.repeated and any(rows.get(id) for id in ids)


def _look_at_the_course(
    verdict: Verdict, id: str, script: Script, journal: Sequence[JournalEntry], facts: Facts
) -> None:
    """Check the course: it ended as it had to, took every step once, and Temporal agrees with the store."""
    onboarding = reads.one(facts.engine, id)
    verdict.lost += [f"{id}: {what}" for what in _disagreements(onboarding, script, facts.running)]
    for step, times, at_least, at_most in _steps(onboarding, journal):
        if times < at_least:
            verdict.lost.append(f"{id}: {step} {times} times")
        if times > at_most:
            verdict.doubled.append(f"{id}: {step} {times} times")
    for row in journal:
        if row.data.get("due"):
            verdict.entries_fired += 1
            verdict.latest_entry = max(verdict.latest_entry, row.at - datetime.fromisoformat(row.data["due"]))


def _disagreements(onboarding: OnboardingInFull, script: Script, running: frozenset[str]) -> Iterator[str]:
    if onboarding.ending != script.ending:
        yield f"should have ended as {script.ending}, is {onboarding.ending or onboarding.status}"
    if onboarding.ending is None and onboarding.onboarding not in running:
        yield "has not ended, and no workflow is running"
    if onboarding.ending is not None and onboarding.onboarding in running:
        yield "has ended, and its workflow is running still"
    if _handed_over(onboarding) != (id_of(onboarding.onboarding) in running):
        does = "does not run" if _handed_over(onboarding) else "runs"
        yield f"is {onboarding.ending}, and its success programme {does}"


def _steps(onboarding: OnboardingInFull, journal: Sequence[JournalEntry]) -> Iterator[tuple[str, int, int, int]]:
    """Each step of an onboarding, how often it was taken, and how often it has to be at least and at most."""
    steps = Counter((row.kind, row.about) for row in journal)
    kinds = Counter(row.kind for row in journal)
    reopened = Counter(str(key) for row in journal if row.kind == "sign_off_rejected" for key in row.data["reopened"])
    once = int(_handed_over(onboarding))
    yield "opened", kinds["opened"], 1, 1
    yield "ended", kinds["ended"], int(onboarding.ending is not None), 1
    for stage in onboarding.stages:
        yield f"stage {stage.key} opened", steps["stage_opened", stage.key], once, 1
    for milestone in onboarding.milestones:
        key = milestone.key
        reached, rejected = steps["milestone_reached", key], steps["sign_off_rejected", key]
        yield f"{key} reached", reached, once * (1 + reopened[key]), 1 + reopened[key]
        signed = int(reached > 0 and ("sign_off_asked", key) in steps)
        yield f"sign-off of {key} asked", steps["sign_off_asked", key], signed * (1 + rejected), 1 + rejected


def _handed_over(onboarding: OnboardingInFull) -> bool:
    return (onboarding.ending or "").startswith("handed_over")


def _look_at_mails(
    verdict: Verdict, notices: Sequence[NoticeLine], arrived: Mapping[str, Sequence[Arrival]], facts: Facts
) -> None:
    """Check the mails: all due ones arrived, twice only if in flight at a kill, or taken by a server that hung up."""
    for notice in notices:
        came = arrived.get(notice.message_id or "", ())
        named = f"{notice.onboarding}: mail {notice.key}"
        if notice.state == "waiting" and notice.not_before < facts.over_at:
            verdict.lost.append(f"{named} was due and still waits")
        if notice.state == "sent" and not came:
            verdict.lost.append(f"{named} counts as sent, and never came")
        if notice.state == "refused":
            verdict.lost.append(f"{named} was refused: {notice.reason}")
        unexplained = list(_unexplained(came, facts.kills))
        verdict.in_flight_repeats += max(0, len(came) - 1 - len(unexplained))
        verdict.doubled += [f"{named} came again at {when}, without a kill" for when in unexplained]


def _unexplained(came: Sequence[Arrival], kills: Sequence[Kill]) -> Iterator[datetime]:
    for first, again in pairwise(sorted(came, key=lambda arrival: arrival.at)):
        at = datetime.fromtimestamp(first.at, UTC)
        if first.answered and not any(_in_flight(at, kill) for kill in kills):
            yield datetime.fromtimestamp(again.at, UTC)


def _in_flight(at: datetime, kill: Kill) -> bool:
    if kill.what == "database":
        return -DATABASE_BACK <= kill.at - at <= RECEIPT_TAKES
    return kill.what == "worker" and -STILL_READ <= kill.at - at <= RECEIPT_TAKES
