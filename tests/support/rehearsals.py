"""What do tests of rehearsals stand on? Scenarios of a few words, played by the shipped playbooks."""

import functools
from typing import Any

from activities.calendars import hours_of, public_holidays
from domain.deal import DealClosed
from domain.playbook import Playbook
from domain.rehearsal.playing import Rehearsed, World
from domain.rehearsal.scenario import Scenario, ScenarioSet
from domain.rehearsal.story import Story
from playbooks.scenarios.files import load_scenarios
from tests.support.parts import STAFF
from tests.support.simulation import playbook_of


@functools.cache
def shipped() -> ScenarioSet:
    return load_scenarios(None, public_holidays)


def deal_of(customer: str = "germany") -> DealClosed:
    """The deal of a customer of the shipped set."""
    return next(part.deal for part in shipped().parts if part.scenario.customer == customer)


def scenario(**changes: Any) -> Scenario:
    """Everything in time at a customer in Germany, with fields changed."""
    return Scenario.model_validate({"key": "one", "title": "One", "customer": "germany", **changes})


def rehearsed(
    one: Scenario | None = None, playbook: Playbook | None = None, deal: DealClosed | None = None
) -> Rehearsed:
    """A scenario that is ready to be played, by default everything in time by the short playbook."""
    one = one or scenario()
    world = World(STAFF(), public_holidays, hours_of)
    return Rehearsed(one, deal or deal_of(one.customer), playbook or playbook_of("tech-touch"), world)


def story(playbook: Playbook | None = None, **changes: Any) -> Story:
    return rehearsed(scenario(**changes), playbook).play()


@functools.cache
def in_time() -> Story:
    """Everything in time by the short playbook."""
    return story()
