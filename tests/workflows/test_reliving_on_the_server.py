"""Does the journal that a server wrote tell its onboarding's story again, notice by notice and minute by minute?"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from activities.calendars import hours_of, public_holidays
from domain.notice import Notice
from domain.rehearsal.people import Move
from domain.rehearsal.playing import Rehearsed, World
from domain.rehearsal.reliving import Relived, canonical
from tests.support.onboardings import World as Server
from tests.support.parts import STAFF
from tests.support.rehearsals import shipped
from tests.support.simulation import playbook_of


def told(notices: Iterable[Notice]) -> Counter[tuple[str, ...]]:
    """To the minute: a server is some milliseconds late, and what follows from a turn of its own with it."""
    return Counter(
        (canonical(n.key), n.kind, n.to, n.about, f"{n.not_before:%Y-%m-%d %H:%M}", repr(n.facts)) for n in notices
    )


class _Followed(Rehearsed):
    """A rehearsal that remembers what people did, and when."""

    def _make(self, move: Move) -> None:
        self.__dict__.setdefault("moves", []).append(move)
        super()._make(move)


async def test_what_a_server_wrote_down_is_lived_again_as_it_was(here: Server) -> None:
    """Rejections and slow people, with references in the history where people wrote something."""
    shown = next(part.scenario for part in shipped().parts if part.scenario.key == "rejected-and-slow")
    onboarding = await here.closed_now("lindenau-germany", playbook="tech-touch")
    dossier = here.ledger.dossiers[onboarding.id]
    rehearsed = _Followed(shown, dossier.deal, playbook_of("tech-touch"), World(STAFF(), public_holidays, hours_of))
    rehearsed.play()
    moves: list[Move] = rehearsed.__dict__["moves"]
    for move in moves:
        await onboarding.until(move.at)
        await onboarding.send(move.kind, rehearsed.news_of(move))
    await onboarding.until(dossier.deal.closed_at + timedelta(days=shown.days))
    # A question is answered after what was due before it.
    await onboarding.progress()
    await asyncio.sleep(0.2)

    past = here.ledger.past(onboarding.id)
    assert past is not None
    lived = here.ledger.dossiers[onboarding.id]
    again = Relived(lived, past.rows, lived.playbook, STAFF(), hours=hours_of)
    again.live()

    then = [notice for notice in here.ledger.told(onboarding.id) if not notice.kind.startswith("programme_")]
    assert len(then) > 50
    assert told(then) == told(again.notices)
    assert [] == again.untold
