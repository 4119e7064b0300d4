"""What may somebody at the desk tell an onboarding? The least role for every update, by its name."""

from collections.abc import Collection, Mapping

from domain.roles import Role, may

LEAST: Mapping[str, Role] = {
    "reach_milestone": "specialist",
    "reopen_milestone": "specialist",
    "raise_issue": "specialist",
    "acknowledge_issue": "specialist",
    "resolve_issue": "specialist",
    "dispute_issue": "specialist",
    "note": "specialist",
    "add_task": "specialist",
    "change_task": "specialist",
    "close_task": "specialist",
    "agree_slot": "specialist",
    "tell_attendance": "specialist",
    "raise_flag": "specialist",
    "sign_off": "csm",
    "ask_sign_off": "csm",
    "pause": "csm",
    "resume": "csm",
    "replan": "csm",
    "reassign": "csm",
    "add_contact": "csm",
    "correct_contact": "csm",
    "replace_contact": "csm",
    "remove_contact": "csm",
    "request_scope_change": "csm",
    "record_risk": "csm",
    "record_win": "csm",
    "attest_criterion": "csm",
    "lower_flag": "csm",
    "open_correction": "csm",
    "change_correction": "csm",
    "close_correction": "csm",
    "edit_draft": "csm",
    "send_draft": "csm",
    "stop_draft": "csm",
    "end_onboarding": "csm",
    "take_back_ending": "csm",
    "waive_milestone": "manager",
    "decide_scope_change": "manager",
    "change_playbook": "manager",
}
"""Updates by the least role that may tell them here. What a playbook reserves for approvers it refuses itself."""


def may_tell(update: str, *, role: Role, handle: str, approvers: Collection[str]) -> bool:
    """Whether somebody in that role may tell it. An approver of the onboarding may tell what takes a manager: in a
    team of one that is its owner."""
    least = LEAST[update]
    return may(role, least) or (least == "manager" and may(role, "csm") and handle in approvers)
