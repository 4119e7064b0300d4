"""How are the desk's pages checked with tools of others? `python -m tests.support.desk_pages FOLDER` writes them all.

As of the room's: tests/support/room_pages.py.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

import httpx2

from runtime.sealing_key import make_sealing_key, sealing_keys
from store.sealing import Sealing
from store.tokens import SqlTokens
from store.webhooks import SqlWebhooks
from tests.support.desk import DeskSite, desk_on
from tests.support.desk_door import with_real_door
from tests.support.room_pages import keep_page, lived

PATHS = (
    *("/desk/", "/desk/onboardings", "/desk/onboardings?q=nobody+at+all", "/desk/questions", "/desk/capacity"),
    *("/desk/introductions", "/desk/introductions/begin", "/desk/start", "/desk/inbox", "/desk/findings"),
    *("/desk/playbooks", "/desk/playbooks/high-touch", "/desk/me", "/desk/staff", "/desk/staff/1", "/desk/tokens"),
    *("/desk/tokens/1", "/desk/webhooks", "/desk/webhooks/1", "/desk/nothing"),
)
OF_ONE = (
    *("", "/plan", "/journal", "/why?key=gone_live", "/notices", "/people", "/issues", "/risks", "/files", "/record"),
    *("/questions", "/news", "/adoption", "/goals", "/goals/define", "/goals/report", "/record/fill"),
)
FORMS = ("/desk/start", "/desk/introductions/begin", "/desk/me", "/desk/staff", "/desk/tokens")
"""Pages that are sent as they are, with nothing in them: what is wrong is said."""


async def written(folder: Path) -> int:
    """Write each page in both languages; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        make_sealing_key(Path(data))
        async with desk_on(Path(data)) as site:
            with_real_door(site)
            onboarding = lived(site.room)
            onboarding.tell("record_risk", risk="time", title="No time", probability=4, impact=4, by="jonas.weber")
            _administered(site)
            async with site.client() as stranger:
                keep_page(folder, "desk-sign-in", await stranger.get("/desk/sign-in"))
                keep_page(folder, "desk-sign-in-wrong", await stranger.post("/desk/sign-in", data={"address": "x"}))
            async with site.signed_in("administrator") as admin:
                for language in ("en", "ja"):
                    await _inside(admin, folder, onboarding.id, language)
    return len(list(folder.glob("desk*.html")))


def _administered(site: DeskSite) -> None:
    """A token and a webhook."""
    SqlTokens(site.engine).create("Warehouse sync", scopes=["onboardings:read", "people:read"])
    webhooks = SqlWebhooks(site.engine, sealing=Sealing(sealing_keys(site.parts.settings)))
    webhooks.add("https://hooks.example.test/day90", types=["day90.went_live"], secret="whsec_x")


async def _inside(admin: httpx2.AsyncClient, folder: Path, onboarding: str, language: str) -> None:
    one = f"/desk/onboardings/{onboarding}"
    each = [*PATHS, *(f"{one}{part}" for part in OF_ONE)]
    each += sorted(set(re.findall(rf'href="({one}/(?:news|notices)/[^"?]+)', (await _linking(admin, one)))))
    for path in each:
        asked = f"{path}{'&' if '?' in path else '?'}language={language}"
        keep_page(folder, f"{path.replace(one, '/desk/one')}-{language}", await admin.get(asked))
    for path in FORMS:
        keep_page(
            folder, f"{path}-wrong-{language}", await admin.post(f"{path}?language={language}", data={"once": ""})
        )


async def _linking(admin: httpx2.AsyncClient, one: str) -> str:
    """The pages that lead to every form of news, and to messages."""
    return "".join([(await admin.get(f"{one}{part}")).text for part in ("/news", "/notices")])


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(written(Path(sys.argv[1])))} pages\n")
