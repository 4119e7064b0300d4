"""Can a CSM say from the desk alone what is wrong with a customer, since when, and what is being done?"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import update

from activities.evaluation import Looks
from starter.cli.demo.story import SECOND_STORY, STORY, read_story
from starter.doors.measuring import FigureReported, Measuring
from store.customers import SqlCustomers
from store.evaluations import SqlEvaluations
from store.tables.evaluations import evaluation_weeks
from tests.support.demo_story import PlayedStory
from tests.support.desk import DeskSite, desk_on


class Seeded(NamedTuple):
    """The desk with both customers of the demo, as they end."""

    site: DeskSite
    struggling: PlayedStory
    thriving: PlayedStory


@pytest.fixture(scope="module")
async def seeded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    # On a compressed clock their own time counts, whenever the tests run.
    async with desk_on(tmp_path_factory.mktemp("desk"), day_length=timedelta(seconds=1)) as site:
        stories = [PlayedStory(site.engine, read_story(path)) for path in (SECOND_STORY, STORY)]
        for story in stories:
            story.play()
        yield Seeded(site, *stories)


async def page_of(site: DeskSite, onboarding: str, query: str = "") -> str:
    async with site.signed_in("csm") as browser:
        answer = await browser.get(f"/desk/onboardings/{onboarding}/figures{query}")
    assert 200 == answer.status_code
    return answer.text


def words(html: str) -> str:
    """What a person reads of it."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def part(page: str, id: str) -> str:
    """What a person reads of the section with that id."""
    [section] = re.findall(rf'<section[^>]*id="{id}".*?</section>', page, re.DOTALL)
    return words(section)


async def test_a_customer_who_struggles_says_why_since_when_and_what_is_done(seeded: Seeded) -> None:
    """The second of the sources' customers, as the demo plays it."""
    page = await page_of(seeded.site, seeded.struggling.id)

    glance = part(page, "glance")
    assert "Health 41 of 100" in glance
    assert "Red" in glance
    assert "Users of the week: 34 % of licensed users, where 75 is the target." in glance
    assert re.search(r"since \w{3} \d+ \w{3}", glance)
    assert re.search(r"Jonas Weber|Mika Sato|Grace Lee", glance)
    assert re.search(r", by \w{3} \d+ \w{3}", glance)


async def test_a_customer_who_thrives_has_nothing_to_be_done(seeded: Seeded) -> None:
    """The first of them, after the hand-off."""
    page = await page_of(seeded.site, seeded.thriving.id)

    glance = part(page, "glance")
    assert "Health 92 of 100" in glance
    assert "No red flag is up." in glance
    assert "No course correction is open." in glance
    assert "Missed" not in part(page, "targets").split("Metrics", 1)[0]


async def test_without_a_figure_nothing_is_said_to_be_at_its_target(site: DeskSite) -> None:
    onboarding = site.opened()
    onboarding.to_day(1)

    glance = part(await page_of(site, onboarding.id), "glance")

    assert "Nothing counts yet." in glance
    assert "at its target" not in glance


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Not due yet: 6 of the 7 parts of the score. By now it is made of: Engagement."
            " Red flags are no part of the score.",
        ),
        ("ja", "対象期間前：7項目中6項目。現在のスコアの対象：ご対応状況。警告サインはスコアに含まれません。"),
    ],
)
async def test_a_full_score_beside_red_flags_says_what_counts_by_now(site: DeskSite, language: str, said: str) -> None:
    """Before the go-live one part alone is due: they did what was asked in time, and the plan slips all the same."""
    onboarding = site.opened()
    for milestone in sorted(onboarding.state.milestones, key=lambda one: one.due)[:9]:
        onboarding.until(milestone.due - timedelta(hours=5))
        onboarding.settled(milestone.key)
    for flag, category in (("no_sponsor", "relationship"), ("no_time", "engagement")):
        onboarding.tell("raise_flag", flag=flag, category=category, reason="They say so.", by="jonas.weber")

    glance = part(await page_of(site, onboarding.id, f"?language={language}"), "glance")

    assert re.search(r"Health 100 of 100|ヘルススコア 100／100", glance)
    assert said in glance
    assert ("IT部門から返答がない、" in glance) == (language == "ja")


async def test_a_customer_who_went_silent_says_since_when_and_who_wins_them_back(site: DeskSite) -> None:
    """Nothing after the kickoff: the weekly looks raise flags, and begin corrections that somebody has."""
    onboarding = site.opened()
    onboarding.to_day(5)
    onboarding.settled("kickoff_held")
    onboarding.to_day(40)

    page = await page_of(site, onboarding.id)

    glance = part(page, "glance")
    assert "Alarm" in glance
    assert re.search(r"The project lead does not respond, since \w{3} \d+ Nov", glance)
    assert re.search(r"Win engagement back: Jonas Weber, by \w{3} \d+ \w{3}", glance)
    flags = part(page, "flags")
    assert re.search(r"Days without a word from the project lead: \d+ \(a flag when 7 or more\)", flags)
    assert "The root cause is not written down yet." in part(page, "corrections")


