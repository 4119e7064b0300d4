"""What do the activities need from the world? The ports, fitted by shape in `worker.py` and by fakes in tests."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from domain.calendar import WorkCalendar
from domain.census import Line, Mailbag, ScheduleSeen, Sighting, Undone
from domain.crm import DealPage, Recheck
from domain.deal import Account, DealClosed, Sale
from domain.inbox import InboxRow, Settled
from domain.introduction import Learnt
from domain.mapping import Phase, WriteBack
from domain.notice import Notice, Person
from domain.playbook import Playbook
from domain.prospect import Prospect
from domain.record import (
    Basis,
    Dossier,
    IntroductionDossier,
    IntroductionLine,
    IntroductionWriting,
    Past,
    Receipt,
    RegisterRow,
    WaitingNotice,
    Writing,
)
from domain.reported import Measurement
from domain.rules.accounts import KnownDeal
from domain.rules.using import Using
from domain.team import Team
from domain.usage import FreshDay
from domain.webhooks import Outgoing, Target, Tried
from domain.write_back import Seen


class Ledger(Protocol):
    """Where onboardings are written down."""

    def admit(self, dossier: Dossier, *, run: str) -> None:
        """Keep deal, playbook (by content hash), calendar and people of a new onboarding.

        `run` is the id of the first run of the workflow's chain. Again with the same run it changes nothing.
        Raises AlreadyOnboarded when another run had this (source, deal) before.
        """

    def kept_deal(self, onboarding: str) -> DealClosed | None:
        """The deal that a door put there before the start."""

    def readmit(self, onboarding: str, *, run: str) -> None:
        """Let another run go on with it: the one before is lost to Temporal."""

    def past(self, onboarding: str) -> Past | None:
        """Its course so far; None before anything of it was written."""

    def dossier(self, onboarding: str) -> Dossier:
        """Raises UnknownOnboarding."""

    def basis(self, onboarding: str, keys: Collection[str]) -> Basis:
        """The dossier, and those of the keys that stand in the journal already. Raises UnknownOnboarding."""

    def registers(self, onboarding: str) -> Sequence[RegisterRow]:
        """Issues, risks, wins and scope changes as they stand."""

    def write(self, writing: Writing) -> None:
        """Write all of it in one transaction."""

    def load_by_owner(self) -> Mapping[str, int]:
        """Open onboardings per staff handle."""

    def of_account(self, sale: Sale) -> Sequence[KnownDeal]:
        """The same customer's other deals whose onboarding began and was no mistake, the newest first."""


class IntroductionLedger(Protocol):
    """Where introductions are written down."""

    def kept(self, introduction: str) -> Prospect | None:
        """The prospect that a door put there before the start."""

    def standing(self, introduction: str) -> IntroductionLine | None:
        """How it stands, of this round or the one before."""

    def admit(self, dossier: IntroductionDossier, *, run: str, begun_at: datetime) -> None:
        """Keep what a round of it stands on. Again with the same run it changes nothing."""

    def dossier(self, introduction: str) -> IntroductionDossier:
        """Raises UnknownOnboarding."""

    def write(self, writing: IntroductionWriting) -> None:
        """Write all of it in one transaction; at its end what still waited is withdrawn."""

    def load_by_owner(self) -> Mapping[str, int]:
        """Open introductions per staff handle."""


