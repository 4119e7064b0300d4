"""Do programs give the list of a customer's users, and read by team what is nobody's own figure?"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.adoption import customer_in_use
from tests.support.web import problem, web_on

ONE = "/api/v1/onboardings/onboarding-file-1"


def people(number: int, **traits: str) -> list[dict[str, Any]]:
    return [{"user": f"{traits.get('team', '')}-{one}", **traits} for one in range(number)]


async def test_a_list_of_users_is_told_by_team_and_role(tmp_path: Path) -> None:
    """The three who were seen and are on no list have no team."""
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=False)
        users = [*people(6, team="Dispatch", role="dispatcher"), *people(5, team="Law")]

        kept = (await web.client.put(f"{ONE}/users", json={"users": users}, headers=web.token())).json()
        use = (await web.client.get(f"{ONE}/adoption/teams", headers=web.token("onboardings:read"))).json()

        assert {"users": 11, "new": 11, "left": 0} == kept
        assert ["Dispatch"] == [one["team"] for one in use["team"]["teams"]]
        assert (14, 3, 8) == (use["team"]["people"], use["team"]["without"], use["team"]["others"]["people"])
        assert [("dispatcher", 6)] == [(one["team"], one["people"]) for one in use["role"]["teams"]]


async def test_the_list_is_whole_and_giving_it_again_changes_nothing(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=False)
        answers = []
        for number in (5, 5, 2):
            given = {"users": people(number, team="Law")}
            answers.append((await web.client.put(f"{ONE}/users", json=given, headers=web.token())).json())

        assert [(5, 5, 0), (5, 0, 0), (2, 0, 3)] == [(one["users"], one["new"], one["left"]) for one in answers]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"user": " "}, "users.1.user"),
        ({"user": "u", "team": "a\u0007b"}, "users.1.team"),
        ({"user": "u", "role": "a\u202eb"}, "users.1.role"),
        ({"user": "u", "team": "x" * 81}, "users.1.team"),
        ({"user": "u" * 201}, "users.1.user"),
        ({"user": "u", "department": "Law"}, "users.1.department"),
        ({"team": "Law"}, "users.1.user"),
    ],
)
async def test_a_wrong_line_is_named_and_nothing_of_the_list_is_kept(
    line: dict[str, str], field: str, tmp_path: Path
) -> None:
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=False)
        given = {"users": [{"user": "fine", "team": "Law"}, line]}

        refused = await web.client.put(f"{ONE}/users", json=given, headers=web.token())
        use = (await web.client.get(f"{ONE}/adoption/teams", headers=web.token("onboardings:read"))).json()

        assert (422, field) == (refused.status_code, problem(refused)["field"])
        assert 3 == use["team"]["people"]


async def test_a_list_of_nobody_is_refused_and_takes_nobody_off(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=False)
        await web.client.put(f"{ONE}/users", json={"users": people(5)}, headers=web.token())

        refused = await web.client.put(f"{ONE}/users", json={"users": []}, headers=web.token())
        again = await web.client.put(f"{ONE}/users", json={"users": people(5)}, headers=web.token())

        assert (422, "users") == (refused.status_code, problem(refused)["field"])
        assert {"users": 5, "new": 0, "left": 0} == again.json()


async def test_each_address_asks_for_its_scope(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        customer_in_use(web.parts.engine, agreed=False)
        given = {"users": people(1)}

        put = await web.client.put(f"{ONE}/users", json=given, headers=web.token("onboardings:read"))
        get = await web.client.get(f"{ONE}/adoption/teams", headers=web.token("onboardings:write"))
        unknown = await web.client.put(f"{ONE}0/users", json=given, headers=web.token())

        assert [403, 403, 404] == [answer.status_code for answer in (put, get, unknown)]