async def test_every_figure_says_its_day_its_source_and_how_it_is_computed(seeded: Seeded) -> None:
    page = await page_of(seeded.site, seeded.struggling.id)

    parts = part(page, "parts")
    assert "Users seen within seven days, in % of the seats of the contract." in parts
    assert "another system" in parts
    assert "By version" in parts
    targets = part(page, "targets")
    assert re.search(r"Missed \d", targets)
    assert re.search(r"Not due \d", targets)
    assert "60 or more" in targets
    assert '<svg class="chart"' in page
    assert "34 %" in part(page, "use")


async def test_criteria_of_the_hand_off_stand_against_their_evidence(seeded: Seeded) -> None:
    page = part(await page_of(seeded.site, seeded.thriving.id), "criteria")

    assert re.search(r"Adoption has reached its target vouched for by .+? on \w{3} \d+ \w{3} Met", page)
    assert "A person judges this; no figure stands for it." in page


async def test_the_figures_are_read_in_japanese(seeded: Seeded) -> None:
    """Nothing on the page is said in English to somebody who reads Japanese, but for what people wrote."""
    page = await page_of(seeded.site, seeded.struggling.id, "?language=ja")

    for english in ("What is", "Met", "Missed", "target", "points", "of licensed users", "since", "none"):
        assert english not in part(page, "glance") + part(page, "parts") + part(page, "flags")
    assert "ヘルススコア 41／100" in part(page, "glance")
    assert re.search("[0-9]%", part(page, "parts"))
    assert not re.search("[0-9] (%|日|件)", part(page, "parts")), "a unit stands at its number"


async def test_before_anything_is_known_the_page_says_so(site: DeskSite) -> None:
    onboarding = site.opened()

    page = await page_of(site, onboarding.id)

    assert "No score yet" in part(page, "glance")
    assert "Nobody was seen in the product yet." in part(page, "use")
    assert "nobody has reported it yet" in part(page, "goals")
    assert '<svg class="chart"' not in page


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>"])
async def test_what_people_wrote_is_no_part_of_the_page(site: DeskSite, nasty: str) -> None:
    onboarding = site.opened(success_metrics=[{"name": nasty, "baseline": "3 days", "target": "1 days"}])
    measuring = Measuring(engine=site.engine, staff=site.parts.staff, via="api")
    [goal] = measuring.metrics(onboarding.id, now=onboarding.now)
    measuring.report(onboarding.id, FigureReported(metric=goal.key, value=2, at=onboarding.now), now=onboarding.now)
    onboarding.tell("raise_flag", flag="odd", category="engagement", reason=nasty, by="jonas.weber")

    page = await page_of(site, onboarding.id)

    assert nasty not in page
    assert "&lt;script&gt;" in page


async def test_the_portfolio_by_health_begins_with_the_least_healthy(site: DeskSite) -> None:
    struggling, thriving = (PlayedStory(site.engine, read_story(path)) for path in (SECOND_STORY, STORY))
    struggling.play(until_day=104)
    thriving.play(until_day=91)

    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/health")).text
        red = (await browser.get("/desk/health?band=red")).text

    assert [struggling.id, thriving.id] == re.findall(r'<tr data-row id="([^"]+)"', page)
    assert [struggling.id] == re.findall(r'<tr data-row id="([^"]+)"', red)
    row = words(re.findall(rf'<tr data-row id="{struggling.id}".*?</tr>', page, re.DOTALL)[0])
    assert "Red" in row
    assert re.search(r"for \d+ days", row)
    assert re.search(r", by \w{3} \d+ \w{3}", row)


async def test_a_score_is_one_number_wherever_it_stands(site: DeskSite) -> None:
    """Half a point goes up, as it does at the head of the customer's own page."""
    story = PlayedStory(site.engine, read_story(SECOND_STORY))
    story.play(until_day=91)
    with site.engine.begin() as connection:
        connection.execute(update(evaluation_weeks).values(score=44.5))

    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/health")).text

    row = words(re.findall(rf'<tr data-row id="{story.id}".*?</tr>', page, re.DOTALL)[0])
    assert "45" in row
    assert "Health 45 of 100" in page
    assert "44 of 100" not in page


async def test_a_filter_that_fits_nobody_waits_for_no_look(site: DeskSite) -> None:
    PlayedStory(site.engine, read_story(SECOND_STORY)).play(until_day=91)

    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/health?band=green")).text

    assert "Nobody fits this filter" in page
    assert "the first look fills this page" not in page


