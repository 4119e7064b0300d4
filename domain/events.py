"""What do webhooks tell other systems? Every type of event, and its shape: ids alone, and where to read the rest."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field

from domain.record import JournalRow
from domain.wire import Instant, Wire

PREFIX = "onboarding."
"""What stands before the kind of a journal's row in the type of an event; other subjects may come beside."""
TEST = "webhook.test"
"""The one event that no journal has: sent by hand, to see whether a target takes what we send."""


class EventType(NamedTuple):
    """What a type of event says, and what its `about` names; empty where it is about the onboarding itself."""

    what: str
    about: str = ""


KINDS: Mapping[str, EventType] = {
    # What has happened.
    "opened": EventType("the onboarding has begun", "playbook"),
    "taken_as_reached": EventType("an onboarding that was under way came with this milestone reached", "milestone"),
    "taken_up_again": EventType("Temporal had lost it, and it goes on from what is kept"),
    "hand_off_completed": EventType("the hand-off record got what it lacked"),
    "stage_opened": EventType("a stage has begun", "stage"),
    "stage_closed": EventType("a stage is through", "stage"),
    "stage_reopened": EventType("a stage that was through is open again", "stage"),
    "milestone_reached": EventType("a milestone was reached, by sign-off too", "milestone"),
    "milestone_reopened": EventType("a milestone was reported reached and is not", "milestone"),
    "milestone_waived": EventType("an approver decided that a milestone is not needed", "milestone"),
    "sign_off_asked": EventType("a signature is asked for", "milestone"),
    "sign_off_given": EventType("one of several signatures was given; data.missing has who is left", "milestone"),
    "sign_off_rejected": EventType("a signature was refused, with reasons", "milestone"),
    "issue_raised": EventType("an issue was raised", "issue"),
    "issue_judged_anew": EventType("an issue's severity has changed", "issue"),
    "issue_acknowledged": EventType("somebody has taken an issue up", "issue"),
    "issue_resolved": EventType("an issue is solved", "issue"),
    "issue_not_solved": EventType("an issue that was called solved is not; it is open again", "issue"),
    "hypercare_prolonged": EventType("hypercare goes on while critical issues are open", "milestone"),
    "paused": EventType("a pause was agreed"),
    "resumed": EventType("the pause is over"),
    "replanned": EventType("a date was moved; without `about`, the last day for the hand-off", "milestone"),
    "reassigned": EventType("another owner was named", "the new owner's handle"),
    "reassignment_refused": EventType("the owner who was named is nobody of the staff", "the handle"),
    "contact_added": EventType("somebody on the customer's side takes part from now on", "person"),
    "contact_corrected": EventType("what is known of a contact was put right; data.fields names what", "person"),
    "contact_replaced": EventType("a contact gave their part to somebody else, data.to", "person"),
    "contact_left": EventType("a contact takes part no more", "person"),
    "contact_change_refused": EventType("a change of the contacts that cannot be made; data.reason", "person"),
    "scope_change_requested": EventType("a change of the scope was asked for", "request"),
    "scope_change_decided": EventType("a change of the scope was decided", "request"),
    "risk_recorded": EventType("a risk was put into the register, or changed", "risk"),
    "win_recorded": EventType("a quick win was recorded"),
    "noted": EventType("somebody wrote a note"),
    "task_added": EventType("somebody was given a task that is not in the plan", "task"),
    "task_changed": EventType("a task has another title, day or owner", "task"),
    "task_closed": EventType("a task is done, or is not needed any more", "task"),
    "flag_raised": EventType("a red flag went up, by a rule of the playbook or because somebody judges so", "flag"),
    "flag_lowered": EventType("a red flag went down", "flag"),
    "correction_opened": EventType("a course correction has begun; data.flags went up with it or before", "correction"),
    "correction_changed": EventType(
        "a course correction has another day or owner, or its root cause is known", "correction"
    ),
    "correction_escalated": EventType("a course correction did not help and goes up", "correction"),
    "correction_closed": EventType("a course correction is over; how, says data.outcome", "correction"),
    "slot_agreed": EventType("a meeting has its hour", "milestone or cadence"),
    "slot_refused": EventType("an hour was agreed for what is no meeting", "milestone or cadence"),
    "meeting_fell_away": EventType("a meeting to which people were invited is not held", "milestone or cadence"),
    "attendance_told": EventType("somebody comes to a meeting, or does not", "milestone or cadence"),
    "criterion_attested": EventType("somebody vouched for a criterion of the hand-off", "criterion"),
    "criterion_doubted": EventType("figures speak against a criterion that somebody vouched for", "criterion"),
    "criterion_approved": EventType("an approver lets a criterion hold against its figures", "criterion"),
    "criterion_withdrawn": EventType("a criterion that was vouched for does not hold", "criterion"),
    "playbook_change_ordered": EventType("an approver decided that it goes by another version", "the version's hash"),
    "playbook_changed": EventType("it goes by another version of its playbook; data has the difference", "playbook"),
    "playbook_change_refused": EventType("a change of the playbook that was due is not made", "the version's hash"),
    "playbook_change_withdrawn": EventType("a change that waited for the next stage is not made", "the version's hash"),
    "draft_edited": EventType("one of ours has changed what a message says that waits for them", "draft"),
    "draft_sent": EventType("a message that waited for one of ours may go", "draft"),
    "draft_stopped": EventType("a message that waited for one of ours does not go", "draft"),
    "ending_announced": EventType("somebody decided that it ends; until that counts, it can be taken back"),
    "ending_taken_back": EventType("an ending that did not count yet was taken back"),
    "ended": EventType("the onboarding is over; how, says the API"),
    "programme_ended": EventType("the success programme was ended on purpose"),
    "renewal_recorded": EventType("a customer renewed after the hand-off, or left; when, says the API", "outcome"),
    # What came from other systems and had no effect, or none yet.
    "signal_held": EventType("a milestone was reported before its gate was open", "milestone"),
    "signal_dropped": EventType("what was held until a gate opens reaches nothing any more", "milestone"),
    "taken_back": EventType("an entry of the journal was taken back: Temporal never knew it", "what it was about"),
    "repeated_news": EventType("something was told that was known already"),
    "news_refused": EventType("a system stated what cannot be, or cannot be read"),
    # What the agenda did by itself, at its time.
    "nudge": EventType("reminder or escalation was considered", "milestone"),
    "cadence": EventType("a meeting, message or report had its turn", "cadence"),
    "open_stage": EventType("the day on which a stage may begin has come", "stage"),
    "stuck": EventType("it was looked whether the onboarding is stuck"),
    "service_level": EventType("an issue's deadline has come", "issue"),
    "hypercare": EventType("the last day of hypercare has come", "milestone"),
    "pause_limit": EventType("a pause has reached its longest length"),
    "ending": EventType("the time is over in which an ending could be taken back"),
    "hand_off": EventType("the window of the hand-off has opened, or ends"),
    "draft": EventType("the time came at which a message goes that waits for one of ours", "draft"),
    "task": EventType("it was looked whom to remind of a task", "task"),
    "look": EventType("it was looked at the figures, for red flags"),
    "contact_change": EventType(
        "a contact leaves or joins as it was told before that day; data.to has who takes over", "person"
    ),
    "programme": EventType("a meeting or letter of the success programme had its turn", "cadence"),
    "programme_changed": EventType("a success programme has another owner, or meets others", "the new owner's handle"),
    # What became of what we wrote to people.
    "notice_sent": EventType("a message has left", "kind of notice"),
    "notice_refused": EventType("a message will never arrive", "kind of notice"),
    "notice_bounced": EventType("a message came back although it was taken", "kind of notice"),
    "notice_delayed": EventType("a mail server has not delivered a message yet, and goes on trying", "kind of notice"),
    "answered": EventType("somebody has answered a message by mail", "kind of notice"),
    "answered_automatically": EventType(
        "a program has answered a message, as for somebody who is away", "kind of notice"
    ),
    "complained": EventType("a reader called a message unwanted", "kind of notice"),
    "notice_redirected": EventType("a message goes by mail, its channel takes none", "kind of notice"),
    "notice_snoozed": EventType("somebody wants to be reminded again", "kind of notice"),
    "unsubscribed": EventType("somebody wants no more letters that the onboarding does not need", "person"),
    "preferences_chosen": EventType("somebody has chosen what they hear, and when", "person"),
    "room_link_made": EventType("one of ours has made a link into the customer's room for somebody", "person"),
    "file_added": EventType("a file was given to the onboarding, or a new version of one", "deliverable"),
    "question_asked": EventType("somebody of the customer's asked, or went on with a question", "question"),
    "question_answered": EventType("one of ours answered a question", "question"),
    "answer_given": EventType("somebody of the customer's answered what we asked", "question"),
    "answer_taken_up": EventType("one of ours went on with what the customer had answered", "question"),
    "question_closed": EventType("nothing more is expected about a question", "question"),
    "question_erased": EventType("what somebody said about a question was erased", "question"),
    "goal_proposed": EventType("somebody of the customer's has said a goal", "goal"),
    "goal_agreed": EventType("one side has agreed to a goal", "goal"),
    "colleague_named": EventType("somebody of the customer's has named a colleague", "colleague"),
    "colleague_taken_in": EventType("a colleague who was named takes part", "colleague"),
    "colleague_declined": EventType("a colleague who was named is left out", "colleague"),
    "training_rated": EventType("somebody of the customer's has rated a training", "session of the training"),
    "checklist_step_done": EventType("a step of a checklist is done", "page of the library and step"),
    "checklist_step_taken_back": EventType("a step is not done after all", "page of the library and step"),
    "user_thanked": EventType("one of ours has thanked somebody for using the product", "person"),
    "user_asked": EventType("one of ours has asked somebody what keeps them from using the product", "person"),
    "reminder_put_off": EventType("somebody wants to be reminded later", "milestone or task"),
}
"""Every kind of row that the journal has. A worker of a newer version may send one more: receivers ignore it."""

