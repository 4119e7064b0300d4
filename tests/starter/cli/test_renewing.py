"""Is what became of a contract recorded by command, and does a customer who left end the success programme?"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from domain.measure.renewals import RenewalGiven
from domain.room.deeds import Deed
from store.renewals import SqlRenewals
from store.tables import onboardings
from tests.starter.cli.test_programme import programme_after
from tests.support import houses
from tests.support.houses import OPS, House, until
from workflows.programme import id_of

house = houses.house
OWNER = "jonas.weber"
TODAY = datetime.now(UTC).date().isoformat()


async def handed_over(house: House) -> str:
    """The onboarding whose programme runs, as the store has it after the hand-off."""
    onboarding = await programme_after(house)
    with house.engine.begin() as connection:
        connection.execute(update(onboardings).values(ending="handed_over"))
    return onboarding


async def test_a_renewal_is_recorded_and_the_programme_goes_on_until_the_customer_leaves(house: House) -> None:
    async with house.worker():
        onboarding = await handed_over(house)

        renewed = await house.day90(
            "renewal", "record", onboarding, "renewed", "--on", TODAY, "--yearly-value", "52000", "--by", OWNER
        )
        listed = json.loads(await house.day90("renewal", "list", onboarding, "--json"))["items"]
        await house.day90("renewal", "record", onboarding, "mistaken", "--on", TODAY, "--by", OWNER)
        left = await house.day90(
            "renewal", "record", onboarding, "left", "--on", TODAY, "--why", "price", "--by", OWNER
        )

        assert f"{onboarding}: renewed on {TODAY}" == renewed.strip()
        assert [("renewed", "52000", OWNER, "cli")] == [
            (one["outcome"], one["yearly_value"], one["by"], one["via"]) for one in listed
        ]
        assert "the success programme has ended" in left
        assert "customer_left" == await house.client.get_workflow_handle(id_of(onboarding)).result()
        assert f"{TODAY} left" in " ".join((await house.day90("renewal", "list", onboarding)).replace("│", " ").split())


async def test_what_was_mistaken_may_be_said_again(house: House) -> None:
    """The same words after other ones are the last word, and no repetition."""
    async with house.worker():
        onboarding = await handed_over(house)
        on = ("--on", TODAY, "--by", OWNER)
        said = [
            await house.day90("renewal", "record", onboarding, outcome, *on)
            for outcome in ("renewed", "mistaken", "renewed", "renewed")
        ]
        [one] = json.loads(await house.day90("renewal", "list", onboarding, "--json"))["items"]

    assert [False, False, False, True] == ["as was recorded before" in words for words in said]
    assert ("renewed", 3) == (one["outcome"], one["revision"])


async def test_who_has_given_notice_is_met_until_they_leave_and_who_stays_after_all_for_good(house: House) -> None:
    """The programme ends by itself on the day, and takes up again what lay behind it where the notice is taken back."""
    async with house.worker():
        onboarding = await handed_over(house)
        programme = house.client.get_workflow_handle(id_of(onboarding))
        ahead = str(datetime.now(UTC).date() + timedelta(days=45))
        ordered = ("--on", ahead, "--by", OWNER)

        async def meets() -> list[str]:
            return [one["on"] for one in (await programme.query("progress"))["next"]]

        await until(meets)
        always = await meets()
        left = await house.day90("renewal", "record", onboarding, "left", *ordered)
        await until(lambda: _is(meets, [day for day in always if day < ahead]))
        shown = await house.day90("programme", "show", onboarding)
        stays = await house.day90("renewal", "record", onboarding, "mistaken", *ordered)
        await until(lambda: _is(meets, always))

        assert any(day > ahead for day in always)
        assert "the success programme ends on that day" in left
        assert "ends on" in shown
        assert "programme" not in stays
        assert "ends on" not in await house.day90("programme", "show", onboarding)
        await programme.execute_update("plan_end", {"at": datetime.now(UTC).isoformat(), "reason": "customer_left"})
        assert "customer_left" == await programme.result()


async def _is(meets: Callable[[], Awaitable[list[str]]], expected: list[str]) -> bool:
    return expected == await meets()


async def test_a_programme_that_ends_because_the_customer_left_is_recorded_as_such(house: House) -> None:
    async with house.worker():
        onboarding = await handed_over(house)

        before = datetime.now(UTC).date()
        await house.day90("programme", "end", onboarding, "customer_left")

        [one] = json.loads(await house.day90("renewal", "list", onboarding, "--json"))["items"]
        assert "left" == one["outcome"]
        assert before <= date.fromisoformat(one["on"]) <= datetime.now(UTC).date()


async def test_what_cannot_be_is_refused_and_a_slip_is_named(house: House) -> None:
    async with house.worker():
        onboarding = await programme_after(house)
        on = ("--on", TODAY, "--by", OWNER)

        early = await house.day90("renewal", "record", onboarding, "renewed", *on, code=3)
        amount = await house.day90("renewal", "record", onboarding, "renewed", *on, "--yearly-value", "much", code=3)

        assert "comes after the hand-off" in early
        assert "yearly_value" in amount


async def test_the_sweep_tells_a_programme_whose_teller_stopped_in_between(house: House) -> None:
    """What was recorded, and told to nobody, is found, and the night tells it; so it is with who stays after all."""
    soon, later = timedelta(minutes=5), timedelta(minutes=11)
    house.now = lambda: datetime.now(UTC) + later
    async with house.worker():
        onboarding = await handed_over(house)
        on = datetime.now(UTC).date() + timedelta(days=45)
        renewals, programme = SqlRenewals(house.engine), house.client.get_workflow_handle(id_of(onboarding))

        assert {} == await house.looked(later=later)
        renewals.record(onboarding, RenewalGiven(on=on, outcome="left"), _deed("left"))
        assert {} == await house.looked(later=soon), "whoever has just recorded it is telling it"
        assert {onboarding: "programme_untold"} == await house.looked(later=later)
        assert {onboarding: "programme_untold"} == await house.swept()
        told = (await programme.query("progress"))["ends_at"]
        assert {} == await house.swept()

        renewals.record(onboarding, RenewalGiven(on=on, outcome="mistaken"), _deed("stays"))
        repairing = replace(house.repairing(later=later), settles=timedelta(0))
        mended = [
            await remedy.do()
            for remedy in (await repairing.remedies(onboarding)).remedies
            if remedy.finding.kind == "programme_untold"
        ]

    assert told is not None
    assert on - datetime.fromisoformat(told).date() <= timedelta(days=1)
    assert [f"{id_of(onboarding)} goes on for good"] == mended
    assert [] == house.mails_to(OPS.email), "nothing is left for anybody to do"


def _deed(key: str) -> Deed:
    return Deed(key, "vendor", OWNER, datetime.now(UTC), "cli")
