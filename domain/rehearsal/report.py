"""What does a rehearsal answer? The stories of all scenarios, what another version changes, and the broken budgets."""

from collections import Counter
from collections.abc import Sequence

from domain.playbook import Playbook, content_hash
from domain.rehearsal.budgets import Breach, breaches
from domain.rehearsal.difference import DateChange, Difference, Fate, MailChange, difference
from domain.rehearsal.story import Hours, Side, Story, busiest, most_asked, most_per, roles_in
from domain.wire import Wire


class Version(Wire):
    """Which playbook it was: `named` is what was asked for, a file, key or revision."""

    named: str
    key: str
    title: str
    hash: str


class MailGroup(Wire):
    """What changes alike for one role in several scenarios: how many mails of one kind and subject, over all."""

    kind: str
    role: str
    about: str
    fate: Fate
    mails: int
    scenarios: int
    why: str = ""


class Rehearsal(Wire):
    """The whole answer. `before` and `differences` are there where it was held against another version."""

    playbook: Version
    against: Version | None = None
    stories: tuple[Story, ...]
    before: tuple[Story, ...] = ()
    differences: tuple[Difference, ...] = ()
    breaches: tuple[Breach, ...] = ()

    @property
    def unended(self) -> list[Story]:
        """The scenarios that had not ended when their days were over."""
        return [story for story in self.stories if story.ended_on is None]

    @property
    def on_time(self) -> list[Story]:
        """The stories in which everybody does everything in time."""
        return [story for story in self.stories if story.on_time]

    @property
    def changed(self) -> list[Difference]:
        return [one for one in self.differences if one.dates or one.mails]

    def total(self, fate: Fate) -> int:
        return sum(one.count(fate) for one in self.differences)

    @property
    def same(self) -> int:
        return sum(one.same for one in self.differences)


def version(playbook: Playbook, *, named: str, title: str) -> Version:
    return Version(named=named, key=playbook.key, title=title, hash=content_hash(playbook))


def rehearsal(
    playbook: tuple[Version, Playbook],
    stories: Sequence[Story],
    against: tuple[Version, Playbook] | None = None,
    before: Sequence[Story] = (),
) -> Rehearsal:
    """The answer from the stories by the playbook, and by the other version those of the same scenarios `before`."""
    named, new = playbook
    differences: list[Difference] = []
    if against is not None:
        pairs = zip(before, stories, strict=True)
        differences = [difference(was, is_now, against[1], new) for was, is_now in pairs]
    return Rehearsal(
        playbook=named,
        against=against[0] if against else None,
        stories=tuple(stories),
        before=tuple(before),
        differences=tuple(differences),
        breaches=tuple(breaches(new.budgets, stories)),
    )


def grouped(differences: Sequence[Difference]) -> list[MailGroup]:
    """The changes of mails over all scenarios, those of most mails first."""
    mails: Counter[tuple[str, str, str, Fate]] = Counter()
    scenarios: dict[tuple[str, str, str, Fate], set[str]] = {}
    whys: dict[tuple[str, str, str, Fate], Counter[str]] = {}
    for one in differences:
        for mail in one.mails:
            alike = _alike(mail)
            mails[alike] += 1
            scenarios.setdefault(alike, set()).add(one.scenario)
            whys.setdefault(alike, Counter())[mail.why] += 1
    return [
        MailGroup(
            kind=alike[0], role=alike[1], about=alike[2], fate=alike[3],
            mails=count, scenarios=len(scenarios[alike]), why=_common(whys[alike], count),
        )
        for alike, count in sorted(mails.items(), key=lambda one: (-one[1], one[0]))
    ]  # fmt: skip


def _alike(mail: MailChange) -> tuple[str, str, str, Fate]:
    return mail.kind, mail.role, mail.about, mail.fate


def _common(whys: Counter[str], count: int) -> str:
    """The reason that holds for all of them; of dates that differ by scenario none does."""
    why, times = whys.most_common(1)[0]
    return why if times == count else ""


class DateGroup(Wire):
    """A date that changes in several scenarios: by how many days at least and at most, later above 0."""

    what: str
    fate: Fate
    scenarios: int
    least: int = 0
    most: int = 0
    why: str = ""


def grouped_dates(differences: Sequence[Difference]) -> list[DateGroup]:
    """The changes of dates over all scenarios, in the order of the playbook."""
    changes: dict[tuple[str, Fate], list[DateChange]] = {}
    for one in differences:
        for change in one.dates:
            changes.setdefault((change.what, change.fate), []).append(change)
    groups: list[DateGroup] = []
    for (what, fate), several in changes.items():
        days = [(one.after - one.before).days for one in several if one.before and one.after] or [0]
        why = _common(Counter(one.why for one in several), len(several))
        groups.append(DateGroup(what=what, fate=fate, scenarios=len(several), least=min(days), most=max(days), why=why))
    return groups


class RoleLoad(Wire):
    """How much one role is written to, over several stories: the least and most mails to one person of it."""

    role: str
    side: Side
    least: int
    most: int
    most_a_week: int
    most_a_day: int
    asks: int
    """The most of them that ask for something."""


def loads(stories: Sequence[Story]) -> list[RoleLoad]:
    """The load of each role that gets mail in those stories; of several people in one role the busiest counts."""
    roles = {mail.role: mail.side for story in stories for mail in story.mails}
    lines = []
    for role in roles_in(stories):
        mails = [story.to(role) for story in stories]
        counts = [busiest(one)[1] for one in mails]
        lines.append(
            RoleLoad(
                role=role,
                side=roles[role],
                least=min(number for number in counts if number),
                most=max(counts),
                most_a_week=max(most_per(one, "week") for one in mails),
                most_a_day=max(most_per(one, "day") for one in mails),
                asks=max(most_asked(one) for one in mails),
            )
        )
    return lines


def hours_over(stories: Sequence[Story]) -> list[Hours]:
    """The hours of each role over several stories: the least of all and the most of all."""
    totals: dict[tuple[Side, str], list[Hours]] = {}
    for story in stories:
        for line in story.hours:
            totals.setdefault((line.side, line.role), []).append(line)
    return [
        Hours(side=side, role=role, least=min(one.least for one in lines), most=max(one.most for one in lines))
        for (side, role), lines in totals.items()
    ]
