"""Who of ours hears whom to thank and whom to help, and what do those people read? By four weeks of use, never by rank.

It is proposed to the owner, who knows these people: nobody of the customer's is written to because of a figure alone.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from domain.agenda.state import Entry
from domain.measure.adoption import AdoptionSeen, UseOfPerson
from domain.naming import role_title
from domain.notice import Notice, NoticeKind
from domain.record import Dossier
from domain.rules.addressing import Desk
from domain.rules.briefing import Briefing, present
from domain.rules.reviewing import has_come
from domain.text import in_language

EVERY = timedelta(weeks=4)
MINUTES = 15
"""What we offer to somebody who uses it little: long enough to see what is in the way, short enough to say yes to."""


def at_look(briefing: Briefing, entry: Entry) -> list[Notice]:
    """What the owner is told at a weekly look, every fourth week after the go-live; nothing where nobody uses it."""
    seen, rule, go_live = briefing.adoption, briefing.playbook.adoption, briefing.state.playing("go_live")
    if seen is None or rule is None or go_live is None or go_live.at is None:
        return []
    day = briefing.calendar.day_of(go_live.at) + timedelta(days=rule.from_day)
    while day <= briefing.today and not has_come(briefing, day):
        day += EVERY
    if not has_come(briefing, day):
        return []
    owner = briefing.state.owner
    return present([briefing.notice("adoption_found", owner, entry.key, _found(briefing, seen))])


def _found(briefing: Briefing, seen: AdoptionSeen) -> dict[str, Any]:
    language = briefing.language_of(briefing.state.owner)

    def named(people: Sequence[UseOfPerson]) -> list[dict[str, Any]]:
        return [
            {
                "person": one.person,
                "name": briefing.called([one.person], language, among_us=True),
                "role": role_title(known.role, language),
            }
            for one in people
            if (known := briefing.person(one.person)) is not None
        ]

    return {
        "you": briefing.state.owner,
        "since": str(seen.since),
        "users": seen.users,
        "power_users": seen.power_users,
        "by_person": seen.by_person,
        "often": named(seen.of_habit("often")),
        "little": named(seen.of_habit("little")),
    }


def thanked(desk: Desk, person: str, seen: AdoptionSeen) -> Notice:
    """Thanks to somebody who uses it often, with what they have done."""
    return _to(desk, "thanked", person, seen)


def asked(desk: Desk, person: str, seen: AdoptionSeen) -> Notice:
    """The question to somebody who uses it little, what keeps them; it does not say how little."""
    return _to(desk, "use_asked", person, seen)


def _to(desk: Desk, kind: NoticeKind, person: str, seen: AdoptionSeen) -> Notice:
    reader = desk.dossier.person(person)
    assert reader is not None, "whoever is named takes part"
    facts = own_use(desk.dossier, seen, person, reader.language) if kind == "thanked" else {"minutes": MINUTES}
    return desk.message(kind, reader, facts, key=f"adoption/{kind}/{seen.since}")


def own_use(dossier: Dossier, seen: AdoptionSeen | None, person: str, language: str) -> Mapping[str, Any]:
    """How that person uses it, for themselves alone; empty for who is not named, and for whom it is no habit yet."""
    use = seen.of(person) if seen else None
    if seen is None or use is None or use.habit == "little":
        return {}
    features = {one.key: in_language(one.title, language) for one in dossier.playbook.core_features}
    return {
        "own": {
            "days": use.days,
            "features": len(use.features),
            "of_features": seen.core_features,
            "not_yet": [title for key, title in features.items() if key not in use.features],
        }
    }
