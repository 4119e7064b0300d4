"""Who hears that somebody vouches against figures, and how is it written down?"""

from typing import Any

from domain.agenda.state import Fact
from domain.notice import Notice
from domain.rules.briefing import Briefing, present
from domain.rules.weighing import Doubts

DOUBTED = "criterion_doubted"


def doubted_key(key: str) -> str:
    """Key of the journal's row about figures that speak against the word which left the row of that key."""
    return f"{key}/figures"


def figures_against(briefing: Briefing, fact: Fact, doubts: Doubts) -> list[dict[str, Any]]:
    """The figures that speak against a word that was just given; none for any other fact."""
    if fact.kind != "criterion_attested":
        return []
    targets = {target.key: target for target in briefing.playbook.targets}
    return [doubt.shown(targets.get(doubt.target)) for doubt in doubts.get(fact.about, ())]


def doubted(briefing: Briefing, fact: Fact, doubts: Doubts) -> list[Notice]:
    """With a reason the managers are asked for their approval, but not who gave it; without one, the owner hears that
    the word does not count. The customer is asked neither."""
    against = figures_against(briefing, fact, doubts)
    if not against:
        return []
    reason = str(fact.data.get("reason") or "")
    asked = [id for id in briefing.state.approvers if id != fact.by][:1] if reason else [briefing.state.owner]
    return present(
        briefing.notice(
            "criterion_doubted",
            id,
            fact.key,
            {
                "criterion": fact.about,
                "title": briefing.title(fact.about, briefing.language_of(id)),
                "by": briefing.called([fact.by], briefing.language_of(id)),
                "reason": reason,
                "figures": [_shown(briefing, figure, briefing.language_of(id)) for figure in against],
            },
            about=fact.about,
        )
        for id in asked
    )


def _shown(briefing: Briefing, figure: dict[str, Any], language: str) -> dict[str, Any]:
    target = next((target for target in briefing.playbook.targets if target.key == figure["target"]), None)
    title = briefing.say(target.title, language) if target else figure["target"]
    at_least, below = figure.get("at_least"), figure.get("below")
    return {
        "title": title,
        "value": f"{figure['value']:g}",
        "at_least": "" if at_least is None else f"{at_least:g}",
        "below": "" if below is None else f"{below:g}",
        "unit": figure.get("unit") or "",
        "on": figure["at"][:10],
    }
