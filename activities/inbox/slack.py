"""What follows from a button pressed in Slack? What it stands for is told to the onboarding, by whoever pressed it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from activities.ports import Onboardings, Staff, Wake
from activities.ports.inbox import Pressed
from domain.clock import DAY
from domain.inbox import InboxRow, Settled
from domain.news import LONGEST_NEWS_ID, short
from domain.notice import ACTED_UPON_IN_CHAT, SLACK, Notice, task_of
from domain.refusal import Refused
from domain.rules.casting import staff_person
from domain.rules.hours import WorkingHours, next_office_moment, plain_week
from domain.team import Member
from domain.text import Language, in_language
from domain.trouble import NotFound

WORDS: Mapping[str, dict[Language, str]] = {
    "stranger": {
        "en": "day90 does not know you yet: whoever keeps the staff directory can add your Slack id. Nothing was"
        " changed.",
        "ja": "day90にまだ登録されていないため、変更は行われませんでした。担当者名簿の管理者に、Slackのメンバー"
        "IDの登録をご依頼ください。",
    },
    "gone": {
        "en": "This message is not known any more. Nothing was changed.",
        "ja": "このメッセージは既に無効です。変更は行われませんでした。",
    },
    "done": {"en": "Recorded as done. Thank you.", "ja": "完了として記録しました。ありがとうございます。"},
    "refused": {"en": "That could not be recorded: {reason}", "ja": "記録できませんでした：{reason}"},
    "snoozed": {"en": "You will be reminded again on {day}.", "ja": "{day}にもう一度お知らせします。"},
    "settled": {"en": "This is settled already. Nothing was changed.", "ja": "既に対応済みです。変更はありません。"},
}
"""What whoever pressed reads, seen by them alone."""
Answer = Callable[[str, str], Awaitable[None]]
"""Says a text to whoever pressed, at the address that Slack gave for it. Raises nothing."""


@dataclass(frozen=True, kw_only=True)
class ButtonIsPressed:
    """Handles deliveries to `/intake/slack`. `door` names Slack as the way; `wake` is for what waits for it again."""

    reads_the_present: ClassVar[bool] = False

    door: Onboardings
    pressed: Pressed
    staff: Staff
    answer: Answer
    wake: Wake
    now: Callable[[], datetime]
    hours: WorkingHours = plain_week
    day_length: timedelta = field(default=DAY)

    async def __call__(self, row: InboxRow) -> Settled:
        body = dict(row.body)
        member = self.staff().by_slack(str(body.get("user", "")))
        if member is None:
            return await self._say(body, None, "stranger", outcome="pressed by somebody whom the staff lacks")
        notice = await self._notice(str(body.get("notice", "")))
        if notice is None:
            return await self._say(body, member, "gone", outcome="about a message that there is none of")
        if row.kind == "snooze":
            return await self._snooze(row, body, member, notice)
        return await self._done(row, body, member, notice)

    async def _notice(self, number: str) -> Notice | None:
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        notice = await asyncio.to_thread(self.pressed.notice, int(number))
        # The button alone says what is meant: nothing else that was sent can be called done by it.
        fits = notice is not None and notice.kind in ACTED_UPON_IN_CHAT and notice.while_open and notice.onboarding
        return notice if fits else None

    async def _done(self, row: InboxRow, body: Mapping[str, Any], member: Member, notice: Notice) -> Settled:
        kind, news = await asyncio.to_thread(self._news, notice)
        key = f"slack-{row.key}"
        news = {
            **news,
            "by": member.handle,
            "news_id": key if len(key) <= LONGEST_NEWS_ID else f"slack-{short(row.key)}",
        }
        try:
            await self.door.tell(notice.onboarding, kind, news)
        except (Refused, NotFound) as refusal:
            reason = refusal.reason if isinstance(refusal, Refused) else str(refusal)
            said = {"reason": reason}
            outcome = f"refused: {kind}: {reason}"
            return await self._say(body, member, "refused", outcome=outcome, of=notice, **said)
        return await self._say(body, member, "done", outcome=f"told: {kind}", of=notice)

    def _news(self, notice: Notice) -> tuple[str, Mapping[str, Any]]:
        slot = str(notice.while_open)
        if (task := task_of(slot)) is not None:
            return "close_task", {"task": task}
        if self.pressed.is_milestone(notice.onboarding, slot):
            return "reach_milestone", {"milestone": slot}
        return "resolve_issue", {"issue": slot}

    async def _snooze(self, row: InboxRow, body: Mapping[str, Any], member: Member, notice: Notice) -> Settled:
        person = staff_person(member, member.languages[0])
        tomorrow = self.now() + min(DAY, self.day_length)
        until = next_office_moment(person, tomorrow, self.hours, team=self.staff(), sale=None)
        number = int(body["notice"])
        again = await asyncio.to_thread(self.pressed.again, number, key=row.key, by=member.handle, at=until)
        if not again:
            return await self._say(body, member, "settled", outcome="nothing to remind of any more", of=notice)
        await self.wake(notice.channel)
        day = f"{until.astimezone(ZoneInfo(member.time_zone)):%Y-%m-%d %H:%M}"
        return await self._say(body, member, "snoozed", outcome=f"put off: {notice.kind}", of=notice, day=day)

    async def _say(
        self,
        body: Mapping[str, Any],
        member: Member | None,
        word: str,
        *,
        outcome: str,
        of: Notice | None = None,
        **facts: str,
    ) -> Settled:
        language = member.languages[0] if member else "en"
        if url := str(body.get("response_url") or ""):
            await self.answer(url, in_language(WORDS[word], language).format_map(facts))
        return Settled(outcome=f"{SLACK}: {outcome}", onboarding=of.onboarding if of else "")
