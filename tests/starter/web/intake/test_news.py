"""How is signed news received? Verified by the standard's library, and told to its onboarding or kept as a figure."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine
from standardwebhooks.webhooks import Webhook

from activities.inbox.news import NewsIsTold
from domain.agenda import Progress
from domain.clock import DAY
from domain.inbox import InboxRow
from domain.refusal import Refused
from domain.reported import Measurement, SetApart, read_report
from domain.trouble import NotFound, UnknownOnboarding
from runtime.settings import BadSetting, load_settings
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from tests.support import databases
from tests.support.web import Web, problem, web_on

database = databases.database
engine = databases.engine

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()
OTHER = "whsec_" + base64.b64encode(b"another one, of thirty-two bytes").decode()
ONBOARDING = "onboarding-file-1"
AT = "2026-11-02T09:30:00Z"
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)


def news(type: str = "milestone.reached", /, **data: Any) -> dict[str, Any]:
    given = data or {"onboarding": ONBOARDING, "milestone": "kickoff_held"}
    return {"type": type, "timestamp": AT, "data": given}


def signed(body: bytes, *, secret: str = SECRET, id: str = "msg_1", at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    signature = Webhook(secret).sign(id, moment, body.decode("utf-8", "replace"))
    return {"webhook-id": id, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}


async def send(web: Web, payload: Any, **signing: Any) -> httpx2.Response:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return await web.client.post("/intake/news", content=body, headers=signed(body, **signing))


async def test_signed_news_is_kept_once(tmp_path: Path) -> None:
    """It is recognised by its webhook-id alone."""
    async with web_on(tmp_path, news_secret=SECRET) as web:
        answers = [await send(web, news(), id=id) for id in ("msg_1", "msg_1", "msg_2")]

        assert [202] * 3 == [answer.status_code for answer in answers]
        assert [("news", "milestone.reached", ONBOARDING, key) for key in ("msg_1", "msg_2")] == [
            (row.source, row.kind, row.subject, row.key) for row in web.kept
        ]


async def test_while_a_secret_is_replaced_both_are_good(tmp_path: Path) -> None:
    """And a sender that signs with two secrets at once is accepted by either."""
    body = json.dumps(news()).encode()
    async with web_on(tmp_path, news_secret=f"{OTHER} {SECRET}") as web:
        for secret in (SECRET, OTHER):
            assert 202 == (await send(web, news(), secret=secret)).status_code
    async with web_on(tmp_path, news_secret=SECRET) as web:
        header = signed(body)
        header["webhook-signature"] = (
            f"v1a,c2ln {signed(body, secret=OTHER)['webhook-signature']} " + (header["webhook-signature"])
        )
        assert 202 == (await web.client.post("/intake/news", content=body, headers=header)).status_code


BODY = json.dumps(news()).encode()


def of_another_version() -> dict[str, str]:
    right = signed(BODY)
    return {**right, "webhook-signature": right["webhook-signature"].replace("v1", "v2")}


def of_another_moment() -> dict[str, str]:
    right = signed(BODY)
    return {**right, "webhook-timestamp": str(int(right["webhook-timestamp"]) + 60)}


def stale() -> dict[str, str]:
    return signed(BODY, at=datetime.now(UTC) - timedelta(minutes=6))


def of_the_future() -> dict[str, str]:
    return signed(BODY, at=datetime.now(UTC) + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        (dict, "webhook-id"),
        (lambda: {**signed(BODY), "webhook-id": ""}, "webhook-id"),
        (lambda: {**signed(BODY), "webhook-id": "msg_2"}, "not ours"),
        (lambda: {**signed(BODY), "webhook-signature": "v1"}, "not ours"),
        (lambda: {**signed(BODY), "webhook-signature": "v1,*"}, "not ours"),
        (lambda: {**signed(BODY), "webhook-signature": "v1,a,b"}, "not ours"),
        (of_another_version, "not ours"),
        (lambda: {**signed(BODY), "webhook-timestamp": "yesterday"}, "webhook-timestamp"),
        (lambda: {**signed(BODY), "webhook-timestamp": "nan"}, "webhook-timestamp"),
        (of_another_moment, "not ours"),
        (lambda: signed(b"another body"), "not ours"),
        (lambda: signed(BODY, secret=OTHER), "not ours"),
        (stale, "ago"),
        (of_the_future, "ahead"),
    ],
)
async def test_a_wrong_signature_is_refused(sign: Callable[[], dict[str, str]], words: str, tmp_path: Path) -> None:
    """Missing, garbled, of another body or secret, too old, in the future. Signed in the test: signatures expire."""
    async with web_on(tmp_path, news_secret=SECRET) as web:
        answer = await web.client.post("/intake/news", content=BODY, headers=sign())

        assert "urn:day90:problem:unauthenticated" == problem(answer)["type"]
        assert words in problem(answer)["detail"]
        assert [] == web.kept


BESIDE: list[Callable[[str], str]] = [
    lambda good: f"v1,BADSIG {good} v2,BADSIG",
    lambda good: f"v1,{'A' * 43}= {good}",
    lambda good: f"v1a,{'A' * 86}== {good}",
    lambda good: f"v1,{'A' * 43}=  {good}",
    lambda good: f"v1a {good}",
    lambda good: f"v1, {good}",
    lambda good: f", {good} ,",
    lambda good: f"{good} v1,*",
]


@pytest.mark.parametrize("beside", BESIDE)
async def test_what_stands_beside_the_right_signature_spoils_nothing(
    beside: Callable[[str], str], tmp_path: Path
) -> None:
    """Of other keys and versions, and garbled; without the right one, none of them is good."""
    right = signed(BODY)
    async with web_on(tmp_path, news_secret=SECRET) as web:
        forged = {**right, "webhook-signature": beside(f"v1,{'A' * 43}=")}
        assert 401 == (await web.client.post("/intake/news", content=BODY, headers=forged)).status_code

        headers = {**right, "webhook-signature": beside(right["webhook-signature"])}
        assert 202 == (await web.client.post("/intake/news", content=BODY, headers=headers)).status_code


HERE = {"onboarding": ONBOARDING}


@pytest.mark.parametrize(
    ("payload", "kind", "field"),
    [
        (b"{", "malformed", None),
        (b"[" * 100_000, "malformed", None),
        (b" " * 2_000_000, "too-large", None),
        ([1], "invalid", None),
        ({"type": "milestone.reached"}, "invalid", "timestamp"),
        ({**news(), "timestamp": "yesterday"}, "invalid", "timestamp"),
        ({**news(), "timestamp": "2026-11-02T09:30:00"}, "invalid", "timestamp"),
        ({**news(), "data": []}, "invalid", "data"),
        ({**news(), "type": ["milestone.reached"]}, "invalid", "type"),
        (news("milestone.signed_off", **HERE), "invalid", "type"),
        (news(milestone="kickoff_held"), "invalid", "data.onboarding"),
        (news(**HERE, source="file", deal="1", milestone="kickoff_held"), "invalid", "data.onboarding"),
        (news(source="file", milestone="kickoff_held"), "invalid", "data.onboarding"),
        (news(onboarding="receiver", milestone="kickoff_held"), "invalid", "data.onboarding"),
        (news(**HERE), "invalid", "data.milestone"),
        (news(**HERE, milestone="kickoff_held", colour="red"), "invalid", "data.colour"),
        (news(**HERE, milestone="kickoff_held", proved=True), "invalid", "data.proved"),
        (news("issue.raised", **HERE, title="x", severity="awful"), "invalid", "data.severity"),
        (news("meeting.held", **HERE, invited=3, attended=4), "invalid", "data"),
        (news("meeting.held", **HERE, invited=True), "invalid", "data.invited"),
        (news("tickets.counted", **HERE), "invalid", "data"),
        (news("tickets.counted", **HERE, opened=-1), "invalid", "data.opened"),
        (news("tickets.counted", **HERE, opened="4"), "invalid", "data.opened"),
    ],
)
async def test_news_that_cannot_be_read_is_refused(payload: Any, kind: str, field: str | None, tmp_path: Path) -> None:
    """With the field, even though it was signed."""
    async with web_on(tmp_path, news_secret=SECRET) as web:
        answer = await send(web, payload)

        assert f"urn:day90:problem:{kind}" == problem(answer)["type"], answer.text
        assert field == problem(answer).get("field"), answer.text
        assert [] == web.kept


async def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    async with web_on(tmp_path, news_secret=SECRET) as web:
        answer = await web.client.post("/intake/news", content=b"\xff", headers=signed(b"?"))

        assert "urn:day90:problem:malformed" == problem(answer)["type"]


async def test_the_road_is_closed_without_a_secret(tmp_path: Path) -> None:
    async with web_on(tmp_path) as web:
        assert 404 == (await send(web, news())).status_code


@pytest.mark.parametrize("secret", ["whsec_", "whsec_short", "open-sesame", f"{SECRET} whsec_***"])
def test_a_secret_that_nobody_could_sign_with_is_told_at_the_start(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the first delivery."""
    monkeypatch.setenv("DAY90_NEWS_SECRET", secret)

    with pytest.raises(BadSetting, match="DAY90_NEWS_SECRET should be whsec_"):
        load_settings()