class Outbox(Protocol):
    """The notices that wait to be sent."""

    def ready(self, channel: str, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of the notices that may go now, oldest first."""

    def next_ready(self, channel: str, *, after: datetime) -> datetime | None:
        """When the next notice that may not go yet may; None when none waits for its hour."""

    def take(self, id: int) -> WaitingNotice | None:
        """The notice right before it goes; None when it was sent, refused or has become pointless (then withdrawn)."""

    def sent(self, id: int, receipt: Receipt) -> None: ...

    def refused(self, id: int, *, reason: str, at: datetime) -> str | None:
        """Record that it will never arrive and tell the owner; their handle, or None if it was to them."""


class Channel(Protocol):
    """A way to people's inboxes."""

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Hand the message over. Raises ChannelDown (try again) or ChannelRefuses (never try again)."""


class Office(Protocol):
    """What leaves the house by one channel: what waits for it, and how one of that goes. It is known by its number."""

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """What may go now, oldest first."""

    def next_ready(self, *, after: datetime) -> datetime | None:
        """When the next that may not go yet may; None when none waits for its hour."""

    async def deliver(self, id: int) -> str:
        """`sent`, `withdrawn` or `refused`. Raises ChannelDown, after which it is tried again."""


class Post(Protocol):
    """A way to other systems' addresses. It never raises: what went wrong stands in the answer."""

    async def __call__(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Tried: ...


class Webhooks(Protocol):
    """Who is told of the journal, and what is still to be told; a target is known by its number."""

    def ready(self, target: int, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of its deliveries that may go now, oldest first; what the journal got meanwhile becomes one of them."""

    def next_ready(self, target: int, *, after: datetime) -> datetime | None:
        """When the next delivery that may not go yet may; None when none waits for its hour."""

    def take(self, id: int) -> Outgoing | None:
        """The delivery right before it goes; None when it went, or its target is told nothing any more."""

    def sent(self, id: int, tried: Tried) -> None: ...

    def failed(self, id: int, tried: Tried, *, not_before: datetime) -> datetime:
        """It was not taken, and waits; since when its target has had nothing but failures."""

    def give_up(self, id: int) -> None:
        """Never try it again by itself."""

    def waiting(self, target: int) -> int:
        """How many of its deliveries wait."""

    def disable(self, id: int, *, reason: str, at: datetime | None = None) -> Target:
        """Tell the target nothing more."""


class Wake(Protocol):
    """How the sender of a channel learns that something waits. Raises when it cannot be told; a retry is harmless."""

    async def __call__(self, channel: str) -> None: ...


class Library(Protocol):
    """The playbooks there are."""

    def get(self, key: str) -> Playbook:
        """Raises KeyError."""

    def keys(self) -> Sequence[str]: ...

    def choose(self, yearly_value: float | None) -> str:
        """The key of the playbook for a deal of that worth."""


class Calendars(Protocol):
    def __call__(self, account: Account, *, years: range) -> WorkCalendar:
        """The customer's holidays in those years."""


class Staff(Protocol):
    def __call__(self) -> Team:
        """The directory as it is now."""


class Fleet(Protocol):
    """The workflows as Temporal knows them."""

    def running(self, kind: str) -> AsyncIterator[Sighting]:
        """Every running workflow of that type; a second or so behind."""

    def not_ended(self, kind: str) -> AsyncIterator[Sighting]:
        """Those that are paused in Temporal too."""

    async def look(self, id: str) -> Sighting | None:
        """How it stands now, by its newest run; None when Temporal knows none."""

    async def schedule(self, id: str) -> ScheduleSeen | None:
        """None when there is none by that id."""


class Census(Protocol):
    """What the store knows of the fleet, page by page in the order of ids."""

    def open_lines(self, *, after: str, most: int) -> Sequence[Line]:
        """Those that have not ended, deals that no run has taken up among them."""

    def handed_over(self, *, after: str, most: int) -> Sequence[Line]:
        """Those whose success programme should run: handed over, and not known to have been ended on purpose."""

    def line(self, onboarding: str) -> Line | None:
        """How one stands now."""

    def programme_ended(self, onboarding: str, *, at: datetime) -> None:
        """Remember that its programme was ended on purpose; Temporal forgets it some day."""

    def mailbag(self, channel: str, *, now: datetime) -> Mailbag:
        """What waits for the channel and might have gone by now."""

    def open_introductions(self, *, after: str, most: int) -> Sequence[Line]:
        """Introductions that have not ended, in the shape of onboardings."""

    def introduction(self, introduction: str) -> Line | None:
        """How one stands now."""

    def told_by_webhook(self, *, now: datetime) -> Mapping[int, Mailbag]:
        """What waits for each webhook that is told, by its number."""

    def told_to_crm(self, source: str) -> Mailbag:
        """Which records of a CRM are behind, and since when the oldest is, in business time."""

    def looked_through(self, sources: Collection[str]) -> Mapping[str, datetime | None]:
        """Until when each CRM was looked through for closed deals; None where it never was."""

    def refused_to_owners(self, *, since: datetime) -> Sequence[tuple[Line, int, datetime]]:
        """Onboardings whose own owner could not be written to: how many such mails, and the first of them."""

    def delivered_waiting(self) -> Undone:
        """What other systems delivered and nobody has settled."""

    def delivered_refused(self, *, since: datetime) -> Undone:
        """What other systems delivered and was refused since then."""

    def report(self, notices: Sequence[tuple[Notice, Person]]) -> None:
        """Put notices of the house itself into the outbox; one whose key is there already changes nothing."""


class Inbox(Protocol):
    """What other systems delivered."""

    def ready(self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()) -> Sequence[InboxRow]:
        """Those that wait and were never tried, oldest first; none of the sources `not_of`."""

    def tried_before(
        self, *, apart_from: Collection[int], most: int, not_of: Collection[str] = ()
    ) -> Sequence[InboxRow]:
        """Those that wait and have failed before, drawn by lot: none of them is always the last."""

    def waiting_about(self, source: str, subjects: Collection[str]) -> Sequence[InboxRow]:
        """Those of that source that wait about those things, oldest first."""

    def get(self, id: int) -> InboxRow | None: ...

    def settle(self, became: Mapping[int, Settled]) -> None:
        """Write down what became of them; one that is settled already stays as it is."""

    def waits_for(self, id: int, trouble: str) -> None:
        """Say what keeps it waiting, for whoever looks."""


class Measurements(Protocol):
    """Figures about onboardings, for whatever looks at figures."""

    def keep(self, onboarding: str, measured: Sequence[Measurement], *, key: str) -> None:
        """Keep them; again under the same key it changes nothing. Raises UnknownOnboarding."""


class UsageBooks(Protocol):
    """The use of the product, as it is written down."""

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        """Count the next days of groups that something was written to, in the order of groups and days."""

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        """They need not be counted again, where nothing was written since."""

    def link(self, *, most: int) -> int:
        """Note by which groups the product may know the next deals that were taken up since; 0 when there are none."""

    def using(self, groups: Collection[str]) -> Sequence[Using]:
        """The onboardings of those groups that have not ended, and whose playbooks let usage reach milestones."""

    def users(self, groups: Collection[str], event: str, *, since: datetime) -> int:
        """How many users of the groups did it since then."""

    def active(self, groups: Collection[str], *, since: date) -> int:
        """How many users of the groups did anything on that day or later."""

    def forget(self, *, before: date) -> int:
        """Delete some of the events of the days before that, and say how many; 0 when there are none left."""


class Handler(Protocol):
    """What follows from a delivery. Again it changes nothing.

    Raises Refused when a person must look, NotReachable when trying again helps.
    """

    @property
    def reads_the_present(self) -> bool:
        """Whether it looks at how the world is now: then one look does for all of one kind about one thing."""

    async def __call__(self, row: InboxRow) -> Settled: ...


class ForeignDeals(Protocol):
    """How records of another system become deal files, as its mapping says now; `record` is JSON.

    Every method raises NotReachable while the mapping cannot be used.
    """

    def source(self) -> str:
        """The system, as it stands in ids."""

    def properties(self) -> Collection[str]:
        """What the system has to be asked for by name."""

    def won(self) -> Collection[str]:
        """The stages in which a deal is closed, by the CRM's own ids."""

    def write_back(self) -> WriteBack | None:
        """Into which properties of the record an onboarding is written; None where nothing is."""

    def phase(self, record: Mapping[str, Any]) -> Phase | None:
        """What the stage that the record is in means to us."""

    def deal(self, record: Mapping[str, Any]) -> DealClosed:
        """The deal file that the record gives. Raises InvalidDeal naming field and expression."""

    def raw(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the record gives of a deal file, complete or not. Raises InvalidDeal for what is unreadable."""


class Crm(Protocol):
    """A CRM as it is now. Every method raises NotReachable, and Refused when a person has to do something first."""

    async def deal(self, id: str, *, properties: Collection[str]) -> Mapping[str, Any]:
        """The deal's record, JSON for the mapping, of the deal alone. Raises NotFound."""

    async def in_full(self, record: Mapping[str, Any], *, properties: Collection[str]) -> Mapping[str, Any]:
        """The record with whatever belongs to the deal: its company, contacts and owner."""

    async def closed_since(
        self, changed: datetime, *, closed: datetime, stages: Collection[str], after: str | None = None
    ) -> DealPage:
        """Deals in those stages that closed and were changed since those moments, page by page."""

    async def write(self, id: str, properties: Mapping[str, str]) -> None:
        """Set fields of the deal. Raises NotFound."""


class Rechecks(Protocol):
    """How far each CRM has been looked through."""

    def recheck(self, source: str) -> Recheck | None:
        """None before the first look."""

    def looked(self, recheck: Recheck) -> None:
        """Remember how far; `first` stays what it was at first."""


class WriteBackNames(Protocol):
    """Into which properties of a CRM's record an onboarding is written; None where nothing is. Raises NotReachable."""

    def __call__(self) -> WriteBack | None: ...


class Dossiers(Protocol):
    """What does not change about onboardings."""

    def dossier(self, onboarding: str) -> Dossier:
        """Raises UnknownOnboarding."""


class WriteBacks(Protocol):
    """Which records of a CRM are behind their onboardings, and how it went with writing them."""

    def moved(self, source: str, *, most: int) -> Sequence[Seen]:
        """Onboardings of that source that have taken a turn since it was last looked what their record should say."""

    def judge(self, seen: Seen, source: str, *, differs: bool, now: datetime) -> None:
        """Remember that it was looked at; where its record is behind, it waits from now on."""

    def ready(self, source: str, *, now: datetime, most: int) -> Sequence[int]:
        """Ids of those that may be written now, oldest first."""

    def next_ready(self, source: str, *, after: datetime) -> datetime | None:
        """When the next one that may not be written yet may."""

    def take(self, id: int) -> Seen | None:
        """How the onboarding stands right before it is written; None when there is nothing to write any more."""

    def wrote(self, id: int, written: dict[str, str], *, as_of: datetime) -> None:
        """The record says how the onboarding stood then; a turn since then is still to be looked at."""

    def waits(self, id: int, *, reason: str, not_before: datetime) -> None:
        """It cannot be written now."""

    def refused(self, id: int, *, reason: str, not_before: datetime, as_of: datetime) -> None:
        """A person has to do something first; a turn since then is still to be looked at."""


class Started(Protocol):
    """The answer to a start: `already` where the deal had been started before, `completed` what it added then."""

    @property
    def onboarding(self) -> str: ...
    @property
    def already(self) -> bool: ...
    @property
    def completed(self) -> tuple[str, ...]: ...


class Doorway(Protocol):
    """The one door to onboardings, as handlers need it."""

    async def start(self, raw: object) -> Started:
        """Raises InvalidDeal, NotReachable."""

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        """Raises InvalidNews, Refused, NotFound, NotReachable."""


class Introductions(Protocol):
    """The phase before the close, as handlers need it. Every method may be called again without harm."""

    async def begin(self, raw: Mapping[str, Any]) -> str:
        """A deal is in a late stage: its introduction begins, or hears what is new of the prospect. Its id.

        Raises InvalidDeal naming the field, NotReachable.
        """

    async def won(self, source: str, deal_id: str) -> Learnt | None:
        """The deal was won: its introduction ends, and tells what was learnt; None where it had none.

        The door asks by itself at every start, and lays it over the deal. Raises NotReachable.
        """

    async def lost(self, source: str, deal_id: str) -> str | None:
        """The deal was lost: its introduction ends, what waited is withdrawn. Its id; None where it had none.

        Raises NotReachable.
        """
