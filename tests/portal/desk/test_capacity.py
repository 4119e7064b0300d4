"""Does the desk show whose weeks are overbooked, and take the hours that somebody has spent?"""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from domain.playbook import Playbook
from portal.desk.overbooking import Overbooking, own_taking
from store import workload
from tests.support.desk import DeskSite, desk_on
from tests.support.desk_door import with_real_door

OWNER = "jonas.weber"


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_a_manager_sees_who_is_overbooked_and_others_see_themselves(site: DeskSite) -> None:
    """Five onboardings of 15 hours a week or more are too much for one specialist of 32."""
    for number in range(5):
        site.opened(id=f"{number}", owner=OWNER).to_day(14)
    async with site.signed_in("manager", "grace.lee") as manager, site.signed_in("specialist", OWNER) as jonas:
        all_of_it, own = (await manager.get("/desk/capacity")).text, (await jonas.get("/desk/capacity")).text

    assert re.search(r"Overbooked: [^<]*Inès Moreau", all_of_it)
    assert "Jonas Weber" in re.sub(r"(?s)<header.*?</header>", "", own)
    assert "Inès Moreau" not in own


async def test_whom_a_plan_would_overbook_is_told_where_it_is_moved_and_given_away(tmp_path: Path) -> None:
    """Weeks that are too full already, and get no fuller by it, are none of that plan's."""
    async with desk_on(tmp_path) as site:
        with_real_door(site)
        for number in range(6):
            other = site.opened(id=f"{number}", owner="mika.sato")
            other.to_day(14)
            other.tell("replan", milestone="uat_signed_off", to="2033-01-17", reason="Fair", by="mika.sato")
        moved = site.opened(id="moved", owner=OWNER)
        moved.to_day(14)
        page = f"/desk/onboardings/{moved.id}/news"
        async with site.signed_in("csm", OWNER) as jonas:
            giving = (await jonas.get(f"{page}/reassign")).text
            work = f"/desk/work?on={moved.id}&kind=milestone&key=handoff_reviewed&do="
            at_once, later = (await jonas.get(f"{work}give")).text, (await jonas.get(f"{work}done")).text
            form = dict(
                re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', (await jonas.get(f"{page}/replan")).text)
            )
            preview = await jonas.post(
                f"{page}/replan", data={**form, "milestone": "uat_signed_off", "to": "2033-01-17", "reason": "Fair"}
            )

    [mika] = re.findall(r'<option value="mika.sato">([^<]*)</option>', giving)
    assert re.search(r"overbooked in \d+ weeks with it", mika)
    assert re.search(r'<option value="mika.sato">Mika Sato \(overbooked in \d+ weeks with it\)', at_once)
    assert "overbooked in" not in later
    assert "Too little time" in preview.text
    assert re.search(r"<strong>Inès Moreau</strong>: \d+ of 32 h in the week of", preview.text)


async def test_hours_are_written_down_once_and_stand_in_their_week(site: DeskSite) -> None:
    onboarding = site.opened(owner=OWNER)
    onboarding.to_day(9)
    day = (onboarding.now - timedelta(days=2)).date()
    async with site.signed_in("csm", OWNER) as jonas:
        form = {"once": once((await jonas.get("/desk/capacity")).text), "onboarding": onboarding.id}
        form |= {"day": f"{day}", "hours": "1,5"}
        answer = await jonas.post("/desk/capacity", data=form)
        await jonas.post("/desk/capacity", data=form)

    spent = workload.spent(site.engine, [OWNER], first=day, until=day + timedelta(days=1))
    assert {OWNER: {day: 1.5}} == spent
    assert "1.5 h spent" in answer.text


WRONG = [("onboarding", "onboarding-file-nobody"), ("hours", "25"), ("hours", "x"), ("day", "2001-01-01")]


@pytest.mark.parametrize(("field", "value"), [*WRONG, ("day", "2099-01-01")])
async def test_hours_that_cannot_be_are_refused_at_their_field(site: DeskSite, field: str, value: str) -> None:
    onboarding = site.opened(owner=OWNER)
    async with site.signed_in("csm", OWNER) as jonas:
        form = {"once": once((await jonas.get("/desk/capacity")).text), "onboarding": onboarding.id}
        form |= {"day": f"{(onboarding.now - timedelta(days=2)).date()}", "hours": "2", field: value}
        answer = await jonas.post("/desk/capacity", data=form)

    assert 422 == answer.status_code
    assert f'id="{field}-error"' in answer.text


async def test_what_others_have_is_counted_once_for_everybody_who_may_lead(site: DeskSite) -> None:
    """Counted anew for each of twenty people, the page took as many times as long."""
    many = [site.opened(id=f"{number}", owner=OWNER) for number in range(4)]
    now = own_taking(site.engine, many[0].id, OWNER)
    assert now is not None
    looked_up: list[str] = []

    def playbook(hashed: str) -> Playbook | None:
        looked_up.append(hashed)
        return site.parts.ledger.playbook(hashed)

    overbooking = Overbooking(engine=site.engine, playbook=playbook, team=site.team, language="en")
    handles = [one.handle for one in site.team.members]
    overbooking.as_owner(now, handles, today=now.whole.first)

    assert len(many) + len(handles) == len(looked_up)
