"""Does a client that nobody here wrote bring usage in? Segment's own for Python, to the web process as it is served."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from segment.analytics.client import Client  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import select

from benchmarks.usage import KEY, web
from domain.usage import milliseconds, number_of
from store.engine import open_store
from store.tables import usage_events, usage_members


@pytest.mark.parametrize("packed", [False, True])
def test_segments_client_brings_usage(packed: bool, tmp_path: Path) -> None:
    """Identify, group and track, in batches as it makes them, packed or not."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    failures: list[object] = []
    long_ago = datetime.now(UTC) - timedelta(days=3)

    with web(url, tmp_path) as served:
        client = Client(KEY, host=served.address, gzip=packed, on_error=lambda error, _: failures.append(error))
        client.identify("jo@customer.test", {"email": "jo@customer.test"})
        client.group("jo@customer.test", "Customer.test", {"seats": 40})
        for number in range(250):
            client.track("jo@customer.test", "Report Created", {"number": number}, message_id=f"m-{number}")
        client.track("jo@customer.test", "Report Created", message_id="m-7")
        client.track("al", "Report Shared", context={"groupId": "acme"}, timestamp=long_ago)
        client.page("al", name="Reports")
        client.shutdown()

    assert [] == failures
    engine = open_store(url)
    with engine.connect() as connection:
        kept = list(connection.execute(select(usage_events)))
        members = [(row.person, row.group_id) for row in connection.execute(select(usage_members))]
    engine.dispose()
    assert 251 == len(kept)
    assert {"customer.test", "acme"} == {row.group_id for row in kept}
    assert [(number_of("jo@customer.test"), "customer.test")] == members
    [shared] = [row for row in kept if row.event == "Report Shared"]
    assert abs(shared.at - milliseconds(long_ago)) < 5_000
