"""Two customers on a real Temporal server: planned, changed to another version of their playbook, one taken back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.agenda import State, carried
from domain.playbook import content_hash
from domain.rehearsal.memory import Memory
from domain.rehearsal.planning import Planned, plan_for
from store import reads
from tests.domain.agenda.test_changing import edited, with_another_day
from tests.stories.test_api import API, fresh_deal
from tests.support import servers
from tests.support.simulation import MANAGER, high_touch, staff
from tests.support.web import Web, problem, working_web_on

temporal_address = servers.temporal_address

FEWER = {"reason": "Fewer mails", "by": MANAGER}


async def state_of(web: Web, onboarding: str) -> State:
    door = web.parts.door_on(await web.parts.client(), "api")
    return carried(await door.ask(onboarding, "carried"))


def planned(web: Web, onboarding: str, state: State) -> Planned:
    to = edited(with_another_day)
    dossier = web.parts.ledger.dossier(onboarding)
    now = state.clock.business(datetime.now(UTC))
    return plan_for(state, dossier, staff(), Memory(), to=to, hashed=content_hash(to), now=now)


async def test_two_customers_are_changed_and_one_goes_back(tmp_path: Path, temporal_address: str) -> None:
    """What was planned is what the journal says was done, and nothing is left of what was taken back."""
    to, before = content_hash(edited(with_another_day)), content_hash(high_touch())
    async with working_web_on(tmp_path, temporal_address) as web:
        web.client.headers.update(web.token())
        web.parts.ledger.keep_playbook(edited(with_another_day))
        ids = [f"{letter}{tmp_path.name}".replace("-", "_") for letter in "ab"]
        for id in ids:
            await web.client.post(f"{API}/onboardings", json=fresh_deal(id))
        onboardings = [f"onboarding-file-{id}" for id in ids]

        async def tell(onboarding: str, **news: Any) -> Any:
            return await web.client.post(f"{API}/onboardings/{onboarding}/news/change_playbook", json={**FEWER, **news})

        at_first = {one: await state_of(web, one) for one in onboardings}
        plans = {one: planned(web, one, state) for one, state in at_first.items()}
        unknown = await tell(onboardings[0], to="0" * 64)
        answers = [await tell(one, to=to) for one in onboardings]
        back = await tell(onboardings[0], to=before)

        assert ("to", 422) == (problem(unknown)["field"], unknown.status_code)
        assert [200, 200, 200] == [answer.status_code for answer in (*answers, back)]
        for one in onboardings:
            rows = await asyncio.to_thread(reads.journal, web.parts.engine, one)
            made = next(row for row in rows if row.kind == "playbook_changed")
            expected = plans[one].difference.model_dump(mode="json", exclude_defaults=True)
            assert {"from": before, "to": to, **expected} == dict(made.data)
        states = [await state_of(web, one) for one in onboardings]
        assert [before, to] == [state.playbook_hash for state in states]
        assert at_first[onboardings[0]].milestones == states[0].milestones
        assert edited(with_another_day) == web.parts.ledger.dossier(onboardings[1]).playbook
