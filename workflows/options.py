"""How long may a step take, and how is it tried again? Every timeout and retry, each with its reason."""

from datetime import timedelta

from temporalio.common import RetryPolicy

BRIEFLY = timedelta(seconds=3)
"""How long a turn may be written inside the workflow's own task; after that a normal activity takes over, so that an
outage of the database costs one event and not a storm of tasks."""
BRIEF_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1), maximum_attempts=6
)
"""Six tries with 2.5 s between them in all. Counted, because `BRIEFLY` ends one try and not the retries (temporalio
1.35): without a number they went on for as long as the database was away, at a task and three events every 8 s."""

PATIENTLY = timedelta(seconds=30)
"""One try of the same write as a normal activity: a busy database may take seconds, a lost worker must be noticed."""
PATIENT_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
)
"""Without end: a minute after the database is back everything goes on."""

DELIVERY = timedelta(minutes=20)
"""One try of one message: nine steps of an SMTP dialogue may take a minute each, and the answer to the content ten."""
DELIVERY_LOST = timedelta(seconds=30)
"""A delivery without a heartbeat for this long died with its worker: without this limit, every mail in hand at a crash
would wait for `DELIVERY`, and twenty of them keep all others waiting."""
DELIVERY_TRIES = timedelta(minutes=30)
"""All tries of one message, and room for a whole last one: a try that is cut is one of which nobody knows the end."""
DELIVERY_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
    maximum_attempts=12,
)
"""Twelve tries, seven minutes where each fails at once; then the message rests, so that one receiver's bad server
delays nobody else's mail."""
SENDING_PASS = timedelta(minutes=3)
"""One pass through what waits for a channel: it begins no message after a minute, and leaves behind what takes long."""
SENDING_PASS_LOST = timedelta(seconds=10)
"""A pass gives a sign of life as messages go, and every five seconds. After so long without one the next begins:
one that was only slow does no harm, since each message is in one hand at a time."""
SENDING_PASS_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=5)
)
"""Without end: whatever keeps a pass from beginning, five seconds after it is over all mail goes on."""
AFTER_GIVING_UP = timedelta(seconds=30)
"""How long a channel is left alone after three messages in a row failed. Meanwhile these are tried on their own, the
first time after two seconds: as soon as one is through, so may be the others."""
SETTLING_TRIES = timedelta(minutes=10)
"""All tries of one delivery of another system that could not be settled at once; then it rests like a message."""
REST = timedelta(minutes=10)
"""How long a message rests that could not be handed over; after five days the CSM is told instead."""

SETTLING = timedelta(seconds=1)
"""The wait for a quiet moment before a new run, which must not share a task with an update (temporal#6375)."""
EVENTS_OF_A_RUN = 150
"""History events after which a new run begins: about 20 tasks. A cold worker replays its run from the start at every
wake-up: short runs cost 6 times a warm one, one run for everything 17 to 30 times."""
CLOCK_GRAIN = timedelta(milliseconds=1)
"""Timers are set this much late, so that on waking the entry is due for certain, however the clock was rounded."""

SWEEP = timedelta(hours=4)
"""All tries of one nightly sweep: a database that is away until the morning is noticed without it."""
SWEEP_PULSE = timedelta(minutes=2)
"""The sweep sends a heartbeat every thousand onboardings and every twenty second looks, which take seconds: after this
long without one its worker has gone."""

PASS = timedelta(minutes=3)
"""One pass through the inbox: a hundred starts at a busy Temporal, each with the door's patience, ten side by side."""
PASS_LOST = timedelta(seconds=20)
"""A pass sends a heartbeat every five seconds, as a look at usage does: what a worker had in hand when it died goes on
this much later."""

RECONCILIATION = timedelta(minutes=12)
"""All tries of one look through the CRM: the next one begins three minutes later, from the same mark."""
RECONCILIATION_PULSE = timedelta(minutes=2)
"""The reconciliation sends a heartbeat after each page of the CRM's search, which takes seconds."""

MAILBOX = timedelta(minutes=4)
"""All tries of one look into the mailbox: the next one begins a minute later, and finds what this one has not."""

EVALUATION = timedelta(minutes=50)
"""All tries of one look at customers: ten thousand take a few minutes, and the next look begins an hour after this."""

USAGE_LOOK = timedelta(minutes=30)
"""One look at what was used: after a night's import some ten thousand days of groups are counted."""
USAGE_REST = timedelta(minutes=1)
"""How long to wait before telling onboardings again that did not answer: longer than the door's patience with them."""
