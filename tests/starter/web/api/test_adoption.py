"""Do programs read who uses the product, and write to one of them, only where the customer has agreed?"""

from pathlib import Path

import pytest
from sqlalchemy import select

from store.tables import journal, notices
from tests.support.adoption import customer_in_use
from tests.support.web import Web, problem, web_on

HERE = "/api/v1/onboardings/onboarding-file-1/adoption"


def written(web: Web) -> list[tuple[str, str]]:
    with web.parts.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(notices.c.kind, notices.c.person))]


async def test_names_go_to_whoever_may_have_them_and_figures_to_nobody(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=True)

        numbers = (await web.client.get(HERE, headers=web.token("onboardings:read"))).json()
        named = (await web.client.get(HERE, headers=web.token("onboardings:read", "people:read"))).json()

        assert (3, 1, True, []) == tuple(numbers[one] for one in ("users", "power_users", "by_person", "people"))
        assert [{"person": "champion", "habit": "little"}, {"person": "end_user", "habit": "often"}] == named["people"]


async def test_who_uses_it_often_is_thanked_once_and_who_uses_it_little_is_asked(tmp_path: Path) -> None:
    """In the name of one of ours, whom the journal has; the second time nothing goes out."""
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=True)
        headers = web.token("onboardings:write", "people:read")
        eve = {"person": "eve@customer.test", "by": "jonas.weber"}

        thanked = [(await web.client.post(f"{HERE}/thank", json=eve, headers=headers)).json() for _ in range(2)]
        await web.client.post(f"{HERE}/ask", json={"person": "champion", "by": "jonas.weber"}, headers=headers)

        assert [True, False] == [one["written"] for one in thanked]
        assert [("thanked", "end_user"), ("use_asked", "champion")] == sorted(written(web))
        with web.parts.engine.connect() as connection:
            rows = connection.execute(select(journal.c.kind, journal.c.by, journal.c.via)).all()
        assert {("user_thanked", "jonas.weber", "api"), ("user_asked", "jonas.weber", "api")} == {*map(tuple, rows)}


@pytest.mark.parametrize(
    ("agreed", "to", "status", "reason"),
    [
        (False, {"person": "end_user", "by": "jonas.weber"}, 409, "custom.usage_by_person"),
        (True, {"person": "end_user", "by": "jonas.weber"}, 409, "does not use it little"),
        (True, {"person": "project_lead", "by": "jonas.weber"}, 409, "was never seen"),
        (True, {"person": "champion", "by": "end_user"}, 422, ""),
    ],
)
async def test_nobody_is_asked_without_a_reason_or_the_customers_agreement(
    agreed: bool, to: dict[str, str], status: int, reason: str, tmp_path: Path
) -> None:
    """Nor in the name of somebody of the customer's."""
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=agreed)

        answer = await web.client.post(f"{HERE}/ask", json=to, headers=web.token())

        assert (status, []) == (answer.status_code, written(web))
        assert reason in problem(answer)["detail"]


async def test_each_address_asks_for_its_scope(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=True)
        reader, writer = web.token("onboardings:read", "people:read"), web.token("onboardings:write")
        eve = {"person": "end_user", "by": "jonas.weber"}

        assert 403 == (await web.client.get(HERE, headers=writer)).status_code
        for without in (reader, writer):
            assert 403 == (await web.client.post(f"{HERE}/thank", json=eve, headers=without)).status_code
        assert [] == written(web)
