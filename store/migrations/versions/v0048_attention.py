"""What does the desk read? Who needs somebody first, who has something to do now, and by what a customer is found.

Of what is there already, the rank follows from the status here. All else of it an onboarding writes with its next turn,
or `day90 repair ONBOARDING` at once; the texts of the search are filled in by the page process while it runs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
COLUMNS: Mapping[str, sa.types.TypeEngine[Any]] = {
    "rank": sa.Integer(),
    "first_due": MOMENT,
    "first": sa.JSON(none_as_null=True),
    "closed_at": MOMENT,
    "done_until": MOMENT,
    "ends_by": MOMENT,
    "went_live_at": MOMENT,
    "agreed_go_live": sa.Date(),
    "slip": sa.Integer(),
    "ahead": sa.JSON(none_as_null=True),
    "attended_as_of": MOMENT,
}
INDEXES = {
    "rank": ["rank", "first_due", "onboarding"],
    "owner_rank": ["owner", "rank", "first_due", "onboarding"],
    "playbook_rank": ["playbook", "rank", "first_due", "onboarding"],
    "go_live": ["go_live_due", "onboarding"],
}
NOT_ENDED = sa.text("ending IS NULL")
HAS_ENDED = sa.text("ending IS NOT NULL")
ASKS_US = sa.text("kind IN ('question', 'answer', 'contact_proposed')")
IS_AN_ANSWER = sa.text(
    "kind IN ('draft', 'issue', 'scope_change', 'approval', 'hand_off', 'ask_again', 'criterion', 'pause')"
)
IS_SIGNED = sa.text("kind = 'sign_off'")
STAFF_SIDE = sa.text("side = 'vendor'")
RANKED = """
UPDATE onboardings SET rank = CASE WHEN ending IS NOT NULL THEN 5 WHEN status = 'stuck' THEN 0
 WHEN status = 'behind' THEN 1 WHEN status IN ('paused', 'ending') THEN 4
 WHEN status = 'opening' OR late_count > 0 THEN 2 ELSE 3 END,
 first_due = coalesce(next_due, go_live_due, opened_at)
"""


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("onboardings", sa.Column(name, kind, nullable=True))
    op.execute(RANKED)
    for name, columns in INDEXES.items():
        op.create_index(
            f"ix_onboardings_{name}",
            "onboardings",
            columns,
            sqlite_where=NOT_ENDED,
            postgresql_where=NOT_ENDED,
        )
    op.create_index(
        "ix_onboardings_ended",
        "onboardings",
        ["ended_at", "onboarding"],
        sqlite_where=HAS_ENDED,
        postgresql_where=HAS_ENDED,
    )
    op.create_index(
        "ix_notices_asking", "notices", ["person", "created_at"], sqlite_where=ASKS_US, postgresql_where=ASKS_US
    )
    op.create_table(
        "open_work",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("since", MOMENT),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("holds_up", sa.Integer(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("onboarding", "kind", "key", "person", name="pk_open_work"),
        sa.ForeignKeyConstraint(["onboarding"], ["onboardings.onboarding"], name="fk_open_work_onboarding_onboardings"),
    )
    op.create_index("ix_open_work_person", "open_work", ["person", "due"])
    op.create_index("ix_open_work_owner", "open_work", ["owner", "due"])
    op.create_index(
        "ix_open_work_signed", "open_work", ["owner", "due"], sqlite_where=IS_SIGNED, postgresql_where=IS_SIGNED
    )
    op.create_index(
        "ix_open_work_answers", "open_work", ["person", "due"], sqlite_where=IS_AN_ANSWER, postgresql_where=IS_AN_ANSWER
    )
    op.create_table(
        "put_aside",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", "onboarding", "kind", "key", name="pk_put_aside"),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_put_aside_onboarding_deals"),
    )
    op.create_table(
        "search_texts",
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pieces", sa.ARRAY(sa.Text()).with_variant(sa.Text(), "sqlite")),
        sa.PrimaryKeyConstraint("onboarding", name="pk_search_texts"),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_search_texts_onboarding_deals"),
    )
    op.create_index("ix_search_texts_pieces", "search_texts", ["pieces"], postgresql_using="gin")
    op.create_table(
        "desk_views",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_views"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_desk_views_person", "desk_views", ["person"])
    op.create_index(
        "ix_people_staff", "people", ["id", "onboarding"], sqlite_where=STAFF_SIDE, postgresql_where=STAFF_SIDE
    )
    op.create_table(
        "hours_spent",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("onboarding", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_hours_spent"),
        sa.ForeignKeyConstraint(["onboarding"], ["deals.onboarding"], name="fk_hours_spent_onboarding_deals"),
    )
    op.create_index("ix_hours_spent_person", "hours_spent", ["person", "day"])
    op.create_index("ix_hours_spent_onboarding", "hours_spent", ["onboarding"])


def downgrade() -> None:
    for table in ("hours_spent", "desk_views", "search_texts", "put_aside", "open_work"):
        op.drop_table(table)
    op.drop_index("ix_people_staff", "people")
    op.drop_index("ix_notices_asking", "notices")
    for name in ("ended", *INDEXES):
        op.drop_index(f"ix_onboardings_{name}", "onboardings")
    for name in COLUMNS:
        op.drop_column("onboardings", name)