# What follows from it.


class Told:
    """A door that records what it was told, or refuses."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.told: list[tuple[str, str, Mapping[str, Any]]] = []
        self._refuses = refuses

    async def start(self, raw: object) -> Any:
        raise NotImplementedError

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        if self._refuses:
            raise self._refuses
        self.told.append((onboarding, kind, raw))
        held = raw.get("milestone") == "environment_live"
        return Progress(onboarding=onboarding, status="on_track", day=1, held=held)


class Figures:
    """Measurements in memory; only one onboarding is known."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, float]] = []

    def keep(self, onboarding: str, measured: Any, *, key: str) -> Sequence[SetApart]:
        if onboarding != ONBOARDING:
            raise UnknownOnboarding(onboarding)
        self.kept += [(key, one.metric, one.value) for one in measured]
        return [SetApart(metric=one.metric, value=one.value, reason="lies ahead") for one in measured if one.value > 99]

    def present(self, onboarding: str) -> datetime:
        return NOW


def row(payload: dict[str, Any], key: str = "msg_1") -> InboxRow:
    more: dict[str, Any] = {"kind": payload["type"], "state": "waiting", "received_at": NOW, "body": payload}
    return InboxRow(id=1, source="news", key=key, **more)


async def test_the_onboarding_is_told_at_the_moment_it_happened() -> None:
    """Under the id of the webhook, so that a repetition counts once."""
    door = Told()

    settled = await NewsIsTold(door, Figures())(row(news(source="file", deal="1", milestone="kickoff_held")))

    moment = {"at": "2026-11-02T09:30:00+00:00", "news_id": "news-msg_1"}
    news_sent = {"milestone": "kickoff_held", "hold": True, **moment}
    assert [(ONBOARDING, "reach_milestone", news_sent)] == door.told
    assert ("done", ONBOARDING) == (settled.state, settled.onboarding)


