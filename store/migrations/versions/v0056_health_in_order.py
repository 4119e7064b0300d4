"""Which customers are the least healthy, whose score has moved, and who has new red flags? Found by indexes.

Of what is there already the last two weeks tell it. What an older worker writes meanwhile keeps its old place until the
look of the next week.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COLUMNS: Mapping[str, sa.types.TypeEngine[Any]] = {
    "place": sa.Float(),
    "band": sa.Text(),
    "moved": sa.Float(),
    "new_flags": sa.Boolean(),
}
HAS_NEW_FLAGS, IS_AN_ALARM = sa.text("new_flags"), sa.text("alarm")
# A flag is new where its key was not among those of the look before.
PLACED = """
UPDATE evaluations SET place = coalesce(now.score, 1000), band = now.band, moved = now.score - now.before,
 new_flags = now.new_flags
FROM (
  SELECT latest.onboarding, latest.week, latest.score, latest.band, before.score AS before,
   EXISTS (
     SELECT 1 FROM {each_flag} WHERE {key} NOT IN (SELECT {old_key} FROM {each_old_flag})
   ) AS new_flags
  FROM evaluation_weeks latest LEFT JOIN evaluation_weeks before ON before.onboarding = latest.onboarding
   AND before.week = (
     SELECT max(earlier.week) FROM evaluation_weeks earlier
     WHERE earlier.onboarding = latest.onboarding AND earlier.week < latest.week
   )
) now WHERE now.onboarding = evaluations.onboarding AND now.week = evaluations.week
"""
IN_POSTGRESQL = {
    "each_flag": "json_array_elements(latest.flags) flag",
    "key": "flag ->> 'key'",
    "each_old_flag": "json_array_elements(coalesce(before.flags, '[]')) old",
    "old_key": "old ->> 'key'",
}
IN_SQLITE = {
    "each_flag": "json_each(latest.flags) flag",
    "key": "json_extract(flag.value, '$.key')",
    "each_old_flag": "json_each(coalesce(before.flags, '[]')) old",
    "old_key": "json_extract(old.value, '$.key')",
}


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, kind in COLUMNS.items():
        op.add_column("evaluations", sa.Column(name, kind, nullable=True))
    op.execute(PLACED.format(**(IN_POSTGRESQL if is_postgresql else IN_SQLITE)))
    op.create_index("ix_evaluations_place", "evaluations", ["place", "onboarding"])
    op.create_index("ix_evaluations_band", "evaluations", ["band", "place", "onboarding"])
    op.create_index("ix_evaluations_moved", "evaluations", ["moved"])
    for name, columns, where in (
        ("flagged", ["place"], HAS_NEW_FLAGS),
        ("alarm", ["onboarding"], IS_AN_ALARM),
    ):
        op.create_index(f"ix_evaluations_{name}", "evaluations", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in ("alarm", "flagged", "moved", "band", "place"):
        op.drop_index(f"ix_evaluations_{name}", "evaluations")
    for name in COLUMNS:
        op.drop_column("evaluations", name)
