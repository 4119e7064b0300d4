"""What follows from a button pressed in Slack? News by whoever pressed it, or the message again tomorrow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.channels.texts.samples import sample
from activities.inbox.slack import ButtonIsPressed
from domain.inbox import InboxRow
from domain.notice import Notice, NoticeKind
from domain.refusal import Refused
from domain.team import Team
from playbooks.library import load_team
from tests.support.fakes import Wakes

NOW = datetime(2027, 1, 7, 8, 0, tzinfo=UTC)


@dataclass
class Told:
    """A door that takes what it is told, or refuses."""

    news: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    refusal: Refused | None = None

    async def start(self, raw: object) -> Any:
        raise AssertionError("no button starts anything")

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        if self.refusal:
            raise self.refusal
        self.news.append((onboarding, kind, raw))


@dataclass
class OneNotice:
    """One notice that may be pressed."""

    it: Notice
    settled: bool = False
    again_at: list[tuple[str, datetime]] = field(default_factory=list)

    def notice(self, id: int) -> Notice | None:
        return self.it if id == 17 else None

    def is_milestone(self, onboarding: str, key: str) -> bool:
        return not key.startswith("T-")

    def again(self, id: int, *, key: str, by: str, at: datetime) -> bool:
        if not self.settled:
            self.again_at.append((by, at))
        return not self.settled


@dataclass
class Case:
    door: Told = field(default_factory=Told)
    pressed: OneNotice = field(default_factory=lambda: OneNotice(reminder()))
    said: list[str] = field(default_factory=list)
    wakes: Wakes = field(default_factory=Wakes)

    async def press(self, kind: str = "done", *, user: str = "U0MIKA", notice: str = "17") -> str:
        async def answer(url: str, text: str) -> None:
            self.said.append(text)

        handler = ButtonIsPressed(
            door=self.door, pressed=self.pressed, staff=staff, answer=answer, wake=self.wakes, now=lambda: NOW
        )
        body = {"user": user, "notice": notice, "response_url": "https://hooks.slack.com/actions/1"}
        row = InboxRow(
            id=1, source="slack", kind=kind, key=f"{user}/{kind}/1", body=body, state="waiting", received_at=NOW
        )
        return (await handler(row)).outcome


def reminder(slot: str = "kickoff_held", kind: NoticeKind = "reminder") -> Notice:
    return sample(kind).notice.model_copy(update={"while_open": slot, "channel": "slack"})


def staff() -> Team:
    team = load_team()
    ids = {"mika.sato": "U0MIKA", "grace.lee": "U0GRACE"}
    return Team(
        members=tuple(one.model_copy(update={"slack": ids.get(one.handle)}) for one in team.members),
        closures=team.closures,
    )


@pytest.mark.parametrize(
    ("slot", "news", "named"),
    [
        ("kickoff_held", "reach_milestone", {"milestone": "kickoff_held"}),
        ("task/task-1", "close_task", {"task": "task-1"}),
        ("T-2041", "resolve_issue", {"issue": "T-2041"}),
    ],
)
async def test_done_is_told_by_whoever_pressed(slot: str, news: str, named: dict[str, str]) -> None:
    """Through the same door as all news, under an id of its own, so that a second delivery changes nothing."""
    case = Case(pressed=OneNotice(reminder(slot)))

    await case.press(user="U0GRACE")

    ((onboarding, kind, told),) = case.door.news
    assert (case.pressed.it.onboarding, news) == (onboarding, kind)
    assert told == {**named, "by": "grace.lee", "news_id": "slack-U0GRACE/done/1"}
    assert case.said == ["Recorded as done. Thank you."]


async def test_a_refusal_is_told_to_whoever_pressed_with_its_reason() -> None:
    """The gate that is closed, say; nothing waits for it."""
    case = Case(door=Told(refusal=Refused("its gate is not open yet", field="milestone")))

    outcome = await case.press(user="U0GRACE")

    assert case.said == ["That could not be recorded: its gate is not open yet"]
    assert "refused: reach_milestone" in outcome


async def test_an_unknown_user_is_told_politely_and_changes_nothing() -> None:
    """The team's channel may hold people whom the staff directory lacks."""
    case = Case()

    await case.press(user="U0STRANGER")

    assert case.door.news == []
    assert "add your Slack id" in case.said[0]


async def test_snooze_brings_the_message_again_on_the_next_day() -> None:
    """In the office hours of whoever pressed, and their language."""
    case = Case()

    await case.press("snooze")

    ((by, at),) = case.pressed.again_at
    assert by == "mika.sato"
    assert at > datetime(2027, 1, 8, 0, 0, tzinfo=UTC)
    assert case.said[0].endswith("にもう一度お知らせします。")
    assert case.wakes.calls == ["slack"]


async def test_what_is_settled_is_not_brought_again() -> None:
    """Somebody else has done it meanwhile."""
    case = Case(pressed=OneNotice(reminder(), settled=True))

    await case.press("snooze", user="U0GRACE")

    assert case.said == ["This is settled already. Nothing was changed."]


@pytest.mark.parametrize("notice", ["18", "", "１７", "99999999999999999999999", "17 or 1=1"])
async def test_a_message_that_there_is_none_of_changes_nothing(notice: str) -> None:
    """A value is what our own message had; still it comes from outside."""
    case = Case()

    await case.press(user="U0GRACE", notice=notice)

    assert case.door.news == []
    assert case.said == ["This message is not known any more. Nothing was changed."]


async def test_a_sign_off_is_never_given_by_a_button() -> None:
    """Whatever number comes back."""
    case = Case(pressed=OneNotice(reminder("uat_signed_off", "sign_off_request")))

    await case.press(user="U0GRACE")

    assert case.door.news == []
