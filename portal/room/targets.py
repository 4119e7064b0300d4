"""To which page of the room does a message lead? To what it is about."""

from urllib.parse import quote

from domain.notice import Notice

ABOUT_ISSUES = ("issue_raised", "issue_resolved", "service_level_missed", "hypercare_prolonged")
ABOUT_THE_PLAN = ("plan", "replanned", "milestone_reached", "milestone_reopened", "went_live", "status_report")


def target(notice: Notice | None) -> str:
    """The path that shows what the message is about; the home where that is nothing of its own."""
    if notice is None:
        return "/"
    about = quote(notice.about, safe="")
    match notice.kind:
        case "sign_off_request":
            return f"/sign-off/{about}"
        case "plan" if notice.facts.get("sign_off"):
            return f"/sign-off/{about}"
        case "reminder" if notice.facts.get("sign_off"):
            return f"/sign-off/{about}"
        case "reminder":
            return f"/done/{about}"
        case "task_given" | "task_due":
            return f"/task/{about}"
        case "kickoff_agenda":
            return "/asked"
        case "question_answered":
            return f"/questions/{about}"
        case "message" if notice.facts.get("by_team"):
            return "/use"
        case "sign_off_decided" | "sign_off_rejected":
            return "/records"
        case kind if kind in ABOUT_ISSUES:
            return "/issues"
        case kind if kind in ABOUT_THE_PLAN:
            return "/plan"
    return "/"
