"""Which red flags are up, since when and why, and what is being done about them? As one of ours reads it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.measure import in_words
from domain.measure.customer import Customer as Measured
from domain.measure.flags import FlagUp
from domain.measure.rules import read_rule
from domain.measure.series import standing_at
from domain.record import RegisterRow
from domain.rules.corrections import correction_for, flag_title
from domain.text import in_language
from portal.desk.corrections import doer_of
from portal.desk.customer.customer import Customer


class FlagShown(NamedTuple):
    """A red flag that is up: since when, and why.

    One that `waits` is seen now, and is told at the next weekly look; of one that is `fading` the rule holds no more.
    """

    key: str
    title: str
    category: str
    since: date
    why: Sequence[str]
    raised_by: str
    waits: bool
    fading: bool


class CorrectionShown(NamedTuple):
    """A course correction: who has it, by when, what is done, and what came of it."""

    key: str
    title: str
    status: str
    since: date | None
    due: date | None
    late: bool
    owner: str
    level: int
    cause: str
    flags: Sequence[str]
    steps: Sequence[str]
    over: date | None

    @property
    def is_open(self) -> bool:
        return self.status == "open"


class FlagLines:
    """Flags and corrections of one customer, in the reader's words. `up` are the flags whose rules hold now."""

    def __init__(self, customer: Customer, measured: Measured, up: Sequence[FlagUp], words: Mapping[str, str]) -> None:
        self._customer = customer
        self._measured = measured
        self._playbook = measured.playbook
        self._words = words
        self._language = customer.language
        self._rows = {row.key: row for row in customer.rows("flag", "up")}
        self._up = {flag.key: flag for flag in up}

    def flags(self) -> list[FlagShown]:
        """Those that were raised, and those whose rule holds now; the longest first."""
        raised = [self._raised(row) for row in self._rows.values()]
        seen = [self._seen(flag) for flag in self._up.values() if flag.key not in self._rows]
        return sorted([*raised, *seen], key=lambda flag: flag.since)

    def corrections(self) -> list[CorrectionShown]:
        """Those that are open first, then the latest."""
        each = [self._correction(row) for row in self._customer.rows("correction")]
        return sorted(each, key=lambda one: not one.is_open)

    def _raised(self, row: RegisterRow) -> FlagShown:
        """One that was raised, with the figures of its rule as they are now; what people have judged, as they were."""
        data, flag = row.data, self._up.get(row.key)
        since = self._customer.iso(data["since"]) if data.get("since") else self._customer.day_of(row.at)
        reason = [str(data["reason"])] if data.get("reason") else []
        rule = "" if data.get("judged") else self._rule(row.key)
        figures = self._standing(rule) if rule else data.get("figures") or {}
        return FlagShown(
            key=row.key,
            title=flag_title(self._playbook, row.key, self._language),
            category=self._words[f"option_category.{data.get('category')}"],
            since=since,
            why=[*reason, *in_words.lines(rule, figures, self._language)],
            raised_by=self._customer.name(str(data["raised_by"])) if data.get("raised_by") else "",
            waits=False,
            fading=bool(rule) and flag is None,
        )

    def _seen(self, flag: FlagUp) -> FlagShown:
        return FlagShown(
            key=flag.key,
            title=flag.title,
            category=self._words[f"option_category.{flag.category}"],
            since=self._measured.began_on(flag),
            why=in_words.lines(flag.rule, self._standing(flag.rule), self._language),
            raised_by="",
            waits=True,
            fading=False,
        )

    def _correction(self, row: RegisterRow) -> CorrectionShown:
        data, customer = row.data, self._customer
        flags = list(data.get("flags") or ())
        definition = correction_for(self._playbook, str(data.get("category")), flags)
        due = customer.iso(data["due"]) if data.get("due") else None
        return CorrectionShown(
            key=row.key,
            title=customer.title(row.key),
            status=row.status,
            since=customer.iso(data["opened_at"]) if data.get("opened_at") else None,
            due=due,
            late=due is not None and due < customer.today and row.status == "open",
            owner=customer.name(doer_of(row, self._playbook, customer.standing.team, owner=customer.line.owner)),
            level=int(data.get("level") or 0),
            cause=self._words[f"option_cause.{data['cause']}"] if data.get("cause") else "",
            flags=[flag_title(self._playbook, key, self._language) for key in flags],
            steps=[in_language(step, self._language) for step in definition.steps] if definition else [],
            over=customer.iso(data["closed_at"]) if data.get("closed_at") else None,
        )

    def _standing(self, rule: str) -> Mapping[str, float]:
        """The figures that the rule looks at, as they stand today."""
        read, course = read_rule(rule), self._measured.course
        return standing_at(read, course, on=course.day) if read else {}

    def _rule(self, key: str) -> str:
        return next((flag.rule or "" for flag in self._playbook.red_flags if flag.key == key), "")
