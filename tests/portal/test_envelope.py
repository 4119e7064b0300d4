"""Is a page safe from other pages, and from whoever guesses, floods or frames? By a client, on a port."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from portal import envelope
from portal.envelope import masked, without_zero
from tests.support.databases import KINDS, store_of
from tests.support.desk import desk_on
from tests.support.pages import Site, site_on

ANSWER = {"answer": "yes"}
OURS = "https://onboarding.example.test"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_on(tmp_path) as site:
        yield site


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": OURS}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "HERE"}, 200),
        ({}, 200),
    ],
)
async def test_a_form_of_another_page_is_not_taken(site: Site, headers: dict[str, str], status: int) -> None:
    """Whoever knows the link may answer; a page of somebody else's that sends their browser there may not."""
    path = site.link("on_its_way")
    headers = {name: value.replace("HERE", site.address) for name, value in headers.items()}

    answer = await site.client.post(path, data=ANSWER, headers=headers)

    assert status == answer.status_code
    assert (status == 200) == bool(site.door.news)


async def test_every_answer_is_in_nobodys_frame_and_runs_nothing(site: Site) -> None:
    """Pages, refusals, what is not there, and the sheet."""
    link = site.link("preferences")
    sheet = (await site.client.get(link)).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answers = [await site.client.get(path) for path in (link, "/link/x", "/nothing", sheet, "/healthz", "/robots.txt")]
    answers.append(await site.client.delete(link))

    for answer in answers:
        policy = set(answer.headers["content-security-policy"].split("; "))
        assert {"default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= policy
        assert "unsafe" not in str(policy)
        assert ("nosniff", "same-origin") == (
            answer.headers["x-content-type-options"],
            answer.headers["referrer-policy"],
        )
        assert "server" not in answer.headers
        assert not [word for word in ("<script", " style=", "onclick", "http:", "https:") if word in answer.text]
    assert [200, 404, 404, 200, 200, 200, 405] == [answer.status_code for answer in answers]
    assert "immutable" in answers[3].headers["cache-control"]
    assert {"no-store"} == {answer.headers["cache-control"] for answer in (*answers[:3], answers[6])}


async def test_nobody_is_sent_elsewhere(site: Site) -> None:
    """No page redirects, whatever its address asks for."""
    link = site.link("done")
    odd = [
        "//evil.test",
        "/link/x/",
        f"{link}?next=https://evil.test&language=//evil",
        "/assets/../pages.py",
        "/static",
    ]

    answers = [await site.client.get(path) for path in odd]

    assert [] == [answer.headers["location"] for answer in answers if "location" in answer.headers]
    assert not [answer for answer in answers if "evil" in answer.text]


async def test_a_large_or_broken_form_changes_nothing(site: Site) -> None:
    """And is answered with a page."""
    path = site.link("on_its_way")
    form = {"content-type": "application/x-www-form-urlencoded"}

    large = await site.client.post(path, content=b"answer=yes&words=" + b"x" * 100_000, headers=form)
    many = await site.client.post(path, content=b"&".join([b"answer=yes"] * 200), headers=form)
    bytes_ = await site.client.post(path, content=b"answer=\xff\x00yes", headers=form)
    long = await site.client.post(path, data={"answer": "yes", "words": "x" * 2_001})

    assert [413, 422, 422, 422] == [answer.status_code for answer in (large, many, bytes_, long)]
    assert [] == site.door.news


async def test_a_double_click_counts_once(site: Site) -> None:
    """Both at the same moment: the onboarding knows the second one by its id."""
    path = site.link("on_its_way")

    answers = await asyncio.gather(*(site.client.post(path, data=ANSWER) for _ in range(2)))

    assert [200, 200] == [answer.status_code for answer in answers]
    assert {"link-"} == {str(news["news_id"])[:5] for _, _, news in site.door.news}
    assert 1 == len({news["news_id"] for _, _, news in site.door.news})


async def test_whoever_guesses_is_stopped_and_locks_nobody_out(site: Site) -> None:
    """What is somebody's is answered, as with tokens of the API. Health is asked for by machines, and never counted."""
    guesses = [
        await site.client.get(f"/link/{'A' * 42}{number % 10}") for number in range(envelope.UNKNOWN_A_MINUTE + 2)
    ]
    good = await site.client.get(site.link("done"))

    assert 404 == guesses[envelope.UNKNOWN_A_MINUTE - 1].status_code
    assert [429, 200] == [guesses[-1].status_code, good.status_code]
    assert "60" == guesses[-1].headers["retry-after"]
    assert "default-src 'none'" in guesses[-1].headers["content-security-policy"]
    assert 200 == (await site.client.get("/healthz")).status_code


async def test_behind_a_certificate_browsers_stay_with_it(tmp_path: Path) -> None:
    """Not where the pages are tried out without one; and forms come from the public address."""
    async with site_on(tmp_path, pages_url=OURS) as site:
        path = site.link("on_its_way")
        answer = await site.client.post(path, data=ANSWER, headers={"origin": OURS})

    assert 200 == answer.status_code
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/link/secret", "/link/…"),
        ("/", "/"),
        ("/healthz", "/healthz"),
        ("//x/y", "/x/…"),
        ("/" + "x" * 900, "/" + "x" * 40),
    ],
)
def test_a_log_has_the_first_part_of_a_path_alone(path: str, shown: str) -> None:
    """Behind it stands somebody's token."""
    assert shown == masked(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/onboardings/a%00b", 404),
        ("/desk/customers/%00", 404),
        ("/desk/onboardings?q=a%00b", 200),
        ("/desk/work?on=a%00b&kind=message&key=1%00", 404),
    ],
)
async def test_nothing_has_the_character_zero_in_its_name(tmp_path: Path, kind: str, path: str, status: int) -> None:
    """PostgreSQL takes no text that has it, and would answer with an error instead of nothing."""
    with store_of(kind, tmp_path) as engine:
        database = engine.url.render_as_string(hide_password=False)
        async with desk_on(tmp_path, database_url=database) as site, site.signed_in("specialist") as browser:
            answer = await browser.get(path)

    assert status == answer.status_code


@pytest.mark.parametrize("query", [b"q=a%00b", b"q=%%0000", b"q=%0%000", b"q=%%%000000", b"q=%C3%BC%00%2500"])
def test_taking_the_character_zero_away_leaves_none(query: bytes) -> None:
    """A client that writes bare percent signs could else hide one in another."""
    asked = parse_qs(query.decode(), keep_blank_values=True)["q"]

    left = parse_qs(without_zero(query).decode(), keep_blank_values=True)["q"]

    assert [value.replace("\x00", "") for value in asked] == left
