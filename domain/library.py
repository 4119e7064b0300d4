"""What is a page of the library? Training and help for a customer's people, by product, role and stage."""

from collections.abc import Collection
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from domain.deal import CustomerRole
from domain.text import Language, Text, folded
from domain.wire import Line, Slug, StrictWire

MOST_STEPS = 40
"""Steps of one checklist: more is a course."""
Format = Literal["guide", "checklist", "course", "answers", "video"]


class AboutPage(StrictWire):
    """What stands before the text of a page. Nothing named means everybody: every product, role or stage."""

    title: Text = Field(description="its title, in both languages where it is listed in both")
    language: Language = Field(description="the language of its text")
    format: Format = Field(description="how it is read")
    products: tuple[Line, ...] = Field((), description="products that it is about, as deals name them")
    roles: tuple[CustomerRole, ...] = Field((), description="roles of the customer that it is for")
    stages: tuple[Slug, ...] = Field((), description="stages in which it is needed, of any playbook")
    video: str | None = Field(None, description="address of a video, https://…", max_length=500)
    steps: dict[Slug, Line] = Field(
        default_factory=dict,
        description="of a checklist: what people do, one after the other, by keys that every language has",
        max_length=MOST_STEPS,
    )


class LibraryPage(NamedTuple):
    """A page in one language. The same `key` in another language is the same page."""

    key: str
    about: AboutPage
    body: str

    def is_about(self, products: Collection[str]) -> bool:
        """Whether it is about one of these products, or about none in particular."""
        bought = {folded(product) for product in products}
        return not self.about.products or any(folded(product) in bought for product in self.about.products)

    def is_for(self, role: str, stages: Collection[str]) -> bool:
        """Whether somebody in that role needs it while these stages are open."""
        for_role = not self.about.roles or role in self.about.roles
        return for_role and (not self.about.stages or any(stage in stages for stage in self.about.stages))

    def video_on(self, hosts: Collection[str]) -> str:
        """The address of its video; empty without one, and for one that is on none of these hosts."""
        video = self.about.video or ""
        return video if is_on(video, hosts) else ""


def is_on(address: str, hosts: Collection[str]) -> bool:
    """Whether that is an https address on one of the hosts, at its usual port and without a user's name."""
    if any(ord(character) < 33 or character in '\\"<>' for character in address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "https" and port is None and "@" not in parts.netloc
    return plain and (parts.hostname or "") in {host.lower() for host in hosts}
