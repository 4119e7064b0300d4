"""What does a message of each kind look like? Sample facts, one set for each kind and language: what templates get."""

from datetime import UTC, datetime
from typing import Any, cast, get_args

from domain.notice import DIGEST, NOT_ESSENTIAL, Notice, NoticeKind, Person
from domain.record import WaitingNotice
from domain.text import LANGUAGES, Language

KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
ALL: list[tuple[NoticeKind, Language]] = [(kind, language) for kind in KINDS for language in LANGUAGES]

NOT_BEFORE = datetime(2027, 1, 7, 8, 0, tzinfo=UTC)
ONBOARDING = "onboarding-hubspot-77120"
INTRODUCTION = "introduction-hubspot-77120"
UNSUBSCRIBE = "3Jf0nX7yq1uR5o2vKcWm8zTeLdHaBgPsYiC4xE6lMwQ"

# Kinds that only the vendor's people get.
FOR_STAFF: frozenset[NoticeKind] = frozenset(
    {
        "assigned",
        "hand_off_gaps",
        "draft",
        "taken_up",
        "service_level_missed",
        "ending_announced",
        "ending_taken_back",
        "scope_change_requested",
        "ready_early",
        "criterion_doubted",
        "playbook_change_refused",
        "hand_off_decision",
        "contact_changed",
        "contact_proposed",
        "undeliverable",
        "answer",
        "question",
        "file_given",
        "sweep_report",
        "webhook_disabled",
        "channel_unusable",
        "introduction_task",
        "process_outline",
        "introduction_reminder",
        "introduction_issue",
        "introduction_silence",
        "introduction_ended",
    }
)

PEOPLE: dict[Language, Person] = {
    "en": Person(
        id="project_lead",
        name="Jürgen Weiß",
        email="juergen.weiss@nordlicht.test",
        side="customer",
        role="project_lead",
        time_zone="Europe/Berlin",
        country="DE",
    ),
    "ja": Person(
        id="project_lead",
        name="高橋 美咲",
        email="misaki.takahashi@aozora.test",
        side="customer",
        role="project_lead",
        language="ja",
        time_zone="Asia/Tokyo",
        country="JP",
    ),
}
STAFF: dict[Language, Person] = {
    "en": Person(id="mara", name="Mara Olsen", email="mara@vendor.test", side="vendor", role="csm", time_zone="UTC"),
    "ja": Person(
        id="kenji",
        name="森 健二",
        email="kenji@vendor.test",
        side="vendor",
        role="csm",
        language="ja",
        time_zone="Asia/Tokyo",
        country="JP",
    ),
}
COMMON: dict[Language, dict[str, Any]] = {
    "en": {
        "account": "Nordlicht Logistik GmbH",
        "owner_name": "Mara Olsen",
        "owner_email": "mara@vendor.test",
        "owner_role": "Customer success manager",
        "owner_phone": "+49 30 5550101",
        "onboarding": ONBOARDING,
        "ui": "",
    },
    "ja": {
        "account": "株式会社あおぞら商事",
        "owner_name": "森 健二",
        "owner_email": "kenji@vendor.test",
        "owner_role": "カスタマーサクセスマネージャー（CSM）",
        "owner_phone": "+81 3 5550 0101",
        "onboarding": ONBOARDING,
        "ui": "",
    },
}
UI = "http://localhost:8233/namespaces/default/workflows/onboarding-hubspot-77120"


def facts_of(kind: NoticeKind, language: Language) -> dict[str, Any]:
    """The facts of a sample, with the common ones."""
    staff = kind in FOR_STAFF
    receiver = (STAFF if staff else PEOPLE)[language].name
    return {
        **COMMON[language],
        "receiver": receiver,
        "staff": staff,
        "ui": UI if staff else "",
        **FACTS[language][kind],
    }


def sample(kind: NoticeKind, language: Language = "en", **changed: Any) -> WaitingNotice:
    """A notice of that kind as its sender takes it up; `changed` are facts that differ from the sample."""
    person = (STAFF if kind in FOR_STAFF else PEOPLE)[language]
    return WaitingNotice(
        id=17,
        notice=Notice(
            onboarding=ONBOARDING,
            key=f"uat_signed_off/{kind}/{person.id}",
            kind=kind,
            to=person.id,
            facts={**facts_of(kind, language), **changed},
            not_before=NOT_BEFORE,
        ),
        person=person,
        message_id=f"<{kind}.{language}.0f3a91c2@day90.test>",
        unsubscribe=UNSUBSCRIBE if kind in NOT_ESSENTIAL else "",
        parts=_parts(language, **changed) if kind == DIGEST else (),
    )


def _parts(language: Language, **changed: Any) -> tuple[Notice, ...]:
    """What a digest holds: something to do, something that is coming, and something that was done."""
    kinds: tuple[NoticeKind, ...] = ("sign_off_request", "status_report", "milestone_reached")
    to = {name: value for name, value in changed.items() if name in COMMON[language] or name in ("receiver", "staff")}
    return tuple(sample(kind, language, **to).notice for kind in kinds)


def to_staff(kind: NoticeKind, language: Language = "en", **changed: Any) -> WaitingNotice:
    """The same notice as one of the vendor's people gets it."""
    person = STAFF[language]
    told = {"staff": True, "receiver": person.name, "ui": UI, **changed}
    return sample(kind, language, **told).model_copy(update={"person": person})


