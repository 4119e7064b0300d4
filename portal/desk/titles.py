"""What is the work called that somebody has to do? By the playbook of its onboarding, in the reader's language."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from domain.naming import listed
from domain.playbook import ShippedRisk
from domain.rules.reviewing import REVIEWED_EVERY
from domain.text import Language, Text, in_language
from domain.titles import meeting_title, titles_of
from store.ledger import SqlLedger

OF_A_PLAYBOOK = frozenset({"milestone", "sign_off", "ask_again", "criterion", "approval"})
"""Kinds of work that are called what the playbook calls their key."""


MOST_PLAYBOOKS = 64
"""Versions of playbooks whose titles are remembered: as many as the ledger remembers of playbooks."""


class TitleShelf:
    """The titles of every playbook that was asked for, remembered for all readers. May be shared by threads."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger
        self.of_playbook = lru_cache(MOST_PLAYBOOKS)(self._read)
        self.risks_of = lru_cache(MOST_PLAYBOOKS)(self._risks)
        self.corrections_of = lru_cache(MOST_PLAYBOOKS)(self._corrections)
        self._review_days: dict[str, int] = {}

    def _read(self, hashed: str) -> Mapping[str, Text]:
        playbook = self._ledger.playbook(hashed)
        return titles_of(playbook) if playbook else {}

    def meeting_of(self, hashed: str | None, key: str, known: str) -> Text:
        """What that version of a playbook calls a meeting, of which its row says what it is called in English."""
        # The ledger remembers the playbooks themselves.
        playbook = self._ledger.playbook(hashed) if hashed else None
        return meeting_title(playbook, key, known) if playbook else known or key

    def _risks(self, hashed: str | None) -> Mapping[str, ShippedRisk]:
        """The risks of that version of a playbook by their keys; none where it is not known."""
        playbook = self._ledger.playbook(hashed) if hashed else None
        risks = {risk.key: risk for risk in playbook.risks} if playbook else {}
        if hashed and len(self._review_days) < MOST_PLAYBOOKS:
            self._review_days[hashed] = min((risk.review_days for risk in risks.values()), default=REVIEWED_EVERY)
        return risks

    def _corrections(self, hashed: str) -> Mapping[str, Text]:
        """What that version of a playbook calls its course corrections, by what it calls them in English."""
        playbook = self._ledger.playbook(hashed)
        return {in_language(one.title, "en"): one.title for one in playbook.corrections} if playbook else {}

    def review_days(self) -> Mapping[str, int]:
        """The least days between two looks at a risk of each version of a playbook that is remembered, by its hash."""
        return dict(self._review_days)


class Titles:
    """Titles of work for one reader, with the words of their language."""

    def __init__(self, shelf: TitleShelf, language: Language, words: Mapping[str, str]) -> None:
        self._shelf, self._language, self._words = shelf, language, words

    def work(self, kind: str, key: str, title: str, playbook: str | None) -> str:
        """What that work is called; `title` is what its row says, `playbook` the hash of the version it goes by."""
        if kind in ("hand_off", "pause", "question", "risks"):
            return self._words[f"work_{kind}"]
        if kind == "meeting":
            return self._meeting(key.partition("/")[0], title, playbook)
        if kind in OF_A_PLAYBOOK:
            return self.of(key, playbook)
        if kind in ("draft", "message"):
            return self._words.get(f"work_{kind}_{title}", title)
        if kind == "task" and playbook:
            # A course correction is a task for a day, and stands there by its English title.
            return in_language(self._shelf.corrections_of(playbook).get(title, title), self._language) or key
        return title or key

    def _meeting(self, key: str, known: str, playbook: str | None) -> str:
        return in_language(self._shelf.meeting_of(playbook, key, known), self._language)

    def of(self, key: str, playbook: str | None) -> str:
        """What that version of the playbook calls itself, a milestone, a criterion, a stage or a series."""
        text = self._shelf.of_playbook(playbook).get(key) if playbook else None
        return in_language(text, self._language) if text else key

    def risk(self, key: str, title: str, playbook: str | None) -> str:
        """What a risk is called: as that version of the playbook has it, else as somebody has written it."""
        shipped = self._shelf.risks_of(playbook).get(key)
        return in_language(shipped.title, self._language) if shipped else title or key

    def listed(self, titles: Iterable[str]) -> str:
        """Titles after one another, as the reader's language lists them."""
        return listed(titles, self._language)
