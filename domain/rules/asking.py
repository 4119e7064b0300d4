"""What do we ask the customer to tell us? The questions of the kickoff, and what the hand-off record lacks."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from domain.deal import DealClosed
from domain.news import short
from domain.playbook import Playbook
from domain.text import Language, Text, in_language, placeholders

AskedFor = Literal["kickoff", "gap"]


class OurQuestion(NamedTuple):
    """Something that we would like to know. `field` is the part of the hand-off record that the answer fills in."""

    key: str
    kind: AskedFor
    text: Text
    field: str = ""


THEY_KNOW: Mapping[str, Mapping[Language, str]] = {
    "problem": {
        "en": "Which problem should our product solve for you?",
        "ja": "今回の導入で解決したい課題をお聞かせください。",
    },
    "present_state": {
        "en": "How do you do this today?",
        "ja": "現在はどのような方法で業務を行っていらっしゃいますか。",
    },
    "near_term": {
        "en": "Which dates of yours should the schedule respect, such as stock-taking, a fair or another change?",
        "ja": "棚卸し、展示会、ほかのシステム変更など、日程に影響するご予定はありますか。",
    },
}
"""Parts of the hand-off record that the customer knows themselves, as they are asked for. The others are the seller's:
nobody is asked what they have bought, or for how much."""
FILLED_IN = frozenset({"problem", "present_state"})
"""Those that an answer in plain words fills in; a date has to be read out of it by a person."""


def our_questions(playbook: Playbook, deal: DealClosed) -> Sequence[OurQuestion]:
    """What we ask of this customer now, the kickoff's questions first. What was answered is among them as well.

    A question is known by its words: one that is worded anew is asked anew. One with a [[placeholder]] is asked of
    nobody.
    """
    asked = [text for text in playbook.kickoff.questions if not placeholders(text)]
    kickoff = [OurQuestion(f"kickoff-{short(in_language(text, 'en'))}", "kickoff", text) for text in asked]
    gaps = [
        OurQuestion(f"gap-{field}", "gap", dict(text), field if field in FILLED_IN else "")
        for field, text in THEY_KNOW.items()
        if not getattr(deal, field)
    ]
    return [*kickoff, *gaps]
