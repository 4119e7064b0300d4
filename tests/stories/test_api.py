"""An onboarding over HTTP alone, on a real Temporal server: started, told, refused, approved, looked at, verified."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from store.tables import keyed_answers
from tests.domain.test_audit import verified
from tests.support import servers
from tests.support.onboardings import sample_deal
from tests.support.web import Web, problem, working_web_on

temporal_address = servers.temporal_address

API = "/api/v1"


def fresh_deal(id: str) -> dict[str, Any]:
    """A deal of the fullest playbook that was closed an hour ago."""
    closed = datetime.now(UTC) - timedelta(hours=1)
    raw = sample_deal("lindenau-germany", id=id, source="file", closed_at=closed.isoformat())
    for past in ("go_live_by", "near_term", "busy_seasons"):
        raw.pop(past, None)
    return raw


async def test_an_onboarding_over_http_alone(tmp_path: Path, temporal_address: str) -> None:
    """From the start to the dossier that a stranger verifies."""
    async with working_web_on(tmp_path, temporal_address) as web:
        web.client.headers.update(web.token())
        deal = fresh_deal(f"story{tmp_path.name}".replace("-", "_"))
        started = await web.client.post(f"{API}/onboardings", json=deal)
        again = await web.client.post(f"{API}/onboardings", json=deal)
        it = started.headers["location"]

        assert (201, 200) == (started.status_code, again.status_code)
        assert (False, True) == (started.json()["already"], again.json()["already"])
        standing = await web.client.get(it)
        assert {"on_track", "Europe/Berlin"} == {standing.json()["status"], standing.json()["time_zone"]}

        async def tell(kind: str, **news: Any) -> Any:
            return await web.client.post(f"{it}/news/{kind}", json=news)

        early = await tell("sign_off", milestone="plan_agreed", decision="approve", by="project_lead")
        assert ("milestone", 409) == (problem(early)["field"], early.status_code)
        kickoff = await tell("reach_milestone", milestone="kickoff_held", by="jonas.weber", note="All five points.")
        assert (200, False) == (kickoff.status_code, kickoff.json()["repeated"])
        nobody = await tell("sign_off", milestone="plan_agreed", decision="approve", by="nobody")
        assert (422, "by") == (problem(nobody)["status"], problem(nobody)["field"])
        not_a_signer = await tell("sign_off", milestone="plan_agreed", decision="approve", by="end_user")
        assert (409, "by") == (problem(not_a_signer)["status"], problem(not_a_signer)["field"])
        rejected = await tell(
            "sign_off", milestone="plan_agreed", decision="reject", by="project_lead", reasons=["fast"]
        )
        approved = await tell(
            "sign_off", milestone="plan_agreed", decision="approve", by="s.vogel@lindenau-moebel.example"
        )
        assert [200, 200] == [rejected.status_code, approved.status_code], approved.text
        change = await tell("request_scope_change", title="A second warehouse")
        assert "change-1" == change.json()["request"]

        rows = await journal(web, it, until="scope_change_requested")
        assert ["api"] == list({row["via"] for row in rows if row["by"] or row["kind"] == "scope_change_requested"})
        why = (await web.client.get(f"{it}/why/plan_agreed")).json()
        assert "plan_agreed was reached at" in why["now"]
        assert {"sign_off_rejected", "milestone_reached"} <= {row["kind"] for row in why["happened"]}
        agenda = (await web.client.get(f"{it}/agenda")).json()["items"]
        assert agenda == sorted(agenda, key=lambda entry: entry["due"])
        plan = (await web.client.get(f"{it}/plan")).json()
        assert {"kickoff_held", "plan_agreed"} <= {
            one["key"] for one in plan["milestones"] if one["status"] == "reached"
        }
        assert any(one["because"] for one in plan["milestones"])

        dossier = (await web.client.get(f"{it}/dossier")).json()
        code, said = verified(json.dumps(dossier), tmp_path, "--head", dossier["head"])
        assert 0 == code, said
        assert ["reject", "approve"] == [one["decision"] for one in dossier["approvals"]]
        assert {1} == {one["plan"]["revision"] for one in dossier["approvals"]}


async def test_an_ending_over_the_api_has_the_grace_of_the_settings_and_is_delivered_once(
    tmp_path: Path, temporal_address: str
) -> None:
    """Delivered again it announces nothing anew; once it was taken back, the same delivery ends nothing either."""
    async with working_web_on(tmp_path, temporal_address, ending_grace=2.0) as web:
        web.client.headers.update(web.token())
        started = await web.client.post(f"{API}/onboardings", json=fresh_deal(f"end{tmp_path.name}".replace("-", "_")))
        it = started.headers["location"]
        ending = {"ending": "churned", "reason": "Insolvent", "by": "nora.lindqvist", "news_id": "crm-17"}

        answers = [(await web.client.post(f"{it}/news/end_onboarding", json=ending)).json() for _ in range(2)]
        back = (await web.client.post(f"{it}/news/take_back_ending", json={})).json()
        again = (await web.client.post(f"{it}/news/end_onboarding", json=ending)).json()
        rows = await journal(web, it, until="ending_taken_back")
        told = [row for row in rows if row["kind"].startswith("ending")]

        assert [("ending", False), ("ending", True)] == [(one["status"], one["repeated"]) for one in answers]
        assert {("on_track", False), ("on_track", True)} == {(one["status"], one["repeated"]) for one in (back, again)}
        assert ["ending_announced", "ending_taken_back"] == [row["kind"] for row in told]
        assert 2.0 == told[0]["data"]["grace_hours"]


async def test_news_with_a_key_counts_once_whatever_is_lost(tmp_path: Path, temporal_address: str) -> None:
    """Also when what we kept of the first answer is lost: the key has become the news' own id."""
    async with working_web_on(tmp_path, temporal_address) as web:
        web.client.headers.update(web.token())
        started = await web.client.post(f"{API}/onboardings", json=fresh_deal(f"key{tmp_path.name}".replace("-", "_")))
        it = started.headers["location"]
        issue, key = {"title": "Login fails"}, {"idempotency-key": "issue-of-today"}

        first, second = await asyncio.gather(
            *(web.client.post(f"{it}/news/raise_issue", json=issue, headers=key) for _ in range(2))
        )
        third = await web.client.post(f"{it}/news/raise_issue", json=issue, headers=key)
        with web.parts.engine.begin() as connection:
            connection.execute(delete(keyed_answers))
        fourth = await web.client.post(f"{it}/news/raise_issue", json=issue, headers=key)
        after = await web.client.post(f"{it}/news/resolve_issue", json={"issue": "issue-1"})
        raised = [row for row in await journal(web, it, until="issue_raised") if row["kind"] == "issue_raised"]

        assert {200} <= {first.status_code, second.status_code} <= {200, 409}
        assert ("issue-1", "true") == (third.json()["issue"], third.headers["idempotency-replayed"])
        assert (200, True) == (fourth.status_code, fourth.json()["repeated"])
        assert [] == after.json()["open_issues"]
        assert 1 == len(raised)
        refused = await web.client.post(f"{it}/news/resume", json={}, headers={"idempotency-key": "r"})
        again = await web.client.post(f"{it}/news/resume", json={}, headers={"idempotency-key": "r"})
        assert (409, refused.content) == (again.status_code, again.content)
        assert "application/problem+json" == again.headers["content-type"]


async def journal(web: Web, it: str, *, until: str) -> list[Any]:
    """The whole of it, once it has a row of that kind."""
    loop = asyncio.get_running_loop()
    patience = loop.time() + 10
    while True:
        rows: list[Any] = (await web.client.get(f"{it}/journal", params={"limit": 200})).json()["items"]
        if until in {row["kind"] for row in rows}:
            return rows
        assert loop.time() < patience, rows
        await asyncio.sleep(0.1)
