"""Do messages to our people lead to the desk's pages where there is a desk, and name commands where there is none?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.channels.slack.blocks import blocks_of
from activities.channels.teams.cards import message_of
from activities.channels.texts.at_the_desk import PLACES, Link, at_the_desk
from activities.channels.texts.rendering import TEMPLATES, Rendering
from activities.channels.texts.samples import ALL, ONBOARDING, UI, sample, to_staff
from domain.notice import NoticeKind
from domain.text import LANGUAGES, Language
from portal.desk.customer.fields import fields_of

DESK = "https://onboarding.vendor.test/desk"
AT_DESK, WITHOUT = Rendering(desk=DESK), Rendering()
COMMAND = re.compile(r"`day90 ([^`]*)`")
ADDRESS = re.compile(r"https://onboarding\.vendor\.test/desk/[^\s\"<]*")


def commands() -> Iterator[tuple[Path, str]]:
    for file in sorted(TEMPLATES.rglob("*.md")):
        yield from ((file, found[1]) for found in COMMAND.finditer(file.read_text("utf-8")))


def test_every_command_of_a_template_has_its_page() -> None:
    unknown = [
        (file.name, command)
        for file, command in commands()
        if not command.startswith("{{") and not any(command.startswith(name) for name in PLACES)
    ]

    assert [] == unknown


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_message_to_us_names_the_desk_in_the_place_of_every_command(kind: NoticeKind, language: Language) -> None:
    """As text and as a page."""
    with_desk, without = AT_DESK.render(to_staff(kind, language)), WITHOUT.render(to_staff(kind, language))

    assert [] == re.findall(r"day90 \S+ ?\S*", with_desk.text)
    assert [] == re.findall(r"--[a-z]+|コマンド|[Cc]ommand", with_desk.text)
    assert len(ADDRESS.findall(with_desk.html)) >= (1 if "day90 " in without.text else 0)
    assert DESK not in without.text + without.html
    for address in ADDRESS.findall(with_desk.text):
        assert not re.search(r"[、。：（）{}…]|None|%7B", address), address


TO_CUSTOMERS = [(kind, language) for kind, language in ALL if sample(kind, language).person.side == "customer"]


@pytest.mark.parametrize(("kind", "language"), TO_CUSTOMERS)
def test_a_customer_reads_of_no_desk(kind: NoticeKind, language: Language) -> None:
    assert DESK not in str(AT_DESK.render(sample(kind, language)))


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("done x-1 uat_signed_off", "onboardings/x-1/news/reach_milestone?milestone=uat_signed_off"),
        ("replan x-1 --hand-off-by DATE --reason WHY", "onboardings/x-1/news/replan"),
        ("replan x-1 go --to 2027-02-18 --reason CR-2 --dry-run",
         "onboardings/x-1/news/replan?milestone=go&to=2027-02-18&reason=CR-2"),
        ("task drop x-1 task-3", "onboardings/x-1/news/close_task?task=task-3&outcome=dropped"),
        ('win x-1 "…" --slot 30 --baseline "…"', "onboardings/x-1/news/record_win?slot=30"),
        ("correction open x-1 adoption --flag low_use",
         "onboardings/x-1/news/open_correction?category=adoption&flags=low_use"),
        ("playbook plan high-touch --to 0a1b --for x-1", "onboardings/x-1/news/change_playbook?to=0a1b"),
        ("draft show x-1 plan/2", "onboardings/x-1/notices/draft?draft=plan%2F2"),
        ("repair sender/mail", "findings/sender%2Fmail"),
        ("sweep", "findings"),
        ("contact replace x-1 lead --name 'Ana Ruiz'", "onboardings/x-1/news/replace_contact?person=lead"),
        ("contact add x-1 --name NAME --role champion", "onboardings/x-1/news/add_contact?role=champion"),
        ("replan x-1 --hand-off-by 日付 --reason 理由", "onboardings/x-1/news/replan"),
        ("adoption thank x-1 champion --by jonas.weber", "onboardings/x-1/adoption#thank"),
        ("adoption ask x-1 end_user --by jonas.weber", "onboardings/x-1/adoption#ask"),
        ("inbox --state refused", "inbox"),
        ("goal agree x-1 orders", "onboardings/x-1/goals#goal-orders"),
        ("metric define x-1 orders", "onboardings/x-1/goals/define?goal=orders"),
        ("colleague take-in x-1 2", "onboardings/x-1/people#colleague-2"),
        ("colleague decline x-1 2", "onboardings/x-1/people#colleague-2"),
    ],
)  # fmt: skip
def test_a_command_fills_in_the_form_that_tells_the_same(command: str, path: str) -> None:
    assert Link(PLACES[_of(command)].name["en"], f"{DESK}/{path}") == at_the_desk(f"day90 {command}", DESK, "en")


def _of(command: str) -> str:
    return next(name for name in (" ".join(command.split()[:2]), command.split(maxsplit=1)[0]) if name in PLACES)


@pytest.mark.parametrize("command", ["day90 done", "day90 nothing x", "ls done x", 'day90 done "x', "day90"])
def test_what_is_no_command_of_ours_or_names_nothing_stays_as_it_is(command: str) -> None:
    assert at_the_desk(command, DESK, "en") is None


def test_the_fields_that_an_address_fills_in_are_those_of_its_form() -> None:
    for name, place in PLACES.items():
        update = re.search(r"/news/(\w+)", place.path)
        there = {field.name for field in fields_of(update[1])} if update else {"draft", "goal"}
        assert place.fields.keys() <= there, name
        assert set(LANGUAGES) == set(place.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_and_teams_lead_to_the_desk_too(language: Language) -> None:
    """By their button, and where a message does not fit."""
    waiting = to_staff("escalation", language)
    long = AT_DESK.render(waiting)
    long = type(long)(long.subject, long.text, long.html, body="word \n" * 40_000, at_desk=long.at_desk)
    slack = str(blocks_of(waiting, long, mention="", buttons=False))
    teams = str(message_of(waiting, long))

    for message in (slack, teams):
        assert f"{DESK}/onboardings/{ONBOARDING}" in message
        assert "day90 show" not in message
        assert UI not in message
