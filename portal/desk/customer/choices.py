"""What may be chosen in a form about this onboarding? Its milestones, issues, people, tasks, risks and versions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine

from domain.deal import Stakeholder
from domain.playbook import content_hash
from domain.record import RegisterRow
from domain.text import in_language
from playbooks.library import Library
from portal.desk.customer.customer import Customer
from portal.desk.customer.customer_words import CUSTOMER_WORDS
from portal.desk.customer.notice_words import NOTICE_WORDS
from store.drafts import held
from store.meetings import SqlMeetings
from store.versions import kept_versions

SHORT_HASH = 12


class Choice(NamedTuple):
    """A value that may be chosen, what people call it, and what stands beside it."""

    value: str
    label: str
    more: str = ""


class Choices:
    """The lists of one onboarding; each is read when a form asks for it."""

    def __init__(self, customer: Customer, engine: Engine, library: Library) -> None:
        self._customer = customer
        self._engine = engine
        self._library = library
        self._words = CUSTOMER_WORDS[customer.language]
        self._lists: Mapping[str, Callable[[], Sequence[Choice]]] = {
            "to_reach": self._to_reach,
            "open": lambda: self._milestones(lambda key: customer.milestones[key].status == "open"),
            "settled": lambda: self._milestones(lambda key: customer.milestones[key].status != "open"),
            "to_sign": lambda: self._milestones(lambda key: self._signed(key) and self._is_open(key)),
            "refused": lambda: self._milestones(self._refused),
            "issues": lambda: self._issues("open"),
            "solved_issues": lambda: self._issues("resolved"),
            "requests": lambda: [self._dated(row) for row in customer.rows("scope_change", "waiting")],
            "risks": lambda: [self._risk(row) for row in customer.risks],
            "troubles": self._troubles,
            "tasks": lambda: [self._dated(row, by="due") for row in customer.tasks],
            "flags": self._flags,
            "flags_up": lambda: self._registered(customer.rows("flag", "up")),
            "corrections": lambda: self._registered(customer.rows("correction", "open")),
            "contacts": lambda: self._people(person.id for person in customer.contacts),
            "left": self._left,
            "known": lambda: [
                *self.of("contacts"),
                *self._people(one.id for one in self._stakeholders if one.joins_on),
            ],
            "staff": lambda: self._people(member.handle for member in customer.standing.team.members),
            "owners": lambda: [one for one in self.of("staff") if one.value != customer.line.owner],
            "everybody": lambda: [*self.of("staff"), *self.of("contacts")],
            "attestable": lambda: self._criteria(attested=True),
            "criteria": lambda: self._criteria(attested=False),
            "meetings": self._meetings,
            "agreed": self._agreed,
            "drafts": self._drafts,
            "readers": self._readers,
            "versions": self._versions,
            "deciding": self._deciding,
            "vouching": lambda: self._people(self._not_ours(person.id for person in customer.contacts)),
        }

    def of(self, name: str) -> Sequence[Choice]:
        """The list of that name."""
        return self._lists[name]()

    def _to_reach(self) -> Sequence[Choice]:
        def may_be(key: str) -> bool:
            milestone = self._customer.milestone(key)
            by_itself = milestone is not None and milestone.role == "hypercare_end"
            return self._is_open(key) and not self._signed(key) and not by_itself

        return self._milestones(may_be)

    def _milestones(self, wanted: Callable[[str], bool]) -> Sequence[Choice]:
        customer, waiting = self._customer, set(self._customer.line.waiting_for)
        keys = [key for key in customer.milestones if wanted(key)]
        # What is waited for is what people have come to tell.
        keys.sort(key=lambda key: key not in waiting)
        days = {key: customer.milestones[key].at or customer.milestones[key].due for key in keys}
        return [Choice(key, customer.title(key), customer.short(customer.day_of(days[key]))) for key in keys]

    def _is_open(self, key: str) -> bool:
        return self._customer.milestones[key].status == "open"

    def _signed(self, key: str) -> bool:
        milestone = self._customer.milestone(key)
        return milestone is not None and milestone.sign_off is not None

    def _refused(self, key: str) -> bool:
        state = self._customer.sign_off(key)
        return state.refused is not None and not state.asked and self._is_open(key)

    def _deciding(self) -> Sequence[Choice]:
        """Whose decision about an open sign-off may be written down: its signers', but nobody's of ours."""
        signers = [id for one in self.of("to_sign") for id in self._customer.acting(one.value)]
        return self._people(dict.fromkeys(self._not_ours(signers)))

    def _not_ours(self, ids: Iterable[str]) -> Sequence[str]:
        """Those ids that are nobody's of our team: a colleague signs in, and says it under their own name."""
        return [id for id in ids if self._customer.standing.team.member(id) is None]

    def _flags(self) -> Sequence[Choice]:
        """The flags that the playbook has, those that people judge first."""
        flags = sorted(self._customer.standing.dossier.playbook.red_flags, key=lambda flag: flag.found_by == "rule")
        return [Choice(flag.key, self._customer.text(flag.title)) for flag in flags]

    def _troubles(self) -> Sequence[Choice]:
        """What a risk may have become: issues and flags, those that are still there first, and what one became."""
        customer = self._customer
        rows = [*customer.rows("issue"), *customer.rows("flag")]
        choices = self._registered(sorted(rows, key=lambda row: row.status not in ("open", "up")))
        there = {one.value for one in choices}
        became = (str(row.data.get("came_true") or "") for row in customer.rows("risk", "came_true"))
        return [*choices, *(Choice(key, customer.title(key)) for key in became if key and key not in there)]

    def _registered(self, rows: Iterable[RegisterRow]) -> Sequence[Choice]:
        return [self._dated(row, by="opened_at" if row.kind == "correction" else "since") for row in rows]

    def _issues(self, status: str) -> Sequence[Choice]:
        severities = {row.key: row.data.get("severity") for row in self._customer.rows("issue", status)}
        choices = [self._dated(row) for row in self._customer.rows("issue", status)]
        return [one._replace(more=self._listed(self._severity(severities[one.value]), one.more)) for one in choices]

    def _severity(self, severity: object) -> str:
        return self._words.get(f"customer_severity_{severity}", "")

    def _risk(self, row: RegisterRow) -> Choice:
        """A risk with its weight, and what has become of it."""
        weight = {name: row.data.get(name) or "–" for name in ("probability", "impact")}
        over = {"closed": "customer_risk_over", "came_true": "customer_risk_came_true"}.get(row.status)
        said = self._words["customer_risk_weight"].format(**weight)
        return Choice(row.key, self._customer.risk_title(row), self._listed(self._words[over] if over else "", said))

    def _dated(self, row: RegisterRow, *, by: str = "") -> Choice:
        """A row of the register with the day by which people know it: the one of that name, else when it came."""
        customer, day = self._customer, row.data.get(by)
        on = customer.iso(day) if day else customer.day_of(row.at)
        return Choice(row.key, customer.title(row.key), customer.short(on))

    def _listed(self, *parts: str) -> str:
        return self._words["customer_comma"].join(filter(None, parts))

    def _people(self, ids: Iterable[str]) -> Sequence[Choice]:
        return [Choice(id, self._customer.name(id), self._customer.role(id)) for id in ids]

    def _left(self) -> Sequence[Choice]:
        """Who takes part no more, or is to leave: they come back, or stay."""
        return self._people(one.id for one in self._stakeholders if one.until or one.leaves_on)

    @property
    def _stakeholders(self) -> Sequence[Stakeholder]:
        return self._customer.standing.dossier.deal.stakeholders

    def _criteria(self, *, attested: bool) -> Sequence[Choice]:
        criteria = self._customer.standing.dossier.playbook.hand_off.criteria
        wanted = [one for one in criteria if one.by == "attestation" or not attested]
        return [Choice(one.key, self._customer.text(one.title)) for one in wanted]

    def _meetings(self) -> Sequence[Choice]:
        """The meetings of open milestones that the playbook names, that of the kickoff in any case, and the series."""
        playbook = self._customer.standing.dossier.playbook
        series = [Choice(one.key, self._customer.text(one.title)) for one in playbook.cadences if one.kind == "meeting"]
        in_writing = playbook.playing("kickoff") if playbook.kickoff.held == "in_writing" else None
        named = [one for one in playbook.milestones if one.meeting_title or one.role == "kickoff"]
        held = [one.key for one in named if one != in_writing and self._is_open(one.key)]
        return [*(Choice(key, self._customer.meeting(key)) for key in held), *series]

    def _agreed(self) -> Sequence[Choice]:
        each = SqlMeetings(self._engine).of(self._customer.id)
        ahead = [one for one in each if one.status == "agreed" and one.starts_at > self._customer.now]
        soonest = {one.meeting: one for one in reversed(ahead)}
        return [
            Choice(key, self._customer.meeting(key, one.title), self._customer.moment(one.starts_at))
            for key, one in soonest.items()
        ]

    def _drafts(self) -> Sequence[Choice]:
        waiting = held(self._engine, self._customer.id)
        kinds = NOTICE_WORDS[self._customer.language]
        return [
            Choice(
                draft,
                kinds[f"notice_{messages[0].notice.kind}"],
                self._customer.names(one.person.id for one in messages),
            )
            for (_, draft), messages in waiting.items()
        ]

    def _readers(self) -> Sequence[Choice]:
        """Whoever one of the messages goes to that wait."""
        waiting = held(self._engine, self._customer.id)
        return self._people(dict.fromkeys(one.person.id for messages in waiting.values() for one in messages))

    def _versions(self) -> Sequence[Choice]:
        goes_by, key = self._customer.line.playbook_hash, self._customer.line.playbook
        there = {content_hash(book): book for book in self._library.usable() if book.key == key}
        versions = there | dict(kept_versions(self._engine, key, ""))
        return [
            Choice(hashed, f"{in_language(book.title, self._customer.language)} {hashed[:SHORT_HASH]}")
            for hashed, book in versions.items()
            if hashed != goes_by
        ]
