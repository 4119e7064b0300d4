"""Does the guide say what to prepare and look for, and does a look become a note? By a client, on a port."""

import re

from store import reads
from tests.support.desk import DeskSite


async def test_before_the_kickoff_it_says_what_to_prepare_with_what_is_known(site: DeskSite) -> None:
    onboarding = site.opened()
    async with site.signed_in("viewer") as browser:
        page = (await browser.get(f"/desk/onboardings/{onboarding.id}/guide")).text
        japanese = (await browser.get(f"/desk/onboardings/{onboarding.id}/guide?language=ja")).text

    assert page.index("Prepare the kickoff") < page.index("Look at how a stage goes")
    assert "Which value should they notice first?" in page
    assert "What is known so far" in page
    assert "Before you say no, ask why" in page
    assert "お客様のご担当者が積極的に参加し、返信も早い。" in japanese


async def test_a_look_at_a_stage_becomes_a_note_once(site: DeskSite) -> None:
    """With what was ticked in words, under the name of whoever looked; the page shows it as an earlier look."""
    onboarding = site.opened()
    path = f"/desk/onboardings/{onboarding.id}/guide"
    async with site.signed_in("csm") as browser:
        page = (await browser.get(path)).text
        [once] = set(re.findall(r'name="once" value="([^"]+)"', page))
        form = {"once": once, "stage": "welcome", "success": ["0", "99"], "failure": ["3"], "words": "Call <them>."}
        told = await browser.post(path, data=form)
        again = await browser.post(path, data=form)
        journal = (await browser.get(f"/desk/onboardings/{onboarding.id}/journal")).text

    assert "Recorded in the journal." in told.text
    assert "Earlier looks" in told.text
    for text in (told.text, journal):
        assert 1 == text.count("Looked at the stage “Welcome and orientation”")
        assert "Goes well:\n- The customer&#39;s people take part and answer promptly." in text
        assert "Watch out:\n- Technical setup starts late" in text
        assert "Call &lt;them&gt;." in text
    assert 200 == again.status_code


async def test_a_look_at_nothing_is_no_look_and_what_was_typed_stays(site: DeskSite) -> None:
    onboarding = site.opened()
    path = f"/desk/onboardings/{onboarding.id}/guide"
    async with site.signed_in("csm") as browser:
        [once] = set(re.findall(r'name="once" value="([^"]+)"', (await browser.get(path)).text))
        nothing = await browser.post(path, data={"once": once, "stage": "welcome"})
        long = await browser.post(path, data={"once": once, "stage": "welcome", "success": "1", "words": "x" * 2001})
        other = await browser.post(path, data={"once": once, "stage": "none", "success": "1"})

    assert [422, 422, 422] == [one.status_code for one in (nothing, long, other)]
    assert re.search(r'name="success" value="1" checked', long.text)
    assert "x" * 2001 in long.text
    assert not reads.journal(site.engine, onboarding.id, kinds=("noted",))


async def test_who_may_only_look_records_nothing(site: DeskSite) -> None:
    onboarding = site.opened()
    path = f"/desk/onboardings/{onboarding.id}/guide"
    async with site.signed_in("viewer") as browser:
        page = (await browser.get(path)).text
        refused = await browser.post(path, data={"stage": "welcome", "success": "0"})

    assert (False, 403) == ('name="success"' in page, refused.status_code)