async def test_what_no_name_can_hold_is_no_part_of_the_owner_asked_for(site: DeskSite) -> None:
    """PostgreSQL refuses such a text, and the page could not be shown."""
    story = PlayedStory(site.engine, read_story(SECOND_STORY))
    story.play(until_day=104)

    async with site.signed_in("viewer") as browser:
        every = (await browser.get("/desk/health")).text
        [owner] = re.findall(r'<option value="([^"]+)"', every)
        theirs = (await browser.get(f"/desk/health?owner={owner}%00&after=0/%00")).text

    assert f'<tr data-row id="{story.id}"' in theirs


async def test_the_portfolio_says_who_rose_fell_and_was_flagged_since_which_look(site: DeskSite) -> None:
    thriving = PlayedStory(site.engine, read_story(STORY))
    thriving.play(until_day=84)

    async with site.signed_in("viewer") as browser:
        page = (await browser.get("/desk/health")).text

    before, now = SqlEvaluations(site.engine).history(thriving.id)[-2:]
    assert before.score is not None
    assert now.score is not None
    assert now.score - before.score >= 5
    changed = part(page, "changed")
    then = f"{before.at.astimezone(ZoneInfo(thriving.dossier.calendar.time_zone)):%-d %b}"
    assert re.search(rf"Up {re.escape(thriving.dossier.deal.account.name)} \d+ → \d+ since \w+ {then}", changed)
    assert changed.startswith("What has changed since the look before Down Nobody")


async def test_a_quarter_says_who_left_and_what_the_score_had_said(seeded: Seeded) -> None:
    async with seeded.site.signed_in("viewer") as browser:
        page = words((await browser.get("/desk/foretelling?quarter=2027-q1")).text)
        empty = words((await browser.get("/desk/foretelling?quarter=2025-q1")).text)
        odd = await browser.get("/desk/foretelling?quarter=2027-q9")

    assert "Customers who stayed: 1 of 1, 100 %" in page
    assert "60 days before the onboarding ended" in page
    assert "Too few to say" in page
    assert "No onboarding has ended in this quarter." in empty
    assert 200 == odd.status_code


SHOWN: Mapping[str, str] = {"/desk/health": "Nobody has been looked at yet", "/desk/foretelling": "No onboarding"}


@pytest.mark.parametrize("path", SHOWN)
async def test_pages_without_a_customer_say_what_will_appear(site: DeskSite, path: str) -> None:
    async with site.signed_in("viewer") as browser:
        answer: httpx2.Response = await browser.get(path)

    assert SHOWN[path] in answer.text


async def test_a_manager_reads_on_their_own_day_who_is_in_alarm_and_what_is_done(site: DeskSite) -> None:
    """Of their own team; who leads nobody has no such list, and who leads one without an alarm is told so."""
    onboarding = site.opened(owner="jonas.weber")
    async with site.signed_in("manager") as nora, site.signed_in("csm", "jonas.weber") as jonas:
        calm = (await nora.get("/desk/")).text
        onboarding.to_day(5)
        onboarding.settled("kickoff_held")
        onboarding.to_day(40)
        Looks(
            customers=SqlCustomers(site.engine), evaluations=SqlEvaluations(site.engine), now=lambda: onboarding.now
        ).all()
        alarmed, own = (await nora.get("/desk/")).text, (await jonas.get("/desk/")).text
        customer = (await jonas.get(f"/desk/onboardings/{onboarding.id}")).text

    assert "No customer of the team is in alarm." in words(calm)
    [section] = re.findall(r'<section aria-labelledby="alarms-h">.*?</section>', alarmed, re.DOTALL)
    assert onboarding.dossier.deal.account.name in section
    assert re.search(r"The project lead does not respond, for \d+ days", section)
    assert re.search(r"Win engagement back, Jonas Weber, by \w{3} \d+ \w{3}", words(section))
    assert "alarms-h" not in own
    assert "Alarm" in customer


async def test_how_a_customer_stands_is_one_story(seeded: Seeded) -> None:
    """The same word in the portfolio and on their page; nobody in red stands beside "on track"."""
    async with seeded.site.signed_in("csm") as browser:
        listed = (await browser.get("/desk/onboardings")).text
        head = (await browser.get(f"/desk/onboardings/{seeded.struggling.id}")).text

    row = words(re.findall(rf'<tr data-row id="{seeded.struggling.id}".*?</tr>', listed, re.DOTALL)[0])
    bar = words(head.split("<h1>", 1)[1].split("</div>", 1)[0])
    assert "Health 41" in bar
    assert "On track" not in bar
    [state] = re.findall(r"Stuck|Behind|Waits for us", bar)
    assert state in row
