"""What do the activities need from the world? The ports: protocols, one file a subject, that `wiring/` fills in."""

from activities.ports.crm import Crm, ForeignDeals, Merges, Rechecks
from activities.ports.doors import Introductions, Onboardings, Retelling, Started
from activities.ports.fleet import Census, Departures, Fleet, Pasts
from activities.ports.inbox import Handler, Inbox, Measurements, Renewals
from activities.ports.ledgers import Confirmations, Dossiers, IntroductionLedger, Ledger, Texts
from activities.ports.measure import Customers, Evaluations
from activities.ports.outgoing import (
    Channel,
    ChannelWithLine,
    Office,
    OfficeWithLine,
    Outbox,
    Post,
    ToDeliver,
    Wake,
    Webhooks,
    WriteBackNames,
    WriteBacks,
)
from activities.ports.people import Staff
from activities.ports.usage import UsageBooks
from domain.rules.admission import Calendars, Library

__all__ = [
    "Confirmations",
    "Retelling",
    "Calendars",
    "Census",
    "Channel",
    "ChannelWithLine",
    "Crm",
    "Customers",
    "Departures",
    "Dossiers",
    "Evaluations",
    "Fleet",
    "ForeignDeals",
    "Handler",
    "Inbox",
    "IntroductionLedger",
    "Introductions",
    "Ledger",
    "Library",
    "Measurements",
    "Merges",
    "Office",
    "OfficeWithLine",
    "Onboardings",
    "Outbox",
    "Pasts",
    "Post",
    "Rechecks",
    "Renewals",
    "Staff",
    "Started",
    "Texts",
    "ToDeliver",
    "UsageBooks",
    "Wake",
    "Webhooks",
    "WriteBackNames",
    "WriteBacks",
]