async def test_on_a_compressed_clock_the_senders_moment_is_left_out() -> None:
    """A real moment means nothing on the compressed clock of the plan."""
    door = Told()

    await NewsIsTold(door, Figures(), DAY / 10)(row(news()))

    assert [{"milestone": "kickoff_held", "hold": True, "news_id": "news-msg_1"}] == [raw for _, _, raw in door.told]


async def test_a_milestone_that_comes_before_its_gate_is_open_waits_for_it_as_a_signal_does() -> None:
    """Refused, it would wait for a person, who has nothing to decide."""
    settled = await NewsIsTold(Told(), Figures())(row(news(**HERE, milestone="environment_live")))

    assert "held until its gate opens: milestone.reached" == settled.outcome


async def test_an_id_that_is_too_long_for_news_is_shortened() -> None:
    door = Told()

    await NewsIsTold(door, Figures())(row(news(), key="m" * 200))

    [(_, _, news_sent)] = door.told
    assert len("news-") + 12 == len(news_sent["news_id"])


async def test_a_refusal_is_left_to_a_person() -> None:
    """The receiver writes it beside the delivery, and `day90 inbox` shows it."""
    with pytest.raises(Refused):
        await NewsIsTold(Told(refuses=Refused("not yet", field="milestone")), Figures())(row(news()))


