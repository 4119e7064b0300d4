"""Does the room draw how far a goal has come, beside where it should be by now, with every report in words?"""

import re
from datetime import timedelta
from pathlib import Path

from starter.doors.measuring import FigureReported, Measuring
from tests.support.room import into, room_on


async def test_a_goal_is_drawn_with_its_reports_and_says_how_it_is_computed(tmp_path: Path) -> None:
    """As soon as there is one report; the last one is in words, too."""
    async with room_on(tmp_path) as site:
        onboarding = site.opened()
        measuring = Measuring(engine=site.engine, staff=site.parts.staff, via="api")
        goal = measuring.metrics(onboarding.id, now=onboarding.now)[0]
        async with into(site, onboarding, "project_lead") as browser:
            before = (await browser.get("/goals")).text
            for day, value in ((20, 7.0), (30, 5.5)):
                onboarding.to_day(day)
                figure = FigureReported(metric=goal.key, value=value, at=onboarding.now - timedelta(hours=1))
                measuring.report(onboarding.id, figure, now=onboarding.now)
            after = (await browser.get("/goals")).text

    assert '<svg class="chart"' not in before
    [drawn] = re.findall(r'<svg class="chart".*?</svg></?', after, re.DOTALL)[:1]
    assert 2 == after.count('<circle class="point"')
    assert '<polyline class="was"' in drawn
    assert "goal 2 %" in after
    assert "7 %</li>" in after
    assert "How is this computed?" in after
    assert "Dashed: the straight way" in after
