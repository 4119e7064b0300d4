"""How is the plan put into words for paper? As its page has it, with every fold opened."""

from collections.abc import Mapping, Sequence

from activities.documents.plan import PlanLine, PlanPart, PlanSheet
from portal.room.looking import ShownMilestone, ShownStage, go_live
from portal.room.moves import Move, Moves
from portal.room.view import View

Words = Mapping[str, str]


def plan_sheet(view: View, stages: Sequence[ShownStage], moves: Moves, words: Words, company: str) -> PlanSheet:
    """The plan that the reader sees, in their language."""
    facts = [(words["plan_for"], view.visit.account), (words["plan_as_of"], view.day(view.today))]
    live = go_live(view)
    if live is not None:
        facts.append((words["go_live"], view.day(live.at or live.day)))
    facts.append((words["plan_agreed"], view.day(moves.agreed_on) if moves.agreed_on else words["plan_not_agreed"]))
    return PlanSheet(
        language=view.language,
        company=company,
        title=words["the_plan"],
        facts=facts,
        columns=[words["milestone"], words["who"], words["column_day"]],
        parts=[_part(view, stage, moves, words) for stage in stages],
        moves_title=words["moves_h"],
        moves=[in_a_line(view, move, words) for move in moves.made],
        footer=f"{view.visit.account} · {words['the_plan']}",
    )


def in_a_line(view: View, move: Move, words: Words) -> str:
    """A move as one sentence: when, who, what, and why."""
    key = "move_line" if move.reason else "move_line_plain"
    return words[key].format(day=view.day(move.on), by=move.by, what=move.what, reason=move.reason)


def slipped(view: View, key: str, moves: Moves, words: Words) -> str:
    """How far a milestone is from the day that was agreed to; empty where it is on it."""
    moved = moves.moved.get(key)
    if moved is None:
        return ""
    count = abs(moved.days)
    which = "later" if moved.days > 0 else "earlier"
    number = "one" if count == 1 and view.language == "en" else "many"
    return words[f"agreed_{which}_{number}"].format(day=view.day(moved.agreed), count=count)


def _part(view: View, stage: ShownStage, moves: Moves, words: Words) -> PlanPart:
    return PlanPart(
        title=stage.title,
        when=f"{view.short(stage.opens)} – {view.short(stage.closes)}",
        reached=f"{stage.reached}/{len(stage.milestones)}",
        lines=[_line(view, milestone, moves, words) for milestone in stage.milestones],
    )


def _line(view: View, one: ShownMilestone, moves: Moves, words: Words) -> PlanLine:
    state = "reached" if one.status != "open" else "late" if one.late else "waits" if one.waits else "open"
    notes = [words["signature"]] if one.signed else []
    if one.waits_for:
        notes.append(words["waits_for"].format(what=one.waits_for))
    if slip := slipped(view, one.key, moves, words):
        notes.append(slip)
        notes += one.why
    notes += [in_a_line(view, move, words) for move in moves.of(one.key)]
    return PlanLine(
        title=one.title,
        day=_day(view, one, words),
        state=state,
        who="\n".join(filter(None, _who(one, words))),
        mine=one.mine,
        notes=notes,
    )


def _who(one: ShownMilestone, words: Words) -> list[str]:
    """Who acts for it, and the reader's part in it; of what was signed, by whom."""
    if one.signers:
        return [words["signed_by_names"].format(names=one.signers)]
    if one.mine:
        return [words["you"], one.who]
    return [one.who, words[f"part_{one.part}"] if one.part else ""]


def _day(view: View, one: ShownMilestone, words: Words) -> str:
    if one.status == "reached":
        return words["on_day"].format(day=view.short(one.at or one.day))
    if one.status == "waived":
        return words["not_needed"]
    if view.line.ending:
        return words["not_reached"]
    return f"{view.short(one.day)}\n{words['late']}" if one.late else view.short(one.day)
