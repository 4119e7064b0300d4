"""How did the customer's people like the trainings? A command that lists what they have said in their room."""

from rich.console import Console

from starter.cli.answers import answer, plain, table
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Onboarding, Where


def ratings(onboarding: Onboarding, *, where: Where = NOWHERE) -> None:
    """How the customer's people rate the trainings, from 1 to 5, and what they say of them."""
    from domain.training import summed_up
    from store.training import SqlTraining

    installation = installation_at(where)
    onboarding = installation.meant(onboarding)
    each = SqlTraining(installation.engine).of(onboarding)
    sessions = summed_up(each)

    def draw(out: Console) -> None:
        if not each:
            out.print(plain("nobody has rated a training yet"))
            return
        rows = [(one.session, str(one.ratings), f"{one.average:g}", str(one.unhappy)) for one in sessions]
        out.print(table("Trainings", ("session", "ratings", "average", "unhappy"), rows))
        said = [(one.session, one.by, str(one.rating), one.text) for one in each]
        out.print(table("What was said", ("session", "by", "rating", "words"), said))

    document = {
        "sessions": [one.model_dump(mode="json") for one in sessions],
        "items": [one.model_dump(mode="json") for one in each],
    }
    answer(where.json, document, draw)
