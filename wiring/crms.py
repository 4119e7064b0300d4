"""Which CRMs do the settings connect us to, how are their records read, and which of them are written back to?"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from activities.crm.hubspot import HubSpot
from activities.crm.salesforce import Salesforce
from activities.ports import Dossiers, Office, WriteBacks
from activities.reconciliation import Source
from activities.write_backs import CrmOffice, channel_of
from domain.trouble import NotReachable
from playbooks.mappings.files import HUBSPOT, SALESFORCE, MappingFile
from runtime.settings import Settings, each_secret

WRITING_BACK_THREADS = 4
"""For the database alone: a call to a CRM holds no thread."""


def sources(settings: Settings) -> Mapping[str, Source]:
    """Every CRM that we know, by the inbox's word for it; its `crm` is None where we may not ask it."""
    return {"hubspot": hubspot(settings), "salesforce": salesforce(settings)}


def hubspot(settings: Settings) -> Source:
    """HubSpot, where we have a token for it, and the mapping of its deals."""
    tokens = each_secret(settings.hubspot_api_token)
    crm = HubSpot(settings.hubspot_api, tokens[0]) if tokens else None
    return Source(crm, MappingFile(settings.hubspot_mapping or HUBSPOT, settings.money))


def salesforce(settings: Settings) -> Source:
    """Salesforce, where we have an app in it, and the mapping of its opportunities."""
    ids, secrets = each_secret(settings.salesforce_client_id), each_secret(settings.salesforce_client_secret)
    crm = Salesforce(settings.salesforce_url, ids[0], secrets[0]) if settings.salesforce_url and ids else None
    return Source(crm, MappingFile(settings.salesforce_mapping or SALESFORCE, settings.money))


def connected(settings: Settings) -> Collection[str]:
    """The CRMs that we may ask, by the inbox's word for each."""
    return [name for name, source in sources(settings).items() if source.crm is not None]


def written_to(settings: Settings) -> Collection[str]:
    """Those of them whose records say how their onboardings get on; one whose mapping cannot be read counts."""
    return [name for name, source in sources(settings).items() if source.crm is not None and _writes(source)]


def offices(
    known: Mapping[str, Source],
    write_backs: WriteBacks,
    *,
    dossiers: Dossiers,
    now: Callable[[], datetime],
    ui: str,
) -> Mapping[str, Office]:
    """What is written back to a CRM that we reach has an office of its own, by its channel."""
    return {
        channel_of(name): CrmOffice(
            source=name,
            crm=source.crm,
            names=source.mapping.write_back,
            write_backs=write_backs,
            dossiers=dossiers,
            threads=ThreadPoolExecutor(WRITING_BACK_THREADS, thread_name_prefix="write-back"),
            now=now,
            ui=ui,
        )
        for name, source in known.items()
        if source.crm is not None
    }


def _writes(source: Source) -> bool:
    try:
        return source.mapping.write_back() is not None
    except NotReachable:
        return True
