"""How are many scenarios played at once? On several processes, since each keeps one busy for half a second."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from activities.calendars import hours_of, public_holidays
from domain.playbook import Playbook
from domain.rehearsal.driving import NeverAtRest
from domain.rehearsal.playing import Rehearsed, World
from domain.rehearsal.scenario import Part, ScenarioSet
from domain.rehearsal.story import Story
from domain.team import Team
from starter.trouble import ScenarioFailed

WORTH_A_PROCESS = 8
"""Stories from which on a second process is quicker: it takes a second until it has read the program."""
AT_ONCE = 4
"""Stories that a process is handed together: few enough that none waits for the last."""


class _Job(NamedTuple):
    part: Part
    playbook: Playbook
    team: Team


def play(playbooks: Sequence[Playbook], scenarios: ScenarioSet, *, processes: int | None = None) -> list[list[Story]]:
    """For each playbook the stories of all scenarios, in their order. Raises ScenarioFailed.

    The answer does not depend on `processes`, by default as many as there are processors.
    """
    jobs = [_Job(part, playbook, scenarios.team) for playbook in playbooks for part in scenarios.parts]
    workers = min(processes or os.cpu_count() or 1, max(1, len(jobs) // WORTH_A_PROCESS))
    if workers == 1:
        stories = [_play(job) for job in jobs]
    else:
        # Not forked: a fork of a process that has threads may hang for ever.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            stories = list(pool.map(_play, jobs, chunksize=AT_ONCE))
    size = len(scenarios.parts)
    return [stories[first : first + size] for first in range(0, len(jobs), size)]


def _play(job: _Job) -> Story:
    world = World(job.team, public_holidays, hours_of)
    try:
        return Rehearsed(job.part.scenario, job.part.deal, job.playbook, world).play()
    except NeverAtRest as trouble:
        raise ScenarioFailed(
            f"scenario {job.part.scenario.key} cannot be played by {job.playbook.key}: {trouble};"
            " take the event before that moment out of the scenario, and report it to us"
        ) from None
