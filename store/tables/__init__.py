"""What is stored, in which tables? One file a subject; all are imported here, so that `metadata` is complete."""

from store.tables.access import keyed_answers, tokens
from store.tables.attention import desk_views, hours_spent, open_work, put_aside, search_texts
from store.tables.base import (
    ASKS_US,
    HAS_ENDED,
    HAS_NEW_FLAGS,
    IS_AN_ALARM,
    IS_AN_ANSWER,
    IS_BEHIND,
    IS_LATE,
    IS_OPEN_QUESTION,
    IS_REFUSED,
    IS_SIGNED,
    IS_UNCONFIRMED,
    IS_UNGROUPED,
    IS_WAITING,
    NOT_ENDED,
    OF_THE_HOUSE,
    STAFF_SIDE,
    metadata,
)
from store.tables.changes import change_plans
from store.tables.colleagues import colleagues
from store.tables.consents import consents
from store.tables.crm import merges, rechecks, write_backs
from store.tables.evaluations import evaluation_weeks, evaluations
from store.tables.files import files, library_opens, library_opens_counted, library_steps
from store.tables.inbox import inbox
from store.tables.introductions import introduction_journal, introductions
from store.tables.links import mail_links, preferences
from store.tables.measurements import goals, measurements
from store.tables.meetings import attendance, meetings
from store.tables.notices import notices
from store.tables.onboardings import (
    deals,
    journal,
    milestones,
    onboardings,
    people,
    plans,
    playbooks,
    registers,
    stages,
)
from store.tables.questions import question_reads, question_words, questions
from store.tables.renewals import renewals
from store.tables.rooms import room_entries, room_sessions, room_tickets
from store.tables.staff import staff_accounts, staff_links, staff_sessions
from store.tables.texts import texts
from store.tables.training import training_ratings
from store.tables.unreachable import unreachable
from store.tables.unsubscribes import unsubscribes
from store.tables.usage import (
    usage_daily,
    usage_events,
    usage_features,
    usage_fresh,
    usage_groups,
    usage_members,
    usage_people,
    usage_playbooks,
    usage_traits,
    usage_weeks,
)
from store.tables.webhooks import webhook_deliveries, webhook_targets

__all__ = [
    "ASKS_US",
    "HAS_ENDED",
    "HAS_NEW_FLAGS",
    "IS_AN_ALARM",
    "IS_AN_ANSWER",
    "IS_BEHIND",
    "IS_LATE",
    "IS_OPEN_QUESTION",
    "IS_REFUSED",
    "IS_SIGNED",
    "IS_UNCONFIRMED",
    "IS_UNGROUPED",
    "IS_WAITING",
    "NOT_ENDED",
    "STAFF_SIDE",
    "OF_THE_HOUSE",
    "attendance",
    "change_plans",
    "colleagues",
    "consents",
    "deals",
    "desk_views",
    "evaluation_weeks",
    "evaluations",
    "files",
    "goals",
    "hours_spent",
    "inbox",
    "introduction_journal",
    "introductions",
    "journal",
    "keyed_answers",
    "library_opens",
    "library_opens_counted",
    "library_steps",
    "mail_links",
    "measurements",
    "meetings",
    "merges",
    "metadata",
    "milestones",
    "notices",
    "onboardings",
    "open_work",
    "people",
    "plans",
    "playbooks",
    "preferences",
    "put_aside",
    "question_reads",
    "question_words",
    "questions",
    "rechecks",
    "registers",
    "renewals",
    "room_entries",
    "room_sessions",
    "room_tickets",
    "staff_accounts",
    "staff_links",
    "staff_sessions",
    "search_texts",
    "stages",
    "texts",
    "tokens",
    "training_ratings",
    "unreachable",
    "unsubscribes",
    "usage_daily",
    "usage_events",
    "usage_features",
    "usage_fresh",
    "usage_groups",
    "usage_members",
    "usage_people",
    "usage_playbooks",
    "usage_traits",
    "usage_weeks",
    "webhook_deliveries",
    "webhook_targets",
    "write_backs",
]
