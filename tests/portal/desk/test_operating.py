"""Do inbox, findings and playbooks say what is the matter, and is it mended by a button? By a client, on a port."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx2
import pytest

from activities.sweep import Swept
from domain.finding import Finding
from domain.inbox import Incoming, Settled
from domain.refusal import Refused
from starter.repairing import Mending, Nightly, Remedy, Repairing
from store.inbox import SqlInbox
from tests.support.desk import DeskSite, desk_on

OVERDUE = Finding(kind="overdue", subject="onboarding-salesforce-1", owner="jonas.weber", cause="due since yesterday")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[DeskSite]:
    async with desk_on(tmp_path) as site:
        yield site


@pytest.fixture
async def csm(site: DeskSite) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.signed_in("csm") as browser:
        yield browser


@pytest.fixture
def refused(site: DeskSite) -> int:
    """A deal that was delivered and could begin nothing."""
    inbox = SqlInbox(site.engine)
    body = {"account": {"name": "<b>Kranich</b>"}}
    inbox.keep([Incoming(source="hubspot", kind="deal", key="1", subject="4711", body=body)])
    [row] = inbox.page().rows
    inbox.settle({row.id: Settled(state="refused", outcome="is missing", field="account.country")})
    return row.id


async def test_a_refused_delivery_says_why_and_is_tried_again_by_a_button(
    site: DeskSite, csm: httpx2.AsyncClient, refused: int
) -> None:
    """What works through the inbox is woken; that it cannot be reached now is said, and harmful to nobody."""
    woken: list[str] = []

    async def wake() -> None:
        woken.append("receiver")

    site.parts.wake_receiver = wake  # type: ignore[method-assign]  # a bell that needs no server
    listed = await csm.get("/desk/inbox?state=refused")
    one = await csm.get(f"/desk/inbox/{refused}")
    in_japanese = await csm.get(f"/desk/inbox/{refused}?language=ja")
    again = await csm.post(f"/desk/inbox/{refused}?language=en")

    assert "ご記入ください。" in in_japanese.text
    assert "is missing" in listed.text
    assert "account.country" in listed.text
    assert "&lt;b&gt;Kranich" in one.text
    assert "It will be worked through again." in again.text
    assert ["receiver"] == woken
    row = SqlInbox(site.engine).get(refused)
    assert row is not None
    assert "waiting" == row.state


async def test_a_viewer_looks_at_deliveries_and_tries_none_again(site: DeskSite, refused: int) -> None:
    async with site.signed_in("viewer") as browser:
        assert "Try it again" not in (await browser.get(f"/desk/inbox/{refused}")).text
        assert 403 == (await browser.post(f"/desk/inbox/{refused}")).status_code
        assert 403 == (await browser.post("/desk/inbox")).status_code
        assert 404 == (await browser.get("/desk/inbox/99999999999999999999")).status_code


@dataclass
class Sweeping:
    """A fleet in which one onboarding is overdue."""

    done: list[str] = field(default_factory=list)
    looks: int = 0

    async def look(self) -> Swept:
        self.looks += 1
        return Swept(onboardings=3, findings=(OVERDUE,))

    async def nightly(self) -> Nightly:
        return Nightly(ended_at=datetime(2026, 11, 1, 3, tzinfo=UTC))

    async def remedies(self, subject: str) -> Mending:
        if subject != OVERDUE.subject:
            raise Refused(f"nothing is the matter with {subject}")

        async def do() -> str:
            self.done.append(subject)
            return "woken"

        return Mending([Remedy(OVERDUE, "it is woken, and drafts its agenda anew", do)])


async def test_a_finding_is_mended_only_after_it_was_said_what_will_be_done(site: DeskSite) -> None:
    """Looking takes as long as the fleet is large: opening the page does not."""
    sweeping = Sweeping()

    async def repairing() -> Repairing:
        return cast("Repairing", sweeping)

    site.parts.repairing = repairing  # type: ignore[method-assign]  # a fleet that needs no server
    async with site.signed_in("manager") as manager:
        await manager.get("/desk/findings")
        assert 0 == sweeping.looks
        found = await manager.post("/desk/findings")
        asked = await manager.get(f"/desk/findings/{OVERDUE.subject}")
        assert [] == sweeping.done
        mended = await manager.post(f"/desk/findings/{OVERDUE.subject}")
        nothing = await manager.get("/desk/findings/onboarding-x-1")

        japanese = await manager.get(f"/desk/findings/{OVERDUE.subject}?language=ja")
        none = await manager.get("/desk/findings/onboarding-x-1?language=ja")

    assert "行う内容： 処理を再開し、予定を作り直します。" in japanese.text
    assert "onboarding-x-1に問題は見つかりません。" in none.text
    assert "its wake-up has passed, and nothing happened" in found.text
    assert "it is woken" in asked.text
    assert [OVERDUE.subject] == sweeping.done
    assert "Done." in mended.text
    assert "nothing is the matter" in nothing.text


async def test_mending_takes_a_manager(csm: httpx2.AsyncClient) -> None:
    assert 403 == (await csm.get("/desk/findings")).status_code
    assert 403 == (await csm.post(f"/desk/findings/{OVERDUE.subject}")).status_code


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_playbook_is_read_with_its_stages_gates_and_who_hears_what(
    site: DeskSite, csm: httpx2.AsyncClient, language: str
) -> None:
    """And with the number of onboardings that go by each of its versions."""
    site.opened()
    listed = await csm.get(f"/desk/playbooks?language={language}")
    page = await csm.get(f"/desk/playbooks/high-touch?language={language}")

    playbook = next(iter(site.door.onboardings.values())).dossier.playbook
    title = playbook.stages[0].milestones[0].title
    text = title if isinstance(title, str) else title[language]  # type: ignore[index]  # a text in both languages
    assert '<td class="n">1</td>' in listed.text
    assert text in page.text
    assert 404 == (await csm.get("/desk/playbooks/none-such")).status_code


async def test_a_playbook_that_cannot_be_used_is_listed_with_what_is_wrong_line_by_line(tmp_path: Path) -> None:
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "ours.yaml").write_text("key: ours\ntitle: Ours\nstages: none\n", encoding="utf-8")
    async with desk_on(tmp_path, playbooks=folder) as site, site.signed_in("viewer") as browser:
        listed = (await browser.get("/desk/playbooks")).text
        page = (await browser.get("/desk/playbooks/ours")).text

    assert 'href="/desk/playbooks/ours"' in listed
    assert "Its file cannot be used" in listed
    assert re.search(r"Line 3</th><td[^>]*><code>stages</code>", page)