async def test_figures_are_kept_and_no_workflow_hears_of_them() -> None:
    """Tickets and meetings."""
    door, figures = Told(), Figures()
    tell = NewsIsTold(door, figures)

    await tell(row(news("tickets.counted", **HERE, opened=4, open=7), "a"))
    await tell(row(news("meeting.held", **HERE, meeting="Kickoff", invited=5, attended=4), "b"))
    settled = await tell(row(news("meeting.missed", **HERE), "c"))

    assert [
        ("a", "tickets_per_week", 4),
        ("a", "tickets_open", 7),
        ("b", "meetings_held", 1),
        ("b", "meeting_invited", 5),
        ("b", "meeting_attended", 4),
        ("c", "missed_meetings", 1),
    ] == figures.kept
    assert [] == door.told
    assert "measured: missed_meetings 1" == settled.outcome


async def test_a_figure_that_cannot_be_true_stays_in_the_inbox_with_the_reason() -> None:
    """Whoever looks at the delivery sees why it does not count."""
    settled = await NewsIsTold(Told(), Figures())(row(news("metric.reported", **HERE, metric="nps", value=100), "a"))

    assert "measured: nps 100 does not count: lies ahead" == settled.outcome


@pytest.mark.parametrize(
    ("kind", "data", "kept"),
    [
        ("training.held", {"invited": 10, "attended": 9}, [("training_invited", 10), ("training_present", 9)]),
        ("training.held", {"session": "First", "score": 4.5}, [("training_score", 4.5)]),
        ("users.invited", {"users": 20}, [("invited_users", 20)]),
        ("metric.reported", {"metric": "cycle_time", "value": 17.0, "unit": "days"}, [("cycle_time", 17.0)]),
    ],
)
async def test_trainings_and_metrics_are_figures(kind: str, data: dict[str, Any], kept: list[Any]) -> None:
    figures = Figures()

    await NewsIsTold(Told(), figures)(row(news(kind, **HERE, **data), "a"))

    assert [("a", *one) for one in kept] == figures.kept


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("training.held", {"attended": 9}, "say how many were invited"),
        ("training.held", {"invited": 9, "attended": 10}, "more attended than were invited"),
        ("training.held", {"invited": 9, "score": 6}, "data.score"),
        ("users.invited", {"users": -1}, "data.users"),
        ("metric.reported", {"metric": "nps", "value": "40"}, "data.value"),
        ("metric.reported", {"metric": "cycle_time", "value": 1e308}, "data.value"),
    ],
)
def test_a_figure_that_says_nothing_is_refused_by_its_field(kind: str, data: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_report(news(kind, **HERE, **data))


async def test_figures_of_an_unknown_onboarding_are_left_to_a_person() -> None:
    """It may be known tomorrow."""
    with pytest.raises(NotFound, match="no such onboarding"):
        await NewsIsTold(Told(), Figures())(row(news("meeting.missed", onboarding="onboarding-file-2")))


def test_a_figure_is_kept_once_for_each_delivery(engine: Engine) -> None:
    """And the newest is found first."""
    SqlLedger(engine).admit(databases.dossier(), run="run-1")
    measurements = SqlMeasurements(engine)
    for hour in range(3):
        taken = Measurement(metric="tickets_open", at=NOW + timedelta(hours=hour), value=hour)
        for _ in range(2):
            measurements.keep(ONBOARDING, [taken], key=f"msg_{hour}")

    assert [2, 1, 0] == [one.value for one in measurements.of_each(ONBOARDING, ["tickets_open"])["tickets_open"]]
    with pytest.raises(UnknownOnboarding):
        measurements.keep("onboarding-file-2", [], key="msg_9")