_EN: dict[NoticeKind, dict[str, Any]] = {
    "digest": {"parts": 3, "essential": True},
    "introduction": {
        "seller_name": "Tom Baker",
        "team": [
            {"name": "Mara Olsen", "role": "Customer success manager", "does": "Leads your onboarding, start to end"},
            {"name": "Ivo Petrov", "role": "Implementation specialist", "does": "Sets up, connects, moves your data"},
            {"name": "Lena Fuchs", "role": "Training lead", "does": "Plans and gives the training"},
        ],
        "products": ["Route Planner", "Driver App"],
        "problem": "Tours are planned by hand in spreadsheets; changes reach drivers by phone.",
        "kickoff_due": "2026-12-04",
        "go_live_due": "2027-02-12",
        "review_due": "2027-03-01",
        "review_day": 90,
        "in_writing": False,
    },
    "assigned": {
        "products": ["Route Planner", "Driver App"],
        "problem": "Tours are planned by hand in spreadsheets.\nChanges reach drivers by phone.",
        "present_state": "Four planners, 120 drivers, about 900 stops a day.",
        "success_metrics": [
            {"name": "Planning time per day", "baseline": "6 h", "target": "2 h", "by_day": 90},
            {"name": "Stops reached in time", "baseline": "", "target": "96 %", "by_day": ""},
        ],
        "near_term": [{"what": "Inventory, nobody available", "on": "2026-12-28"}],
        "stakeholders": [
            {"name": "Dr. Anke Sommer", "role": "Executive sponsor", "email": "anke@nordlicht.test", "id": "sponsor"},
            {"name": "Jürgen Weiß", "role": "Project lead", "email": "juergen@nordlicht.test", "id": "project_lead"},
        ],
        "notes": [{"by": "Tom Baker", "text": "They tried a competitor in 2024.\nIT is short of people."}],
        "crm_url": "https://crm.vendor.test/deals/77120",
        "sow_url": "",
        "roi_method": "Planner hours saved times hourly cost.",
        "quick_wins": [{"what": "Send changes to drivers by app", "visibility": 5, "effort": 2}],
        "custom": [{"name": "contract type", "value": "framework"}, {"name": "depots", "value": "Kiel, Lübeck"}],
        "preparation": ["Which value should they notice first?", "Why do they want to grow the business?"],
        "champion": "Jürgen Weiß",
        "completeness_pct": 88,
        "in_writing": False,
        "missing": ["the statement of work", "who the technical lead is"],
        "milestones": [
            {"title": "Sales hand-off reviewed", "due": "2026-12-01"},
            {"title": "Kickoff meeting held", "due": "2026-12-04"},
        ],
        "risks": [{"title": "The customer's people have too little time", "score": 16}],
    },
    "hand_off_gaps": {"missing": ["the statement of work", "who the technical lead is"], "completeness_pct": 88},
    "kickoff_agenda": {
        "in_writing": False,
        "due": "2026-12-04",
        "agenda": [
            "Introductions: who we are and which part each of us plays",
            "What was bought and which problem it should solve",
            "The figures by which each team measures success, now and later",
            "The onboarding as it will run for you",
            "A proposed schedule until you stand on your own feet",
        ],
        "questions": ["Which value should you notice first?", "What are the main blockers, and who can remove them?"],
    },
    "plan": {
        "stages": [
            {
                "title": "Welcome and orientation",
                "window": "Tue 1 Dec \N{EN DASH} Wed 9 Dec 2026",
                "milestones": [
                    {"title": "Kickoff meeting held", "due": "2026-12-04", "reasons": [], "responsible": "Mara Olsen"},
                    {
                        "title": "Onboarding plan agreed",
                        "due": "2026-12-07",
                        "reasons": ["day 7 was Sun 6 Dec, a weekend: moved to Mon 7 Dec"],
                        "responsible": "Mara Olsen",
                    },
                ],
            },
            {
                "title": "Technical implementation",
                "window": "Wed 9 Dec 2026 \N{EN DASH} Thu 7 Jan 2027",
                "milestones": [
                    {
                        "title": "UAT signed off",
                        "due": "2027-01-07",
                        "reasons": ["six days later because of limited resources"],
                        "responsible": "Jürgen Weiß",
                    },
                ],
            },
        ],
        "raci": [
            {
                "title": "UAT signed off",
                "responsible": "Jürgen Weiß",
                "accountable": "Dr. Anke Sommer",
                "consulted": "Ivo Petrov",
                "informed": "",
            },
            {
                "title": "Kickoff meeting held",
                "responsible": "Mara Olsen",
                "accountable": "Mara Olsen",
                "consulted": "Jürgen Weiß, Ivo Petrov",
                "informed": "Dr. Anke Sommer",
            },
        ],
        "schedule": [
            {"title": "Monthly executive check-in", "rhythm": "every month", "with": "Dr. Anke Sommer", "minutes": 30},
            {"title": "Weekly status", "rhythm": "every week", "with": "Jürgen Weiß", "minutes": ""},
        ],
        "sign_off": True,
    },
    "taken_up": {
        "day": 41,
        "overdue": [{"title": "Data migrated and validated", "due": "2027-01-04", "days": 3}],
        "next": [{"title": "UAT signed off", "due": "2027-01-14"}],
    },
    "reminder": {
        "title": "UAT signed off",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "days": -3,
        "done_when": "The project lead has tested the agreed cases and accepts the result.",
        "waits_for": ["Data migrated and validated"],
        "draft": "",
    },
    "overdue_summary": {
        "overdue": [
            {"title": "Data migrated and validated", "due": "2027-01-04", "days": 3},
            {"title": "Integrations live", "due": "2027-01-06", "days": 1},
        ]
    },
    "escalation": {
        "title": "UAT signed off",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "days": 5,
        "responsible": "Jürgen Weiß",
        "rung": 2,
    },
    "pause_proposal": {
        "title": "UAT signed off",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "days": 10,
        "longest_days": 30,
    },
    "sign_off_request": {
        "title": "Acceptance test (UAT)",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "done_when": "The project lead has tested the agreed cases and accepts the result.",
        "deliverables": ["Configured production environment", "Migrated and validated data"],
        "again": 1,
        "why": "worked_on",
        "done": [{"title": "Data migrated and validated", "at": "2027-01-06"}],
        "note": "",
    },
    "sign_off_rejected": {
        "title": "Acceptance test (UAT)",
        "by": "Jürgen Weiß",
        "reasons": ["Tours across midnight are cut in two.", "Addresses in Denmark are not found."],
        "reopened": [{"title": "Data migrated and validated", "due": "2027-01-12"}],
        "due": "2027-01-14",
    },
    "sign_off_decided": {
        "what": "Acceptance test (UAT)",
        "by": "Ivo Petrov",
        "at": "2027-01-08",
        "decision": "approved",
        "reasons": ["The two open points come with the next release."],
        "missing": [],
        "overruled": ["Jürgen Weiß"],
    },
    "milestone_reached": {
        "title": "Technical environment live",
        "at": "2026-12-21T15:12:00+01:00",
        "by": "Ivo Petrov",
    },
    "milestone_reopened": {
        "title": "Integrations live",
        "reason": "The order feed has been silent since Monday.",
        "due": "2027-01-12",
    },
    "went_live": {
        "at": "2027-02-12T09:00:00+01:00",
        "hypercare_until": "2027-02-26",
        "levels": [
            {"severity": "critical", "respond": 1, "resolve": 8, "hours": "clock"},
            {"severity": "high", "respond": 4, "resolve": 24, "hours": "working"},
            {"severity": "normal", "respond": 8, "resolve": 72, "hours": "working"},
        ],
    },
    "issue_raised": {
        "issue": "INC-3",
        "title": "Drivers see yesterday's tour",
        "severity": "critical",
        "respond_by": "2027-02-15T08:40:00+00:00",
        "resolve_by": "2027-02-15T15:40:00+00:00",
    },
    "issue_resolved": {
        "issue": "INC-3",
        "title": "Drivers see yesterday's tour",
        "severity": "critical",
        "note": "The night job ran in UTC. It runs in local time now.",
    },
    "service_level_missed": {
        "issue": "INC-3",
        "title": "Drivers see yesterday's tour",
        "severity": "critical",
        "what": "respond",
        "due": "2027-02-15T08:40:00+00:00",
    },
    "hypercare_prolonged": {
        "issues": [{"issue": "INC-3", "title": "Drivers see yesterday's tour"}],
        "planned_end": "2027-02-26",
    },
    "paused": {"reason": "Year-end inventory takes everybody.", "until": "2027-01-18", "longest_days": 30},
    "pause_decision": {"since": "2026-12-18", "days": 30},
    "resumed": {
        "paused_days": 12,
        "moved": [{"title": "UAT signed off", "was": "2027-01-07", "now": "2027-01-19"}],
        "go_live_due": "2027-02-24",
    },
    "replanned": {
        "reason": "The ERP upgrade was put off.",
        "hand_off_by": "2027-04-12",
        "moved": [
            {"title": "Integrations live", "was": "2027-01-06", "now": "2027-01-20"},
            {"title": "UAT signed off", "was": "2027-01-07", "now": "2027-01-27"},
        ],
    },
    "reassigned": {"before": "Mara Olsen", "now": "Pieter de Vries", "reason": "Mara is on parental leave."},
    "contact_proposed": {
        "proposals": [
            {
                "what": "replace",
                "before": "Jonas Brandt",
                "now": "Ana Ruiz",
                "role": "",
                "email": "ana.ruiz@nordlicht.example",
                "command": f"day90 contact replace {ONBOARDING} project_lead --name 'Ana Ruiz'",
            },
            {
                "what": "leave",
                "before": "Lena Vogt",
                "now": "",
                "role": "",
                "email": "",
                "command": f"day90 contact leave {ONBOARDING} champion",
            },
        ]
    },
    "room_entry": {"minutes": 15},
    "contact_welcome": {
        "role": "Project lead",
        "before": "Jonas Brandt",
        "waits": [
            {"title": "UAT results", "due": "2027-01-07", "signs": True, "late": False},
            {"title": "Key users named", "due": "2026-12-18", "signs": False, "late": True},
        ],
    },
    "contact_changed": {
        "what": "left",
        "who": "Jonas Brandt",
        "now": "",
        "by": "Lena Vogt",
        "role": "Project lead",
        "reason": "Jonas has a new job.",
        "person": "project_lead",
        "empty": [
            {
                "role": "Project lead",
                "stand_in": "Lena Vogt",
                "waits": [{"title": "UAT results", "due": "2027-01-07", "signs": True, "late": False}],
            }
        ],
    },
    "scope_change_requested": {
        "request": "CR-2",
        "title": "Connect the tachograph archive",
        "effort_days": 4,
        "note": "Asked for by the works council.",
        "asked_by": "Jürgen Weiß",
    },
    "scope_change_decided": {
        "request": "CR-2",
        "title": "Connect the tachograph archive",
        "decision": "phase_2",
        "reason": "It needs the archive's new interface, which comes in May.",
        "effort_days": 4,
    },
    "task_given": {
        "title": "Send the list of carriers",
        "task": "task-1",
        "due": "2027-01-07",
        "meant_for": "",
        "changed": False,
        "given_by": "Grace Lee",
        "note": "With the names of the dispatchers.",
    },
    "task_due": {
        "title": "Send the list of carriers",
        "task": "task-1",
        "due": "2027-01-07",
        "meant_for": "Henrik Olsen",
        "days": 2,
    },
    "status_report": {
        "status": "behind",
        "day": 38,
        "open_stages": ["Technical implementation", "User training and enablement"],
        "reached": [{"title": "Technical environment live", "at": "2026-12-21T15:12:00+01:00"}],
        "next": [{"title": "UAT signed off", "due": "2027-01-14"}],
        "late": [{"title": "Data migrated and validated", "due": "2027-01-04", "days": 3}],
        "agreed_on": "2026-12-09",
        "slipped": [
            {"title": "UAT signed off", "agreed": "2027-01-07", "now": "2027-01-14", "days": 5},
            {"title": "Training plan agreed", "agreed": "2027-01-08", "now": "2027-01-07", "days": -1},
        ],
        "issues": [{"issue": "INC-1", "title": "Two depots are missing", "severity": "normal"}],
        "wins": [{"title": "Changes reach drivers by app", "result": "40 phone calls fewer a day"}],
        "risks": [{"title": "The customer's people have too little time", "score": 16}],
    },
    "meeting": {
        "title": "Monthly executive check-in",
        "on": "2027-01-12",
        "minutes": 30,
        "agenda": "Progress and early wins",
        "with": ["Dr. Anke Sommer", "Mara Olsen"],
    },
    "invitation": {
        "title": "Monthly executive check-in",
        "on": "2027-01-12",
        "starts_at": "2027-01-12T13:00:00+00:00",
        "minutes": 30,
        "agenda": "Progress and early wins",
        "with": ["Dr. Anke Sommer", "Mara Olsen"],
        "host": "Mara Olsen",
        "changed": False,
        "meeting": "executive_check_in",
        "occasion": "2027-01-12",
        "calendar": {
            "uid": "0c6f1a64d2a94b0f8f7c2c58c0a1d7e3",
            "method": "REQUEST",
            "sequence": 0,
            "starts_at": "2027-01-12T13:00:00+00:00",
            "minutes": 30,
            "zone": "Europe/Berlin",
        },
    },
    "meeting_cancelled": {
        "title": "Monthly executive check-in",
        "on": "2027-01-12",
        "starts_at": "2027-01-12T13:00:00+00:00",
        "minutes": 30,
        "meeting": "executive_check_in",
        "occasion": "2027-01-12",
        "calendar": {
            "uid": "0c6f1a64d2a94b0f8f7c2c58c0a1d7e3",
            "method": "CANCEL",
            "sequence": 1,
            "starts_at": "2027-01-12T13:00:00+00:00",
            "minutes": 30,
            "zone": "Europe/Berlin",
        },
    },
    "message": {
        "title": "Weekly tips",
        "headline": "Pin the view that you open every morning",
        "text": "A pinned view opens right after you sign in.\nIt takes two minutes to set up.",
        "next_step": "open the view that you use most and press the star at its top right.",
    },
    "webinar": {
        "title": "Monthly webinar on an advanced topic",
        "on": "2027-02-18",
        "minutes": 45,
        "agenda": "Reports that send themselves",
        "with": ["Jürgen Weiß", "Mara Olsen"],
        "host": "Lena Fuchs",
    },
    "programme_meeting": {
        "title": "Quarterly business review",
        "on": "2027-06-08",
        "minutes": 60,
        "starts_at": "2027-06-08T12:30:00+00:00",
    },
    "programme_message": {
        "title": "Quarterly value letter",
        "headline": "Then and now",
        "text": "Put the figure that you bought us for beside what it was before.",
        "next_step": "reply with the figure as it is today.",
    },
    "ready_early": {"hand_off_from": "2027-03-01"},
    "playbook_change_refused": {
        "playbook": "high-touch",
        "version": "3f7c09ab12de",
        "refused": "that version lacks gone_live, the go-live of this onboarding: keep it in the version",
        "reason": "Fewer mails",
    },
    "criterion_doubted": {
        "criterion": "adoption_on_target",
        "title": "Adoption has reached its target",
        "by": "Mara Olsen",
        "reason": "Half of the drivers work in the season only.\nIt begins in March.",
        "figures": [
            {
                "title": "Users activated (licensed users who signed in)",
                "value": "41",
                "at_least": "85",
                "below": "",
                "unit": "% of licensed users",
                "on": "2027-03-02",
            }
        ],
    },
    "hand_off_decision": {
        "unmet": ["Adoption has reached its target", "Every milestone of the onboarding is complete"],
        "hand_off_by": "2027-03-30",
        "day": 120,
    },
    "hand_off": {
        "meets": True,
        "message": [
            "Your onboarding is complete. From now on the standard success programme supports you.",
            "A monthly business check-in of 30 minutes takes the place of the weekly status call.",
            "Your CSM stays your partner.",
        ],
        "cadences": [
            {"title": "Monthly check-in", "rhythm": "every month", "minutes": 30},
            {"title": "Yearly strategic planning", "rhythm": "every year", "minutes": ""},
        ],
        "support": ["Support by mail, chat and phone", "Help pages and resources"],
        "exceptions": ["Adoption at the Kiel depot: by 30 April"],
    },
    "ending_announced": {
        "ending": "churned",
        "reason": "The buyer was taken over, and the new owner has a product of its own.",
        "ends_at": "2027-02-15T08:40:00+00:00",
    },
    "ending_taken_back": {"ending": "churned", "reason": "Another customer was meant."},
    "ended": {"ending": "deal_reversed", "reason": "The contract was withdrawn within the cooling-off period."},
    "undeliverable": {
        "to": "Dr. Anke Sommer",
        "kind": "status_report",
        "reason": "550 5.1.1 unknown user",
    },
    "question": {
        "who": "Jürgen Weiß",
        "address": "juergen.weiss@nordlicht.test",
        "text": "Can our drivers keep their old telephones?",
        "question": 3,
        "word": 8,
        "title": "Integrations live",
        "file": "Telephones.xlsx",
        "goes_on": False,
        "ours": False,
        "asked": "",
        "by_mail": True,
    },
    "question_answered": {
        "who": "Mika Tanaka",
        "text": "Yes, if they run Android 12 or newer.\n\nThe list is in the attachment.",
        "ours": False,
        "asked": "Can our drivers keep their old telephones?",
        "question": 3,
        "word": 9,
        "title": "",
        "file": "Telephones that work.pdf",
        "by_mail": True,
    },
    "file_given": {
        "who": "Jürgen Weiß",
        "name": "Routes.xlsx",
        "version": 2,
        "deliverable": "Migrated and validated data",
        "text": "The two depots in the south are new.",
    },
    "answer": {
        "who": "Jürgen Weiß",
        "known": True,
        "address": "juergen.weiss@nordlicht.test",
        "kind": "reminder",
        "about": "Re: Please confirm the date",
        "text": "Approved, but not on Friday.\n\nJürgen",
    },
    "webhook_disabled": {
        "account": "day90",
        "onboarding": "",
        "ui": "",
        "target": 3,
        "place": "https://hooks.example.com",
        "reason": "nothing was taken for 5 days; the last answer: answered 503",
        "since": "2027-01-02T07:10:00+00:00",
        "waiting": 214,
    },
    "channel_unusable": {
        "account": "day90",
        "onboarding": "",
        "ui": "",
        "channel": "teams",
        "place": "DAY90_TEAMS_URL",
        "reason": "the workflow of Teams refused it: 404",
    },
    "sweep_report": {
        "account": "day90",
        "onboarding": "",
        "ui": "",
        "found": 32,
        "findings": [
            {
                "subject": ONBOARDING,
                "what": "its workflow was ended from outside",
                "why": "Nothing is reminded or escalated any more, and nobody was told.",
                "since": "2027-01-06T22:10:00+00:00",
                "cause": "terminated",
                "command": f"day90 repair {ONBOARDING}",
            },
            {
                "subject": "sender-mail",
                "what": "messages have waited for hours",
                "why": "The channel does not take them: its server, its login or its folder.",
                "since": "",
                "cause": "",
                "command": "day90 repair sender-mail",
            },
        ],
    },
    "introduction_task": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "due": "2026-11-19",
        "expected_close": "2026-11-27",
        "playbook": "High-touch onboarding",
        "seller_name": "Tom Baker",
        "seller_email": "tom@vendor.test",
        "products": ["Route Planner"],
        "problem": "Tours are planned by hand.",
        "present_state": "Four planners, 120 drivers.",
        "stakeholders": [{"name": "Dr. Anke Sommer", "role": "Executive sponsor", "email": "sponsor@customer.test"}],
        "notes": [{"by": "Tom Baker", "text": "They tried a competitor in 2024."}],
        "missing": ["the statement of work"],
        "completeness_pct": 62,
        "crm_url": "https://crm.vendor.test/deals/77120",
    },
    "process_outline": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "due": "2026-11-19",
        "expected_close": "2026-11-27",
    },
    "introduction_reminder": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "due": "2026-11-19",
        "days": 2,
        "expected_close": "2026-11-27",
        "responsible": "Mara Olsen",
    },
    "introduction_issue": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "title": "Their ERP has no interface that we connect to",
        "severity": "high",
        "note": "Version 7 comes in spring.",
        "by": "Mara Olsen",
        "expected_close": "2026-11-27",
    },
    "introduction_silence": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "expected_close": "2026-11-27",
        "since": "2026-11-20",
        "until": "2027-02-09",
    },
    "introduction_ended": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "ending": "lost",
        "note": "They stay with what they have.",
        "issues": [{"title": "No interface", "severity": "high"}],
    },
}

