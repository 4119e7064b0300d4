"""How do colleagues hear by Slack? Once, word for word, and by mail where Slack takes nothing of us."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from activities.channels.slack.blocks import blocks_of
from activities.channels.slack.posting import PER_ONBOARDING, Slack, channel_name
from activities.channels.texts.rendering import RenderedNotice, Rendering
from activities.channels.texts.samples import ALL, ONBOARDING, sample
from domain.notice import DONE, SNOOZE, NoticeKind
from domain.record import WaitingNotice
from domain.text import LANGUAGES
from domain.trouble import ChannelDown, ChannelUnusable, MaybeArrived
from tests.support.slack import PlayedSlack
from tests.support.stand_in import served

TOKEN, TO = "xoxb-1234567890-abcdef", "U024BE7LH"


@pytest.fixture
def workspace() -> Iterator[PlayedSlack]:
    with served(PlayedSlack()) as slack:
        yield slack


def channel(workspace: PlayedSlack, **more: Any) -> Slack:
    ours = {"token": TOKEN, "api": workspace.address, "rendering": Rendering(), "id_of": lambda _: TO}
    return Slack(**{**ours, **more})


def to_colleague(kind: NoticeKind = "reminder", **changes: Any) -> WaitingNotice:
    waiting = sample(kind)
    person = waiting.person.model_copy(update={"side": "vendor", "id": "mika.sato"})
    notice = waiting.notice.model_copy(update={"while_open": "kickoff_held", **changes})
    return waiting.model_copy(update={"person": person, "notice": notice})


def test_a_colleague_gets_a_direct_message_and_the_receipt_names_it(workspace: PlayedSlack) -> None:
    """By channel and `ts` it is found in Slack; its words are kept as those of a mail are."""
    receipt = channel(workspace).deliver(to_colleague())

    (posted,) = workspace.messages
    assert posted["channel"] == "D024BE7LH"
    assert receipt.place == f"Slack took it: channel D024BE7LH, ts {posted['ts']}"
    assert receipt.subject
    assert receipt.text


def test_in_the_teams_channel_it_says_whom_it_is_for(workspace: PlayedSlack) -> None:
    """Others read it too, and only one of them is called."""
    channel(workspace, place="C0412AB34").deliver(to_colleague())

    (posted,) = workspace.messages
    assert posted["channel"] == "C0412AB34"
    assert {"type": "mrkdwn", "text": f"<@{TO}>"} in posted["blocks"][1]["elements"]


def test_each_onboarding_may_have_a_channel_of_its_own(workspace: PlayedSlack) -> None:
    """Made at the first message, found again by a worker that knows nothing of it, with whom it is for invited."""
    workspace.channels = {"general": "C00000GEN"}
    channel(workspace, place=PER_ONBOARDING).deliver(to_colleague())
    channel(workspace, place=PER_ONBOARDING).deliver(to_colleague("task_due"))

    name = channel_name(ONBOARDING)
    assert list(workspace.channels) == ["general", name]
    assert {message["channel"] for message in workspace.messages} == {workspace.channels[name]}
    assert set(workspace.invited) == {(workspace.channels[name], TO)}


def test_what_slack_may_have_taken_is_looked_for_before_it_goes_again(workspace: PlayedSlack) -> None:
    """Slack knows no key by which it would take a message once; the SDK's own retries would post it twice at once."""
    workspace.breaks = 1
    with pytest.raises(MaybeArrived):
        channel(workspace).deliver(to_colleague())
    assert len(workspace.messages) == 1

    receipt = channel(workspace).deliver(to_colleague().model_copy(update={"maybe_arrived": 1}))

    assert len(workspace.messages) == 1
    assert receipt.place.endswith(workspace.messages[0]["ts"])


def test_a_connection_that_breaks_is_no_second_message(workspace: PlayedSlack) -> None:
    """The default client of the SDK tries again by itself."""
    slack = channel(workspace)
    workspace.first = [(500, {"Connection": "close"}, {"ok": False, "error": "internal_error"})] * 3

    with pytest.raises(MaybeArrived):
        slack.deliver(to_colleague())

    assert workspace.calls == ["POST /chat.postMessage"]


def test_a_limit_is_honoured(workspace: PlayedSlack) -> None:
    """The message rests for as long as Slack says, and is neither tried meanwhile nor given up."""
    workspace.first = [(429, {"Retry-After": "42"}, {"ok": False, "error": "ratelimited"})]

    with pytest.raises(ChannelDown) as down:
        channel(workspace).deliver(to_colleague())

    assert down.value.again_after == timedelta(seconds=42)
    assert not isinstance(down.value, MaybeArrived)
    assert not workspace.messages


