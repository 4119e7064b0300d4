"""What do all tables share? The metadata in which each is registered, and the conditions of the partial indexes."""

from sqlalchemy import MetaData, text

# Every constraint has a name: on SQLite a migration can only replace what it can name.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# What the partial indexes hold: few rows among those of years. A query repeats the same text, since neither database
# uses a partial index for a condition with a parameter.
NOT_ENDED = text("ending IS NULL")
HAS_ENDED = text("ending IS NOT NULL")
IS_LATE = text("late_count > 0")
IS_WAITING = text("state = 'waiting'")
IS_IN_A_DIGEST = text("digest IS NOT NULL")
IS_REFUSED = text("state = 'refused'")
IS_UNCONFIRMED = text("unconfirmed IS NOT NULL")
IS_BEHIND = text("state <> 'written'")
OF_THE_HOUSE = text("onboarding IS NULL")
ASKS_US = text("kind IN ('question', 'answer', 'contact_proposed')")
IS_AN_ANSWER = text(
    "kind IN ('draft', 'issue', 'scope_change', 'approval', 'hand_off', 'ask_again', 'criterion', 'pause')"
)
IS_SIGNED = text("kind = 'sign_off'")
STAFF_SIDE = text("side = 'vendor'")
IS_UNGROUPED = text("group_id = ''")
IS_OPEN_QUESTION = text("waits_since IS NOT NULL")
HAS_NEW_FLAGS = text("new_flags")
IS_AN_ALARM = text("alarm")
