"""Which CRMs do the settings connect us to, and which of them are written back to?"""

from collections.abc import Collection, Mapping

from domain.trouble import NotReachable
from playbooks.mappings.files import HUBSPOT, SALESFORCE, MappingFile
from runtime.settings import Settings, each_secret


def connected(settings: Settings) -> Mapping[str, MappingFile]:
    """The mapping of each CRM that we may ask, by the inbox's word for it."""
    found: dict[str, MappingFile] = {}
    if each_secret(settings.hubspot_api_token):
        found["hubspot"] = MappingFile(settings.hubspot_mapping or HUBSPOT)
    if settings.salesforce_url and each_secret(settings.salesforce_client_id):
        found["salesforce"] = MappingFile(settings.salesforce_mapping or SALESFORCE)
    return found


def written_to(settings: Settings) -> Collection[str]:
    """Those of them whose records say how their onboardings get on; one whose file cannot be read counts."""
    return [name for name, mapping in connected(settings).items() if _writes(mapping)]


def _writes(mapping: MappingFile) -> bool:
    try:
        return mapping.write_back() is not None
    except NotReachable:
        return True
