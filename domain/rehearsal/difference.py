"""What would another version of a playbook change for people? Two stories of one scenario, laid side by side.

Mails are compared by kind, receiver and subject, the n-th beside the n-th: their keys hold dates, by which a date that
moved would look like one that went and another that came.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from domain.notice import NoticeKind
from domain.playbook import Playbook
from domain.rehearsal.reasons import Reasons
from domain.rehearsal.story import Mail, Story, messages
from domain.wire import Wire

Fate = Literal["moved", "gone", "new"]


class DateChange(Wire):
    """The day of a milestone, of the go-live or of the end; None where it is not reached, or is not there."""

    what: str
    fate: Fate
    before: date | None = None
    after: date | None = None
    why: str = ""


class MailChange(Wire):
    """A mail that comes on another day, no longer, or newly."""

    fate: Fate
    kind: NoticeKind
    to: str
    role: str
    about: str
    nth: int
    before: date | None = None
    after: date | None = None
    why: str = ""


class Difference(Wire):
    """What changes in one scenario; `same` counts the mails that come as they did."""

    scenario: str
    title: str
    dates: tuple[DateChange, ...] = ()
    mails: tuple[MailChange, ...] = ()
    same: int = 0
    mails_before: int = 0
    mails_after: int = 0

    def count(self, fate: Fate) -> int:
        return sum(mail.fate == fate for mail in self.mails)


def difference(before: Story, after: Story, old: Playbook, new: Playbook) -> Difference:
    """What changes for the people of one scenario when the `new` playbook takes the place of the `old` one."""
    dates = tuple(_dates(before, after, Reasons(old, new, {})))
    moved = {one.what: (one.before, one.after) for one in dates if one.fate == "moved"}
    changes, same = mail_changes(before.mails, after.mails, Reasons(old, new, moved))
    return Difference(
        scenario=after.scenario,
        title=after.title,
        dates=dates,
        mails=changes,
        same=same,
        mails_before=len(messages(before.mails)),
        mails_after=len(messages(after.mails)),
    )


def _dates(before: Story, after: Story, reasons: Reasons) -> Iterator[DateChange]:
    old = {one.key: one.settled or one.due for one in before.milestones}
    new = {one.key: one.settled or one.due for one in after.milestones}
    for key in dict.fromkeys([*old, *new]):
        was, is_now = old.get(key), new.get(key)
        if was != is_now:
            why = reasons.of_milestone(key, moved={k for k in old if k in new and old[k] != new[k]})
            yield DateChange(what=key, fate=_fate(was, is_now), before=was, after=is_now, why=why)
    if before.ended_on != after.ended_on:
        fate = _fate(before.ended_on, after.ended_on)
        yield DateChange(what="the end", fate=fate, before=before.ended_on, after=after.ended_on)


def _fate(before: object | None, after: object | None) -> Fate:
    if before is not None and after is not None:
        return "moved"
    return "gone" if after is None else "new"


def mail_changes(before: Sequence[Mail], after: Sequence[Mail], reasons: Reasons) -> tuple[tuple[MailChange, ...], int]:
    """The mails that change, by their days, and how many come as they did."""
    old, new = _by_subject(before), _by_subject(after)
    changes: list[MailChange] = []
    same = 0
    for subject in dict.fromkeys([*old, *new]):
        for was, is_now in side_by_side(old.get(subject, []), new.get(subject, [])):
            one = is_now or was
            assert one is not None, "one of the two is there"
            if was is not None and is_now is not None and was.on == is_now.on:
                same += 1
                continue
            changes.append(
                MailChange(
                    fate=_fate(was, is_now),
                    kind=one.kind,
                    to=one.to,
                    role=one.role,
                    about=one.about,
                    nth=one.nth,
                    before=was.on if was else None,
                    after=is_now.on if is_now else None,
                    why=reasons.of_mail(one),
                )
            )
    changes.sort(key=lambda one: (one.after or one.before or date.min, one.to, one.kind))
    return tuple(changes), same


def _by_subject(mails: Sequence[Mail]) -> dict[tuple[str, str, str], list[Mail]]:
    grouped: dict[tuple[str, str, str], list[Mail]] = {}
    for mail in mails:
        grouped.setdefault((mail.kind, mail.to, mail.about), []).append(mail)
    return grouped


def side_by_side(old: Sequence[Mail], new: Sequence[Mail]) -> list[tuple[Mail | None, Mail | None]]:
    """The n-th beside the n-th; where there are fewer of one, those beside each other that lie nearest, in order.

    A weekly report that comes every two weeks is half of them gone, and not all of them moved.
    """
    if len(old) > len(new):
        return [(was, is_now) for is_now, was in side_by_side(new, old)]
    # cheapest[i][j]: the least days by which the first i of the few move when they stand beside some of the first j.
    cheapest = [[0] * (len(new) + 1)] + [[10**9] * (len(new) + 1) for _ in old]
    for i, few in enumerate(old, start=1):
        for j in range(i, len(new) + 1):
            apart = abs((few.on - new[j - 1].on).days)
            cheapest[i][j] = min(cheapest[i][j - 1], cheapest[i - 1][j - 1] + apart)
    pairs: list[tuple[Mail | None, Mail | None]] = []
    i = len(old)
    for j in range(len(new), 0, -1):
        if i and (j == i or cheapest[i][j] != cheapest[i][j - 1]):
            i -= 1
            pairs.append((old[i], new[j - 1]))
        else:
            pairs.append((None, new[j - 1]))
    return pairs[::-1]
