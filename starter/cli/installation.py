"""Where does a command find Temporal, the store and the playbooks? A running stack first, then the configuration."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from domain.clock import DAY
from runtime.settings import Settings, load_settings
from starter.cli.options import Where
from starter.embedded.folder import NAMESPACE, RunningStack, running_on
from starter.trouble import NotReachable

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import Engine
    from temporalio.client import Client

    from activities.ports import Calendars, Staff
    from playbooks.library import Library
    from starter.deploys.open_workflows import OpenWorkflows
    from starter.doors.deeds import Deeds
    from starter.doors.introductions import IntroductionDoor
    from starter.doors.onboardings import OnboardingDoor
    from store.introductions import SqlIntroductions
    from store.ledger import SqlLedger
    from wiring.doors import Doors
    from wiring.reading import Reader


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What a command works with; each part is made when it is first asked for."""

    settings: Settings
    stack: RunningStack | None
    address: str | None
    named: bool = False
    """Whether the folder was named on the command line: then only the stack on it is meant, not what runs elsewhere."""

    @cached_property
    def engine(self) -> "Engine":
        from store.engine import open_store

        if self.settings.database_url is None and not (self.settings.data / "day90.sqlite").exists():
            raise NotReachable(
                f"nothing in {self.settings.data} yet: start with `day90 up`, or name its folder with --data"
            )
        if (file := self.settings.sqlite_file) is not None and not file.exists():
            raise NotReachable(f"DAY90_DATABASE_URL names {file}, which is not there: `day90 migrate` makes it")
        return open_store(self.settings.sql_url)

    @cached_property
    def ledger(self) -> "SqlLedger":
        from store.ledger import SqlLedger

        return SqlLedger(self.engine)

    @cached_property
    def library(self) -> "Library":
        return library_of(self.settings)

    @cached_property
    def staff(self) -> "Staff":
        return staff_of(self.settings)

    @cached_property
    def reader(self) -> "Reader":
        """Reads what mails say."""
        from wiring.reading import Reader

        return Reader(self.settings)

    @property
    def calendars(self) -> "Calendars":
        from activities.calendars import public_holidays

        return public_holidays

    def meant(self, onboarding: str) -> str:
        """The onboarding's id, named by it, by the deal's id or by a part of the account. Raises UnknownOnboarding."""
        from store.reads import resolve

        return resolve(self.engine, onboarding)

    def zone(self, onboarding: str) -> str:
        """The customer's time zone. Raises UnknownOnboarding."""
        return self.ledger.dossier(onboarding).calendar.time_zone

    @property
    def day_length(self) -> "timedelta":
        return self.stack.day_length if self.stack else self.settings.day_length

    def business_now(self, as_of: datetime | None) -> datetime:
        """The onboarding's own time: by the clock, and on a compressed clock that of its last turn."""
        now = datetime.now(UTC)
        return now if self.day_length == DAY or as_of is None else as_of

    def deeds(self) -> "Deeds":
        """Who has done it, by what way and when: for what a command does in the customer's room or beside it."""
        from starter.doors.deeds import Deeds

        return Deeds(engine=self.engine, ledger=self.ledger, staff=self.staff, via="cli", now=self.business_now)

    def link(self, onboarding: str) -> str | None:
        """Its page in the Temporal UI, where one is known."""
        ui = self.stack.ui if self.stack else self.settings.temporal_ui
        if not ui:
            return None
        from runtime.connection import namespace

        return f"{ui}/namespaces/{NAMESPACE if self.stack else namespace()}/workflows/{onboarding}"

    @property
    def public_address(self) -> str:
        """The address of the web process for others: the setting, else where the running stack has it."""
        listens = self.stack.web if self.stack else None
        return self.settings.public_url or listens or self.settings.public_address

    @property
    def task_queue(self) -> str:
        return self.stack.task_queue if self.stack else self.settings.task_queue

    async def client(self) -> "Client":
        """A connection to Temporal. Raises CannotReachTemporal, BadTemporalProfile, NotReachable."""
        from runtime.connection import connect
        from runtime.telemetry import silent

        if self.named and self.address is None:
            raise NotReachable(f"no stack is running on {self.settings.data}")
        return await connect(address=self.address, runtime=silent())

    async def fleet(self) -> "OpenWorkflows":
        """Everything that is open. Raises CannotReachTemporal, BadTemporalProfile, NotReachable."""
        from starter.deploys.open_workflows import OpenWorkflows

        return OpenWorkflows(await self.client(), self.task_queue)

    @cached_property
    def introductions(self) -> "SqlIntroductions":
        from store.introductions import SqlIntroductions

        return SqlIntroductions(self.engine)

    async def doors(self) -> "Doors":
        """The doors to onboardings and introductions. Raises CannotReachTemporal, BadTemporalProfile, NotReachable."""
        from wiring.doors import doors

        return doors(
            await self.client(),
            self.engine,
            library=self.library,
            staff=self.staff,
            task_queue=self.task_queue,
            ledger=self.ledger,
            day_length=self.day_length,
            customer_in_memo=self.settings.customer_in_memo,
            ending_grace=self.settings.ending_grace,
        )

    async def door(self) -> "OnboardingDoor":
        """The way in to one onboarding. Raises like `doors`."""
        return (await self.doors()).onboardings

    async def introduction_door(self) -> "IntroductionDoor":
        """The way in to one introduction. Raises like `doors`."""
        return (await self.doors()).introductions


def installation_at(where: Where) -> Installation:
    """The installation of a command. Raises BadSetting."""
    settings = load_settings(flags={"data": where.data})
    stack = running_on(settings.data)
    address = where.temporal_address or (stack.temporal if stack else None)
    return Installation(settings=settings, stack=stack, address=address, named=where.data is not None)


def library_of(settings: Settings) -> "Library":
    from playbooks.library import Library

    return Library(settings.playbooks)


def staff_of(settings: Settings) -> "Staff":
    from playbooks.library import load_team

    return lambda: load_team(settings.team)
