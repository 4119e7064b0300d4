"""Does the API name only colleagues who could come into the room?"""

from pathlib import Path

from store.colleagues import SqlColleagues
from tests.starter.web.api.test_answers import HERE, ONE, keep
from tests.support.web import problem, web_on


async def test_who_is_at_no_domain_of_the_room_is_not_named(tmp_path: Path) -> None:
    """The answer names the field, and nothing is proposed."""
    named = {"by": "project_lead", "name": "Ana Ruiz", "email": "ana@gmail.example", "role": "champion"}
    async with web_on(tmp_path, room_domains="customer.test") as web:
        keep(web)
        told = problem(await web.client.post(f"{HERE}/colleagues", json=named, headers=web.token("room:write")))
        waiting = SqlColleagues(web.parts.engine).of(ONE)

    assert (422, "email", []) == (told["status"], told["field"], waiting)
