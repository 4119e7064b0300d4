"""By what a deal's account is looked up, so that the same customer's next deal is recognised."""

import json
import re
import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("deals", sa.Column("account_folded", sa.Text(), nullable=True))
    op.add_column("deals", sa.Column("account_domain", sa.Text(), nullable=True))
    _fill_in()
    op.create_index("ix_deals_account_folded", "deals", ["account_folded"])
    op.create_index("ix_deals_account_domain", "deals", ["account_domain"])


def downgrade() -> None:
    op.drop_index("ix_deals_account_domain", "deals")
    op.drop_index("ix_deals_account_folded", "deals")
    op.drop_column("deals", "account_domain")
    op.drop_column("deals", "account_folded")


def _fill_in() -> None:
    deals = sa.table("deals", *(sa.column(name) for name in ("onboarding", "body", "account_folded", "account_domain")))
    connection = op.get_bind()
    rows = connection.execute(sa.select(deals.c.onboarding, deals.c.body)).all()
    told = [{"id": row.onboarding, **_account(row.body)} for row in rows]
    if told:
        of_it = sa.update(deals).where(deals.c.onboarding == sa.bindparam("id"))
        filled = of_it.values(account_folded=sa.bindparam("folded"), account_domain=sa.bindparam("domain"))
        connection.execute(filled, told)


def _account(body: object) -> dict[str, str | None]:
    """The rules of then, written out; a domain of public mail is told from a company's where it is looked for."""
    deal = json.loads(body) if isinstance(body, str) else body
    assert isinstance(deal, dict)
    account = deal["account"]
    named = _folded(account.get("domain") or "").strip()
    host = re.split(r"[/?#]", re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?//", "", named), maxsplit=1)[0]
    domain = host.rpartition("@")[2].partition(":")[0].strip(".").removeprefix("www.")
    named_one = re.fullmatch(r"(?:[\w-]+\.)+[\w-]{2,}", domain)
    return {"folded": _folded(account["name"]), "domain": domain if named_one else None}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
