"""A CRM that cannot be read: its last delivery counts, by the CRM's own time, whatever the order of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.crm.last_delivered import LastDelivered, changed_in_salesforce
from domain.inbox import InboxRow
from domain.refusal import Refused
from domain.trouble import NotFound

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@dataclass
class Deliveries:
    """Deliveries in the order in which they arrived."""

    rows: list[InboxRow] = field(default_factory=list)

    def came(self, stage: str, *, modified: str | None = None) -> None:
        fields: dict[str, Any] = {"Id": "006", "StageName": stage}
        if modified is not None:
            fields["SystemModstamp"] = modified
        row: dict[str, Any] = {
            "source": "salesforce",
            "kind": "opportunity_sent",
            "key": str(len(self.rows)),
            "state": "waiting",
        }
        row |= {"subject": "salesforce-006", "id": len(self.rows), "body": {"Opportunity": fields}}
        at = MONDAY + timedelta(minutes=len(self.rows))
        self.rows.append(InboxRow.model_validate({**row, "received_at": at}))

    def of(self, source: str, subject: str, *, most: int) -> Sequence[InboxRow]:
        return [row for row in reversed(self.rows) if (row.source, row.subject) == (source, subject)][:most]


@pytest.fixture
def deliveries() -> Deliveries:
    return Deliveries()


@pytest.fixture
def crm(deliveries: Deliveries) -> LastDelivered:
    return LastDelivered("salesforce", deliveries, changed=changed_in_salesforce)


async def stage(crm: LastDelivered) -> str:
    record = await crm.deal("006", properties=())
    return str(record["Opportunity"]["StageName"])


async def test_what_was_changed_last_counts_whenever_it_came(crm: LastDelivered, deliveries: Deliveries) -> None:
    """A message that was repeated for a day does not undo what came meanwhile."""
    deliveries.came("Closed Won", modified="2026-11-02T10:00:00.000Z")
    deliveries.came("Negotiation/Review", modified="2026-11-01T10:00:00.000Z")

    assert "Closed Won" == await stage(crm)


async def test_without_a_time_what_came_last_counts(crm: LastDelivered, deliveries: Deliveries) -> None:
    """The same holds for two changes at the same moment."""
    deliveries.came("Negotiation/Review")
    deliveries.came("Closed Won")

    assert "Closed Won" == await stage(crm)


async def test_times_are_compared_and_not_texts(crm: LastDelivered, deliveries: Deliveries) -> None:
    """Ten in Denver is later than twelve in Greenwich."""
    deliveries.came("Closed Won", modified="2026-11-02T10:00:00.000-0700")
    deliveries.came("Negotiation/Review", modified="2026-11-02T12:00:00.000Z")

    assert "Closed Won" == await stage(crm)


@pytest.mark.parametrize("nonsense", ["zzzz", "2026-11-02T10:00:00", "1762077600"])
async def test_a_time_that_cannot_be_read_is_refused_with_its_field(
    nonsense: str, crm: LastDelivered, deliveries: Deliveries
) -> None:
    """As text it would stand above all that is told later, for ever."""
    deliveries.came("Closed Lost", modified=nonsense)
    with pytest.raises(Refused) as refused:
        await stage(crm)
    assert "Opportunity.SystemModstamp" == refused.value.field

    deliveries.rows[0] = deliveries.rows[0].model_copy(update={"state": "refused"})
    deliveries.came("Closed Won", modified="2026-11-02T10:00:00.000Z")
    assert "Closed Won" == await stage(crm)


async def test_a_deal_that_was_never_told_of_is_not_there(crm: LastDelivered) -> None:
    """A deal of which nothing was delivered is not taken for an open one."""
    with pytest.raises(NotFound):
        await stage(crm)


async def test_it_is_written_to_by_nobody(crm: LastDelivered) -> None:
    """The refusal says that there is no way to write to this CRM."""
    with pytest.raises(Refused, match="is not asked"):
        await crm.write("006", {"stage": "live"})
