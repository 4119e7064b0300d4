"""How is a story of the demo played without a server? On the pure core, written to a real store, in a second or two."""

from typing import Any

from sqlalchemy import Engine

from activities.calendars import hours_of
from activities.evaluation import Looks
from domain.clock import Clock
from domain.refusal import Refused
from domain.rehearsal.driving import Driver, opening
from domain.rules.admission import chosen_playbook
from starter.cli.demo.story import Scene, Story
from starter.doors.measuring import FigureReported, Measuring
from store.customers import SqlCustomers
from store.evaluations import SqlEvaluations
from store.ledger import SqlLedger
from tests.support.parts import LIBRARY, STAFF
from tests.support.simulation import calendar_of, deal, staff


class PlayedStory(Driver):
    """The onboarding of a story. Whenever figures are reported its customer is evaluated, as the schedule does it."""

    def __init__(self, engine: Engine, story: Story) -> None:
        sold = deal(story.deal.removesuffix(".json"))
        playbook = chosen_playbook(sold, LIBRARY)
        state, dossier = opening(sold, playbook, calendar_of(sold), staff(), now=sold.closed_at, clock=Clock())
        ledger = SqlLedger(engine)
        super().__init__(state, dossier, staff(), ledger, now=sold.closed_at, hours=hours_of)
        ledger.admit(dossier, run="1")
        self.settle()
        self._story = story
        self._measuring = Measuring(engine=engine, staff=STAFF, via="api")
        self._looks = Looks(customers=SqlCustomers(engine), evaluations=SqlEvaluations(engine), now=lambda: self.now)

    def play(self, *, until_day: int = 1_000) -> None:
        """Play its scenes up to that day."""
        for scene in self._story.scenes:
            if scene.day <= until_day:
                self._perform(scene)

    def _perform(self, scene: Scene) -> None:
        moment = scene.moment(self.dossier.deal, self.dossier.calendar)
        self.until(moment)
        for metric, value in scene.figures.items():
            figure = FigureReported(metric=metric, value=value, at=moment)
            assert not self._measuring.report(self.id, figure, now=moment).set_apart
        if scene.figures:
            self._looks.all()
        if scene.news is None:
            return
        try:
            self.update(scene.news, {**self._fields(scene), "by": self._who(scene.by)})
        except Refused:
            assert scene.refused, scene.say

    def _fields(self, scene: Scene) -> dict[str, Any]:
        category = scene.fields.get("correction")
        if category is None:
            return scene.fields
        [key] = [one.key for one in self.state.corrections if one.category == category]
        return {**scene.fields, "correction": key}

    def _who(self, by: str | None) -> str | None:
        manager = self.team.manager_of(self.state.owner)
        return {"owner": self.state.owner, "manager": manager.handle if manager else None}.get(by or "", by)
