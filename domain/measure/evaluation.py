"""How does a customer do, in one answer? Score, targets, weeks and red flags by their playbook, and whether to act.

One function for the weekly look, the command line, REST, mails and pages.
"""

from domain.measure.customer import Customer
from domain.measure.flags import FlagUp, flags_up, is_alarm
from domain.measure.health import Health, Measured, health
from domain.measure.targets import IndicatorSeen, TargetSeen, indicators_seen, targets_seen
from domain.wire import FiguresSay, Wire

HEALTH = "customer_health"
"""The figure that we compute ourselves: the score. A target for it is judged by that, whatever others report."""


class Due(Wire):
    """An onboarding that is to be looked at; `news` counts what was reported about it until now."""

    onboarding: str
    news: int


class Evaluation(Wire):
    """How a customer does on a `day` after the close, by a version of their playbook.

    `score` is None where the playbook has none. `flags` are up, the longest first; `alarm` says that together they call
    for a correction.
    """

    day: int
    playbook: str
    playbook_hash: str
    score: Health | None
    targets: tuple[TargetSeen, ...] = ()
    weeks: tuple[IndicatorSeen, ...] = ()
    flags: tuple[FlagUp, ...] = ()
    alarm: bool = False

    @property
    def says(self) -> FiguresSay:
        """How the customer stands by their figures: `behind` once a target was missed after the go-live.

        A red score and an alarm wait for us, whatever the plan says.
        """
        if any(target.colour == "red" for target in self.targets):
            return "behind"
        is_red = self.score is not None and self.score.band == "red"
        return "waits" if is_red or self.alarm else ""


def evaluate(customer: Customer, *, language: str = "en") -> Evaluation:
    """How that customer does, in that language."""
    playbook, progress = customer.playbook, customer.progress
    score = None
    if playbook.score is not None:
        score = health(playbook, customer.facts, hashed=customer.hashed, language=language)
        if score.score is not None:
            computed = Measured(value=score.score, origin=HEALTH)
            progress = progress.model_copy(update={"figures": {**progress.figures, HEALTH: computed}})
    flags = flags_up(playbook, customer.course, language=language)
    return Evaluation(
        day=customer.today,
        playbook=playbook.key,
        playbook_hash=customer.hashed,
        score=score,
        targets=targets_seen(playbook, progress, language=language),
        weeks=indicators_seen(playbook, progress, language=language),
        flags=flags,
        alarm=is_alarm(flags),
    )
