"""What happens in the demo, on which day, and who does it? The scenes of its stories in `examples/`."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, model_validator

from domain.calendar import WorkCalendar
from domain.deal import DealClosed
from domain.news import KINDS, unknown_fields
from domain.wire import Line, Slug, StrictWire

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
STORY = EXAMPLES / "demo.yaml"
SECOND_STORY = EXAMPLES / "demo-second.yaml"
"""That of a customer who struggles, which goes on beside the first."""

Somebody = Literal["owner", "manager"]
"""The assignment rule decides who these are; everybody else in a story is a stakeholder of its deal."""


class Scene(StrictWire):
    """One scene: somebody brings a piece of news, figures are reported, or somebody asks why a date is that date.

    `day` counts calendar days after the close and `at` is the hour in the customer's zone. `say` may name people in
    braces: a stakeholder's id, `owner` or `manager`. Of news about a correction, whose id is the workflow's, the scene
    says the category.
    """

    day: int = Field(ge=0, le=400)
    at: time = time(10)
    by: Somebody | Slug | None = None
    say: Line
    news: Slug | None = Field(None, description="the kind of news")
    fields: dict[str, Any] = Field(default_factory=dict, description="the fields of the news besides by and at")
    refused: bool = Field(False, description="true when the news must be refused")
    figures: dict[Slug, float] = Field(default_factory=dict, description="what is reported, by figure or goal")
    why: Slug | None = Field(None, description="a milestone whose date is explained")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(map(bool, (self.news, self.figures, self.why))) != 1:
            raise ValueError("a scene has news, or figures, or asks why")
        if self.news is not None and self.news not in KINDS:
            raise ValueError(f"{self.news} is no kind of news")
        if self.news and (unknown := unknown_fields(self.news, self.fields)):
            raise ValueError(f"{self.news} has no field {unknown[0]}")
        return self

    def moment(self, deal: DealClosed, calendar: WorkCalendar) -> datetime:
        """When the scene happens, in business time; never before the close."""
        day = calendar.day_of(deal.closed_at) + timedelta(days=self.day)
        return max(calendar.at(day, self.at), deal.closed_at)


class Story(StrictWire):
    """A deal and the scenes that are played with it, and the health with which it ends."""

    deal: Line = Field(description="the deal file beside the story")
    ending: Line | None = Field(None, description="how the onboarding ends; none where it goes on")
    health: int = Field(ge=0, le=100, description="the score at the end, give or take one point")
    scenes: tuple[Scene, ...] = Field(min_length=1)


def read_story(path: Path = STORY) -> Story:
    """The story in a file, its scenes in the order of time."""
    story = Story.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    return story.model_copy(update={"scenes": tuple(sorted(story.scenes, key=lambda scene: (scene.day, scene.at)))})


class Names(Mapping[str, str]):
    """Names of people by what a story calls them; an unknown one stays in braces."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)

    def __getitem__(self, key: str) -> str:
        return self._names.get(key, "{" + key + "}")

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
