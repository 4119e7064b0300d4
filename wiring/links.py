"""What makes the links of messages, and the codes that let somebody in? The key and the address of the settings."""

from runtime.sealing_key import key_of_links
from runtime.settings import Settings
from store.links import LinkMaker


def link_maker(settings: Settings) -> LinkMaker | None:
    """What makes the links of messages; None where the settings name no address of the pages, or there is no key."""
    return link_maker_at(settings.pages_url, settings) if settings.pages_url else None


def link_maker_at(address: str, settings: Settings) -> LinkMaker | None:
    """What makes links to pages at that address; None where there is no key."""
    key = key_of_links(settings)
    return LinkMaker(address=address, key=key, domains=settings.domains_of_rooms) if key else None
