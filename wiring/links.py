"""What makes the links of messages, and the codes that let somebody in? The key and the address of the settings."""

from runtime.sealing_key import key_of_links
from runtime.settings import Settings
from store.links import LinkMaker


def link_maker(settings: Settings) -> LinkMaker | None:
    """What makes the links of messages; None where the settings name no address of the pages, or there is no key."""
    key = key_of_links(settings) if settings.pages_url else None
    return LinkMaker(address=settings.pages_url, key=key) if settings.pages_url and key else None
