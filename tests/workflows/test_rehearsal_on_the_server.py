"""Is a rehearsal what would really happen? The same scenario on the server, notice by notice and day by day."""

import asyncio
import re
from datetime import timedelta

import pytest

from activities.calendars import hours_of, public_holidays
from domain.notice import Notice
from domain.refusal import Refused
from domain.rehearsal.people import Move
from domain.rehearsal.playing import Rehearsed, World
from domain.rehearsal.scenario import Scenario
from tests.support.onboardings import World as Server
from tests.support.parts import STAFF
from tests.support.rehearsals import shipped
from tests.support.simulation import playbook_of
from tests.support.waiting import caught_up

TO_THE_MINUTE = "%Y-%m-%d %H:%M"
"""A server is some milliseconds late, and nothing of a scenario happens on the turn of a minute."""
SENT_BY_ITSELF = re.compile(r"(?<=/draft_sent/)[a-z]+/[0-9a-f]{12}")
"""What names a draft that went by itself: the very moment at which the server had opened the onboarding."""


class _Followed(Rehearsed):
    """A rehearsal that remembers what people did, and when."""

    def _make(self, move: Move) -> None:
        self.__dict__.setdefault("moves", []).append(move)
        super()._make(move)


def _told(notices: list[Notice]) -> list[tuple[str, str, str, str]]:
    return sorted((SENT_BY_ITSELF.sub("", n.key), n.kind, n.to, n.not_before.strftime(TO_THE_MINUTE)) for n in notices)


@pytest.mark.parametrize(
    "key",
    ["punctual", "rejected-and-slow", "paused-too-long", "go-live-later", "customer-leaves"],
)
async def test_the_server_tells_what_the_rehearsal_told(here: Server, key: str) -> None:
    """Under the same keys, to the same people, at the same minute; and nothing else."""
    shown: Scenario = next(part.scenario for part in shipped().parts if part.scenario.key == key)
    onboarding = await here.closed_now("lindenau-germany", playbook="tech-touch")
    deal = here.ledger.dossiers[onboarding.id].deal
    rehearsed = _Followed(shown, deal, playbook_of("tech-touch"), World(STAFF(), public_holidays, hours_of))

    story = rehearsed.play()
    moves: list[Move] = rehearsed.__dict__["moves"]
    for move in moves:
        await onboarding.until(move.at)
        try:
            await onboarding.send(move.kind, rehearsed.news_of(move))
        except Refused as refused:
            pytest.fail(f"{move}: {refused}")
    await onboarding.until(deal.closed_at + timedelta(days=shown.days))

    def told() -> list[tuple[str, str, str, str]]:
        notices = here.ledger.told(onboarding.id)
        return _told([notice for notice in notices if not notice.kind.startswith("programme_")])

    expected = _told([*rehearsed.records.notices.values()])
    await caught_up(told, with_=expected)
    # What comes besides comes by then.
    await asyncio.sleep(0.2)
    assert len(story.mails) > 50
    assert expected == told()
    assert story.ending == here.ledger.standings[onboarding.id].ending