_JA: dict[NoticeKind, dict[str, Any]] = {
    "digest": {"parts": 3, "essential": True},
    "introduction": {
        "seller_name": "佐藤 亮",
        "team": [
            {"name": "森 健二", "role": "カスタマーサクセスマネージャー（CSM）", "does": "オンボーディング全体の進行"},
            {"name": "伊藤 葵", "role": "導入スペシャリスト", "does": "設定・連携・データ移行"},
            {"name": "山本 彩", "role": "トレーニング担当", "does": "研修の企画と実施"},
        ],
        "products": ["ルートプランナー", "ドライバーアプリ"],
        "problem": "配車を表計算で手作業しており、変更は電話で伝えています。",
        "kickoff_due": "2026-12-04",
        "go_live_due": "2027-02-12",
        "review_due": "2027-03-01",
        "review_day": 90,
        "in_writing": False,
    },
    "assigned": {
        "products": ["ルートプランナー", "ドライバーアプリ"],
        "problem": "配車を表計算で手作業している。\n変更は電話で伝えている。",
        "present_state": "配車担当4名、ドライバー120名、1日約900件。",
        "success_metrics": [
            {"name": "1日の配車時間", "baseline": "6時間", "target": "2時間", "by_day": 90},
            {"name": "時間どおりの到着", "baseline": "", "target": "96%", "by_day": ""},
        ],
        "near_term": [{"what": "棚卸しのため対応不可", "on": "2026-12-28"}],
        "stakeholders": [
            {"name": "中村 浩", "role": "エグゼクティブスポンサー", "email": "nakamura@aozora.test", "id": "sponsor"},
            {"name": "高橋 美咲", "role": "プロジェクトリーダー", "email": "misaki@aozora.test", "id": "project_lead"},
        ],
        "notes": [{"by": "佐藤 亮", "text": "2024年に他社製品を試用。\n情報システム部門は人手不足。"}],
        "crm_url": "https://crm.vendor.test/deals/77120",
        "sow_url": "https://docs.vendor.test/sow/77120",
        "roi_method": "削減した配車時間×時間単価",
        "quick_wins": [{"what": "変更をアプリでドライバーに通知", "visibility": 5, "effort": 2}],
        "custom": [{"name": "contract type", "value": "基本契約"}],
        "preparation": ["お客様に最初に実感していただきたい価値は何か"],
        "champion": "高橋 美咲",
        "completeness_pct": 88,
        "in_writing": False,
        "missing": ["作業範囲記述書（SOW）", "技術責任者"],
        "milestones": [
            {"title": "営業からの引き継ぎ内容の確認", "due": "2026-12-01"},
            {"title": "キックオフミーティングの実施", "due": "2026-12-04"},
        ],
        "risks": [{"title": "お客様側の担当者の時間不足", "score": 16}],
    },
    "hand_off_gaps": {"missing": ["作業範囲記述書（SOW）", "技術責任者"], "completeness_pct": 88},
    "kickoff_agenda": {
        "in_writing": False,
        "due": "2026-12-04",
        "agenda": [
            "自己紹介と、各メンバーの役割の確認",
            "ご契約内容と、解決したい課題の確認",
            "各チームの成功指標（KPI）：オンボーディング中とその後",
            "貴社向けオンボーディングの進め方",
            "貴社で自立して運用いただけるまでのスケジュール案",
        ],
        "questions": ["まず実感されたい効果は、どのようなことでしょうか。"],
    },
    "plan": {
        "stages": [
            {
                "title": "ウェルカム・オリエンテーション",
                "window": "2026年12月1日(火)〜12月9日(水)",
                "milestones": [
                    {
                        "title": "キックオフミーティングの実施",
                        "due": "2026-12-04",
                        "reasons": [],
                        "responsible": "森 健二",
                    },
                    {
                        "title": "オンボーディング計画の合意",
                        "due": "2026-12-07",
                        "reasons": ["ご契約の7日後は2026年12月6日（日・休業日）のため2026年12月7日(月)に変更"],
                        "responsible": "森 健二",
                    },
                ],
            },
            {
                "title": "システム導入",
                "window": "2026年12月9日(水)〜2027年1月7日(木)",
                "milestones": [
                    {
                        "title": "受入テスト（UAT）の承認",
                        "due": "2027-01-07",
                        "reasons": ["お客様側の体制に合わせて6日延長"],
                        "responsible": "高橋 美咲様",
                    },
                ],
            },
        ],
        "raci": [
            {
                "title": "受入テスト（UAT）の承認",
                "responsible": "高橋 美咲様",
                "accountable": "中村 浩様",
                "consulted": "伊藤 葵",
                "informed": "",
            },
        ],
        "schedule": [
            {
                "title": "月次エグゼクティブ・チェックイン",
                "rhythm": "毎月",
                "with": "エグゼクティブスポンサー",
                "minutes": 30,
            },
            {"title": "週次ステータス", "rhythm": "毎週", "with": "プロジェクトリーダー", "minutes": ""},
        ],
        "sign_off": False,
    },
    "taken_up": {
        "day": 41,
        "overdue": [{"title": "データ移行と検証の完了", "due": "2027-01-04", "days": 3}],
        "next": [{"title": "受入テスト（UAT）の承認", "due": "2027-01-14"}],
    },
    "reminder": {
        "title": "受入テスト（UAT）の承認",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "days": -3,
        "done_when": "お客様が合意済みの項目をテストし、結果を受け入れたとき。",
        "waits_for": ["データ移行と検証の完了"],
        "draft": "introduction",
    },
    "overdue_summary": {
        "overdue": [
            {"title": "データ移行と検証の完了", "due": "2027-01-04", "days": 3},
            {"title": "システム連携の稼働", "due": "2027-01-06", "days": 1},
        ]
    },
    "escalation": {
        "title": "受入テスト（UAT）の承認",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "days": 5,
        "responsible": "高橋 美咲様",
        "rung": 2,
    },
    "pause_proposal": {
        "title": "受入テスト（UAT）の承認",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "days": 10,
        "longest_days": 30,
    },
    "sign_off_request": {
        "title": "受入テスト（UAT）の結果",
        "milestone": "uat_signed_off",
        "due": "2027-01-07",
        "done_when": "お客様が合意済みの項目をテストし、結果を受け入れたとき。",
        "deliverables": ["設定済みの本番環境", "検証済みの移行データ"],
        "again": 0,
    },
    "sign_off_rejected": {
        "title": "受入テスト（UAT）の結果",
        "by": "高橋 美咲様",
        "reasons": ["深夜をまたぐルートが二つに分かれる。", "離島の住所が見つからない。"],
        "reopened": [{"title": "データ移行と検証の完了", "due": "2027-01-12"}],
        "due": "2027-01-14",
    },
    "sign_off_decided": {
        "what": "受入テスト（UAT）の結果",
        "by": "高橋 健様",
        "at": "2027-01-08",
        "decision": "approved",
        "reasons": ["残る2点は次回の更新で対応いただきます。"],
        "missing": [],
        "overruled": ["佐々木 玲子様"],
    },
    "milestone_reached": {"title": "技術環境の稼働", "at": "2026-12-21T15:12:00+09:00", "by": ""},
    "milestone_reopened": {
        "title": "システム連携の稼働",
        "reason": "月曜日から受注データが届いていません。",
        "due": "2027-01-12",
    },
    "went_live": {
        "at": "2027-02-12T09:00:00+09:00",
        "hypercare_until": "2027-02-26",
        "levels": [
            {"severity": "critical", "respond": 1, "resolve": 8, "hours": "clock"},
            {"severity": "high", "respond": 4, "resolve": 24, "hours": "working"},
            {"severity": "normal", "respond": 8, "resolve": 72, "hours": "working"},
        ],
    },
    "issue_raised": {
        "issue": "INC-3",
        "title": "前日のルートが表示される",
        "severity": "critical",
        "respond_by": "2027-02-15T01:40:00+00:00",
        "resolve_by": "2027-02-15T08:40:00+00:00",
    },
    "issue_resolved": {"issue": "INC-3", "title": "前日のルートが表示される", "severity": "critical", "note": ""},
    "service_level_missed": {
        "issue": "INC-3",
        "title": "前日のルートが表示される",
        "severity": "critical",
        "what": "resolve",
        "due": "2027-02-15T08:40:00+00:00",
    },
    "hypercare_prolonged": {
        "issues": [{"issue": "INC-3", "title": "前日のルートが表示される"}],
        "planned_end": "2027-02-26",
    },
    "paused": {"reason": "年末の棚卸しのため。", "until": "", "longest_days": 30},
    "pause_decision": {"since": "2026-12-18", "days": 30},
    "resumed": {
        "paused_days": 12,
        "moved": [{"title": "受入テスト（UAT）の承認", "was": "2027-01-07", "now": "2027-01-19"}],
        "go_live_due": "",
    },
    "replanned": {
        "reason": "基幹システムの更新が延期されたため。",
        "hand_off_by": "",
        "moved": [
            {"title": "システム連携の稼働", "was": "2027-01-06", "now": "2027-01-20"},
            {"title": "受入テスト（UAT）の承認", "was": "2027-01-07", "now": "2027-01-27"},
        ],
    },
    "reassigned": {"before": "森 健二", "now": "小林 悠", "reason": ""},
    "contact_proposed": {
        "proposals": [
            {
                "what": "replace",
                "before": "高橋 直子様",
                "now": "田中 恵様",
                "role": "",
                "email": "ana.ruiz@nordlicht.example",
                "command": f"day90 contact replace {ONBOARDING} project_lead --name '田中 恵'",
            },
            {
                "what": "leave",
                "before": "伊藤 彩様",
                "now": "",
                "role": "",
                "email": "",
                "command": f"day90 contact leave {ONBOARDING} champion",
            },
        ]
    },
    "room_entry": {"minutes": 15},
    "contact_welcome": {
        "role": "プロジェクトリーダー",
        "before": "高橋 直子様",
        "waits": [
            {"title": "受入テスト（UAT）の結果", "due": "2027-01-07", "signs": True, "late": False},
            {"title": "キーユーザーの選任", "due": "2026-12-18", "signs": False, "late": True},
        ],
    },
    "contact_changed": {
        "what": "left",
        "who": "高橋 直子様",
        "now": "",
        "by": "伊藤 彩様",
        "role": "プロジェクトリーダー",
        "reason": "ご異動のため。",
        "person": "project_lead",
        "empty": [
            {
                "role": "プロジェクトリーダー",
                "stand_in": "伊藤 彩様",
                "waits": [{"title": "受入テスト（UAT）の結果", "due": "2027-01-07", "signs": True, "late": False}],
            }
        ],
    },
    "scope_change_requested": {
        "request": "CR-2",
        "title": "運行記録の連携",
        "effort_days": "",
        "note": "",
        "asked_by": "高橋 美咲様",
    },
    "scope_change_decided": {
        "request": "CR-2",
        "title": "運行記録の連携",
        "decision": "reject",
        "reason": "",
        "effort_days": "",
    },
    "task_given": {
        "title": "協力会社一覧の送付",
        "task": "task-1",
        "due": "2027-01-07",
        "meant_for": "",
        "changed": True,
        "given_by": "佐藤美香",
        "note": "",
    },
    "task_due": {
        "title": "協力会社一覧の送付",
        "task": "task-1",
        "due": "2027-01-07",
        "meant_for": "",
        "days": 0,
    },
    "status_report": {
        "status": "behind",
        "day": 38,
        "open_stages": ["システム導入", "ユーザートレーニング"],
        "reached": [{"title": "技術環境の稼働", "at": "2026-12-21T15:12:00+09:00"}],
        "next": [{"title": "受入テスト（UAT）の承認", "due": "2027-01-14"}],
        "late": [{"title": "データ移行と検証の完了", "due": "2027-01-04", "days": 3}],
        "agreed_on": "2026-12-09",
        "slipped": [
            {"title": "受入テスト（UAT）の承認", "agreed": "2027-01-07", "now": "2027-01-14", "days": 5},
            {"title": "トレーニング計画の合意", "agreed": "2027-01-08", "now": "2027-01-07", "days": -1},
        ],
        "issues": [{"issue": "INC-1", "title": "営業所が2か所足りない", "severity": "normal"}],
        "wins": [{"title": "変更をアプリで通知", "result": "電話が1日40件減少"}],
        "risks": [{"title": "お客様側の担当者の時間不足", "score": 16}],
    },
    "meeting": {
        "title": "月次エグゼクティブ・チェックイン",
        "on": "2027-01-12",
        "minutes": "",
        "agenda": "",
        "with": ["中村 浩様", "森 健二"],
    },
    "invitation": {
        "title": "月次エグゼクティブ・チェックイン",
        "on": "2027-01-12",
        "starts_at": "2027-01-12T05:00:00+00:00",
        "minutes": 30,
        "agenda": "進捗と初期の成果",
        "with": ["中村 浩様", "森 健二"],
        "host": "森 健二",
        "changed": True,
        "meeting": "executive_check_in",
        "occasion": "2027-01-12",
        "calendar": {
            "uid": "0c6f1a64d2a94b0f8f7c2c58c0a1d7e3",
            "method": "REQUEST",
            "sequence": 0,
            "starts_at": "2027-01-12T05:00:00+00:00",
            "minutes": 30,
            "zone": "Asia/Tokyo",
        },
    },
    "meeting_cancelled": {
        "title": "月次エグゼクティブ・チェックイン",
        "on": "2027-01-12",
        "starts_at": "2027-01-12T05:00:00+00:00",
        "minutes": 30,
        "meeting": "executive_check_in",
        "occasion": "2027-01-12",
        "calendar": {
            "uid": "0c6f1a64d2a94b0f8f7c2c58c0a1d7e3",
            "method": "CANCEL",
            "sequence": 1,
            "starts_at": "2027-01-12T05:00:00+00:00",
            "minutes": 30,
            "zone": "Asia/Tokyo",
        },
    },
    "message": {
        "title": "今週の活用ヒント",
        "headline": "よく使う画面をお気に入りに登録する",
        "text": "毎朝開く画面は、お気に入りに登録するとログイン直後に表示されます。\n所要時間は2分です。",
        "next_step": "最もよく開く画面の右上にある星印を押してください。",
    },
    "webinar": {
        "title": "月次応用ウェビナー",
        "on": "2027-02-18",
        "minutes": 45,
        "agenda": "レポートの自動配信",
        "with": ["高橋 美咲", "森 健二"],
        "host": "森 健二",
    },
    "programme_meeting": {
        "title": "四半期ビジネスレビュー",
        "on": "2027-06-08",
        "minutes": 60,
        "starts_at": "2027-06-08T05:30:00+00:00",
    },
    "programme_message": {
        "title": "四半期の成果レポート",
        "headline": "導入前との比較をお願いします",
        "text": "ご契約時に伺った指標を、導入前の数値と並べてご確認ください。",
        "next_step": "最新の数値を一行でご返信ください。",
    },
    "ready_early": {"hand_off_from": "2027-03-01"},
    "playbook_change_refused": {
        "playbook": "high-touch",
        "version": "3f7c09ab12de",
        "refused": "that version lacks gone_live, the go-live of this onboarding: keep it in the version",
        "reason": "メールの件数を減らすため",
    },
    "criterion_doubted": {
        "criterion": "adoption_on_target",
        "title": "利用定着が目標水準に達している",
        "by": "小川 真理",
        "reason": "運転手の半数は繁忙期のみ勤務しています。",
        "figures": [
            {
                "title": "利用を開始したユーザー",
                "value": "41",
                "at_least": "85",
                "below": "",
                "unit": "%",
                "on": "2027-03-02",
            }
        ],
    },
    "hand_off_decision": {
        "unmet": ["利用定着が目標水準に達している", "すべてのマイルストーンが完了している"],
        "hand_off_by": "2027-03-30",
        "day": 120,
    },
    "hand_off": {
        "meets": True,
        "message": [
            "オンボーディングが完了し、今後は標準のサクセスプログラムでご支援いたします。",
            "週次の状況報告に代わり、月1回30分のビジネス・チェックインを実施します。",
            "担当のカスタマーサクセスマネージャー（CSM）は引き続き皆様のパートナーです。",
        ],
        "cadences": [
            {"title": "月次チェックイン", "rhythm": "毎月", "minutes": 30},
            {"title": "年次戦略プランニング", "rhythm": "年1回", "minutes": ""},
        ],
        "support": ["メール・チャット・電話によるサポート", "ヘルプページと各種資料"],
        "exceptions": [],
    },
    "ending_announced": {
        "ending": "churned",
        "reason": "親会社のシステムに統合されるため。",
        "ends_at": "2027-02-15T08:40:00+00:00",
    },
    "ending_taken_back": {"ending": "churned", "reason": "別のお客様と取り違えたため。"},
    "ended": {"ending": "withdrawn", "reason": ""},
    "undeliverable": {"to": "中村 浩様", "kind": "status_report", "reason": "550 5.1.1 unknown user"},
    "question": {
        "who": "高橋 美咲様",
        "address": "misaki.takahashi@aozora.test",
        "text": "運転手は現在の携帯電話を使い続けられますか。",
        "question": 3,
        "word": 8,
        "title": "",
        "file": "",
        "goes_on": True,
        "ours": False,
        "asked": "",
        "by_mail": False,
    },
    "question_answered": {
        "who": "田中 美香",
        "text": "Android 12以降であれば、そのままお使いいただけます。",
        "ours": False,
        "asked": "運転手は現在の携帯電話を使い続けられますか。",
        "question": 3,
        "word": 9,
        "title": "データ連携の開始",
        "file": "",
        "by_mail": True,
    },
    "file_given": {
        "who": "高橋 美咲様",
        "name": "配送ルート.xlsx",
        "version": 2,
        "deliverable": "検証済みの移行データ",
        "text": "南部の2拠点を追加しました。",
    },
    "answer": {
        "who": "中村 浩様",
        "known": True,
        "address": "nakamura@aozora.test",
        "kind": "reminder",
        "about": "Re: 日程のご確認",
        "text": "承知しました。金曜日以外でお願いします。",
    },
    "webhook_disabled": {
        "account": "day90",
        "onboarding": "",
        "ui": "",
        "target": 3,
        "place": "https://hooks.example.com",
        "reason": "it answered 410 Gone",
        "since": "2027-01-02T07:10:00+00:00",
        "waiting": 214,
    },
    "channel_unusable": {
        "account": "day90",
        "onboarding": "",
        "ui": "",
        "channel": "teams",
        "place": "DAY90_TEAMS_URL",
        "reason": "the workflow of Teams refused it: 404",
    },
    "sweep_report": {
        "account": "day90",
        "onboarding": "",
        "ui": "",
        "found": 1,
        "findings": [
            {
                "subject": ONBOARDING,
                "what": "ワークフローが外部から終了されています",
                "why": "リマインダーもエスカレーションも止まり、誰にも通知されていません。",
                "since": "2027-01-06T22:10:00+00:00",
                "cause": "terminated",
                "command": f"day90 repair {ONBOARDING}",
            },
        ],
    },
    "introduction_task": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "due": "2026-11-19",
        "expected_close": "2026-11-27",
        "playbook": "ハイタッチ・オンボーディング",
        "seller_name": "佐藤 亮",
        "seller_email": "ryo@vendor.test",
        "products": ["配車プランナー"],
        "problem": "配車を手作業で計画している。",
        "present_state": "計画担当4名、運転手120名。",
        "stakeholders": [{"name": "田中 一郎", "role": "エグゼクティブスポンサー", "email": "sponsor@customer.test"}],
        "notes": [{"by": "佐藤 亮", "text": "2024年に他社製品を試した。"}],
        "missing": ["作業範囲記述書（SOW）"],
        "completeness_pct": 62,
        "crm_url": "https://crm.vendor.test/deals/77120",
    },
    "process_outline": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "due": "2026-11-19",
        "expected_close": "2026-11-27",
    },
    "introduction_reminder": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "due": "2026-11-19",
        "days": 2,
        "expected_close": "2026-11-27",
        "responsible": "森 健二さん",
    },
    "introduction_issue": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "title": "基幹システムに連携用の接続口がない",
        "severity": "high",
        "note": "来春に第7版へ更新予定。",
        "by": "森 健二さん",
        "expected_close": "2026-11-27",
    },
    "introduction_silence": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "expected_close": "2026-11-27",
        "since": "2026-11-20",
        "until": "2027-02-09",
    },
    "introduction_ended": {
        "onboarding": "",
        "introduction": INTRODUCTION,
        "ui": "",
        "ending": "lost",
        "note": "現行のやり方を続けるとのこと。",
        "issues": [{"title": "接続口がない", "severity": "high"}],
    },
}

_EN["draft"] = {
    **_EN["introduction"],
    "of_kind": "introduction",
    "draft": "introduction",
    "readers": "Jürgen Weiß and Dr. Anke Sommer",
    "after": "Sales hand-off reviewed",
    "hours": 2,
}
_JA["draft"] = {
    **_JA["introduction"],
    "of_kind": "introduction",
    "draft": "introduction",
    "readers": "高橋 美咲様、小林 大輔様",
    "after": "",
    "hours": 2,
}
FACTS: dict[Language, dict[NoticeKind, dict[str, Any]]] = cast(
    "dict[Language, dict[NoticeKind, dict[str, Any]]]", {"en": _EN, "ja": _JA}
)
