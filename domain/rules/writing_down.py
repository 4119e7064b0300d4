"""What of a decision is written down? All of it for the store; for a look ahead, what happened and what people hear."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from domain.agenda.occasion import Occasion
from domain.agenda.state import Fact
from domain.notice import Notice, Person
from domain.playbook import Playbook
from domain.record import JournalRow, Task, Writing
from domain.rules import corrections, drafting, standing_in
from domain.rules.attending import attention
from domain.rules.briefing import Briefing, once_to_each
from domain.rules.inviting import Invitations
from domain.rules.recasting import Recasting
from domain.rules.record_keeping import attendance, journal, registers, shipped_risks, standing
from domain.rules.retelling import unconfirmed
from domain.rules.vouching import DOUBTED, doubted_key, figures_against
from domain.rules.weighing import Doubts
from domain.team import Team


class Decided(NamedTuple):
    """What was decided on an occasion, of which more or less is written down.

    `facts` are all that it was about, `fresh` those that were not done before. `playbook` is the version that counts
    from now on, where that is another one, and `changed_by` the row about it. `correct_by` has the days that course
    corrections got.
    """

    occasion: Occasion
    facts: Sequence[Fact]
    fresh: Sequence[Fact]
    recasting: Recasting
    doubts: Doubts
    briefing: Briefing
    notices: Sequence[Notice]
    changed_by: Sequence[JournalRow]
    playbook: Playbook | None
    invited: Invitations
    correct_by: Mapping[str, date]


def in_full_detail(decided: Decided) -> Writing:
    """All that the store keeps: the journal, the read model, the registers, and the messages of drafts as they read."""
    occasion, facts, fresh, recasting, doubts, briefing, *_ = decided
    state, playbook, now = briefing.state, briefing.playbook, occasion.now
    shown = attention(briefing, facts, decided.invited.invited)
    opening = any(fact.kind == "opened" for fact in facts)
    risks = shipped_risks(playbook, now) if opening else []
    return Writing(
        onboarding=state.onboarding,
        journal=(
            *journal(recasting.told_by_ids(facts), occasion.due, now, more=recasting.on_their_day()),
            *recasting.rows(),
            *_refused_owners(briefing.team, facts, now),
            *_doubted(briefing, facts, doubts),
            *decided.changed_by,
            *decided.invited.journal,
        ),
        notices=_heard(decided),
        standing=standing(state, briefing.plan, playbook, briefing.calendar, now, attention=shown),
        registers=(*risks, *recasting.tasks, *registers(facts), *corrections.rows(decided.correct_by, now)),
        people=(*recasting.people(), *_staff(briefing), *standing_in.people(briefing, decided.notices)),
        **recasting.writing(),
        plan=briefing.plan,
        playbook=decided.playbook,
        held=tuple(once_to_each(briefing, drafting.notices(briefing, fresh))),
        drafts=tuple(drafting.changes(briefing, fresh)),
        meetings=tuple(decided.invited.meetings),
        attendance=tuple(attendance(facts)),
        # With its references: told again it goes to Temporal once more.
        unconfirmed=unconfirmed(occasion),
        task=Task(run=occasion.run, task=occasion.task, seen=tuple(occasion.state.seen)) if occasion.run else None,
    )


def what_is_heard(decided: Decided) -> Writing:
    """What has happened and what people hear, without the read model, and drafts only once they go.

    Enough for who drives an onboarding ahead in memory and asks for its notices: they are the same.
    """
    facts, fresh, recasting, briefing = decided.facts, decided.fresh, decided.recasting, decided.briefing
    changes = tuple(drafting.changes(briefing, fresh))
    return Writing(
        onboarding=briefing.state.onboarding,
        journal=(
            *journal(
                recasting.told_by_ids(facts),
                decided.occasion.due,
                decided.occasion.now,
                more=recasting.on_their_day(),
            ),
            *decided.changed_by,
            *decided.invited.journal,
        ),
        notices=_heard(decided),
        registers=(
            *recasting.tasks,
            *registers(facts),
            *corrections.rows(decided.correct_by, decided.occasion.now),
        ),
        people=tuple(recasting.people()),
        **recasting.writing(),
        plan=briefing.plan,
        playbook=decided.playbook,
        held=tuple(once_to_each(briefing, drafting.notices(briefing, fresh))) if changes else (),
        drafts=changes,
    )


def _heard(decided: Decided) -> tuple[Notice, ...]:
    return tuple(once_to_each(decided.briefing, decided.recasting.to_those_who_stay(decided.notices)))


def _doubted(briefing: Briefing, facts: Sequence[Fact], doubts: Doubts) -> list[JournalRow]:
    """Rows about figures that speak against a word, as they stood when it was given."""
    return [
        JournalRow(
            key=doubted_key(fact.key),
            at=briefing.now,
            kind=DOUBTED,
            about=fact.about,
            by=fact.by,
            data={"figures": figures_against(briefing, fact, doubts)},
        )
        for fact in facts
        if figures_against(briefing, fact, doubts)
    ]


def _refused_owners(team: Team, facts: Sequence[Fact], now: datetime) -> list[JournalRow]:
    """Rows about new owners who are not in the staff directory, which a workflow cannot know."""
    return [
        JournalRow(key=f"{fact.key}/refused", at=now, kind="reassignment_refused", about=fact.about, by=fact.by)
        for fact in facts
        if fact.kind == "reassigned" and team.member(fact.about) is None
    ]


def _staff(briefing: Briefing) -> list[Person]:
    """Members of staff who take part and are not written down as the directory has them today."""
    handles = dict.fromkeys(
        [briefing.state.owner, *briefing.state.approvers, *(h for hs in briefing.state.cast.values() for h in hs)]
    )
    people = [person for handle in handles if (person := briefing.colleague(handle)) is not None]
    return [person for person in people if briefing.dossier.person(person.id) != person]