TYPES: tuple[str, ...] = tuple(PREFIX + kind for kind in KINDS)


class EventData(Wire):
    """What it is about. Ids and no contents: what stands there now is for the API to say, to those who may ask."""

    onboarding: str = Field(description="id of the onboarding")
    seq: int = Field(description="number of the entry over all journals; within one onboarding it rises")
    kind: str = Field(description="kind of the entry: the type without its prefix")
    about: str = Field("", description="key of what it is about, as the table says; may be empty")
    key: str = Field(description="names the entry within its onboarding for ever")
    recorded_at: Instant = Field(description="when it was written down, by the wall's clock")
    url: str = Field(description="where the API says how the onboarding stands")


class Event(Wire):
    """One event, as Standard Webhooks have it."""

    type: str = Field(description="one of the types of the table")
    timestamp: Instant = Field(description="when it happened, by the onboarding's calendar")
    data: EventData


class Entry(JournalRow):
    """A row of the journal as an event is made of it."""

    onboarding: str
    seq: int
    recorded_at: Instant


def event_of(entry: Entry, *, public_address: str) -> Event:
    """The event of a journal's entry; `public_address` is where the API is reached, without a slash at the end."""
    return Event(
        type=PREFIX + entry.kind,
        timestamp=entry.at,
        data=EventData(
            onboarding=entry.onboarding,
            seq=entry.seq,
            kind=entry.kind,
            about=entry.about,
            key=entry.key,
            recorded_at=entry.recorded_at,
            url=f"{public_address}/api/v1/onboardings/{entry.onboarding}",
        ),
    )


def event_id(onboarding: str, key: str) -> str:
    """Id of the event of one entry of a journal, the same at every try and for every target.

    Not made of its `seq`: a database that was restored gives a number a second time.
    """
    digest = hashlib.sha256(f"{onboarding}\n{key}".encode("utf-8", "replace")).hexdigest()
    return f"evt_{digest[:32]}"


def json_schema() -> dict[str, Any]:
    """JSON Schema of an event, with the closed list of types."""
    schema = Event.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["type"]["enum"] = [*TYPES, TEST]
    return schema
