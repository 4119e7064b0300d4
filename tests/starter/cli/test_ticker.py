"""Does the demo say of each message that it went, once, however much travelled in it?"""

from typing import Any

from starter.cli.demo.ticker import apart
from store.reads import NoticeLine


def notice(id: int, kind: str, message: str, **more: Any) -> NoticeLine:
    line = {
        "id": id,
        "onboarding": "onboarding-file-1",
        "key": f"{kind}/{id}",
        "channel": "mail",
        "kind": kind,
        "person": "project_lead",
        "name": None,
        "facts": {},
        "about": "",
        "while_open": None,
        "not_before": "2026-09-01T12:00:00Z",
        "state": "sent",
        "reason": None,
        "message_id": message,
        "place": None,
        "sent_at": "2026-09-01T12:00:00Z",
        "created_at": "2026-09-01T12:00:00Z",
    }
    return NoticeLine.model_validate({**line, **more})


def test_what_travelled_together_is_one_message() -> None:
    """Its parts are named, the digest itself is not; what was refused stands alone."""
    report, reminder = notice(1, "status_report", "<d>"), notice(2, "reminder", "<d>")
    refused = notice(4, "hand_off", "<d>", state="refused")
    single = notice(5, "hand_off", "<s>")

    alone, joined = apart([report, reminder, notice(3, "digest", "<d>"), refused, single])

    assert ([refused, single], [[report, reminder]]) == (alone, joined)