@pytest.mark.parametrize(
    "error", ["is_archived", "invalid_auth", "token_revoked", "channel_not_found", "not_in_channel", "invalid_blocks"]
)
def test_what_an_operator_has_to_put_right_is_told_apart(workspace: PlayedSlack, error: str) -> None:
    """An archived channel is an answer 200; trying again would not help, and mail does."""
    workspace.refusing = {"chat.postMessage": error}

    with pytest.raises(ChannelUnusable, match=error) as unusable:
        channel(workspace, place="C0412AB34").deliver(to_colleague())

    assert unusable.value.place == "C0412AB34"


def test_a_channel_whose_name_is_taken_is_unusable(workspace: PlayedSlack) -> None:
    """It is private, or archived: we do not see it, and cannot make it."""
    workspace.refusing = {"conversations.create": "name_taken"}

    with pytest.raises(ChannelUnusable, match="name_taken") as unusable:
        channel(workspace, place=PER_ONBOARDING).deliver(to_colleague())

    assert unusable.value.place == channel_name(ONBOARDING)


@pytest.mark.parametrize("missing", [{"token": ""}, {"id_of": lambda _: None}])
def test_without_a_token_or_an_id_nothing_is_called(workspace: PlayedSlack, missing: dict[str, Any]) -> None:
    """It goes by mail at once."""
    with pytest.raises(ChannelUnusable):
        channel(workspace, **missing).deliver(to_colleague())

    assert not workspace.calls


def test_slack_that_cannot_be_reached_took_nothing() -> None:
    """No connection came about: it may be tried again at once."""
    away = PlayedSlack(address="http://127.0.0.1:9")

    with pytest.raises(ChannelDown) as down:
        channel(away).deliver(to_colleague())

    assert not isinstance(down.value, MaybeArrived)


def rendered(body: str, subject: str = "A subject") -> RenderedNotice:
    return RenderedNotice(subject=subject, text=body, html="", body=body)


def test_nothing_that_people_wrote_acts_in_slack() -> None:
    """It neither calls the channel nor hides where a link leads."""
    blocks = blocks_of(
        to_colleague(), rendered("<!channel> see <https://evil.test|our page> & @here"), mention="", buttons=False
    )

    text = blocks[1]["text"]
    assert text["verbatim"] is True
    assert text["text"].startswith("&lt;!channel&gt; see &lt;<https://evil.test>|our page&gt; &amp; @here")


def test_a_long_message_keeps_within_slacks_limits() -> None:
    """Slack refuses the whole message for one block too many; the SDK does not look."""
    body = "\n".join(f"{number} " + "&x " * 1200 for number in range(60))

    blocks = blocks_of(to_colleague(), rendered(body, "S" * 400), mention=TO, buttons=True)

    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert len(blocks) <= 50
    assert max(map(len, sections)) <= 3000
    assert len(blocks[0]["text"]["text"]) == 150
    assert "day90 show" in sections[-1]
    assert not [text for text in sections if text.count("&") != text.count("&amp;")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_without_blanks_is_cut_between_signs(language: str) -> None:
    """Japanese has none; an escaped sign is never cut in two."""
    blocks = blocks_of(to_colleague(), rendered("<" * 5000), mention="", buttons=False)

    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert "".join(sections) == "&lt;" * 5000
    assert max(map(len, sections)) <= 3000
    assert [text for text in sections if not text.endswith("&lt;")] == []


def test_only_what_can_be_called_done_has_buttons(workspace: PlayedSlack) -> None:
    """A sign-off is nobody's to press, and what is not asked cannot be done."""
    slack = channel(workspace, buttons=True)
    kinds: tuple[NoticeKind, ...] = ("reminder", "sign_off_request", "status_report")
    for kind in kinds:
        slack.deliver(to_colleague(kind))

    pressed = [
        [
            element["action_id"]
            for block in message["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
        ]
        for message in workspace.messages
    ]
    assert [DONE, SNOOZE] == pressed[0][:2]
    assert not any(DONE in buttons or SNOOZE in buttons for buttons in pressed[1:])
    assert all(len(set(buttons)) == len(buttons) for buttons in pressed)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_kind_fits_into_slack(kind: Any, language: Any) -> None:
    """In both languages, with buttons."""
    waiting = sample(kind, language)

    blocks = blocks_of(waiting, Rendering().render(waiting), mention=TO, buttons=True)

    assert 2 < len(blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in blocks if block["type"] == "section")
