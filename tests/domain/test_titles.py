"""What is a meeting called? By the playbook, in every language, of whichever version."""

import pytest

from domain.playbook import Playbook, content_hash
from domain.text import Text, in_language
from domain.titles import meeting_title
from tests.support.simulation import high_touch, playbook_of, with_milestone


@pytest.mark.parametrize(
    ("key", "known", "english"),
    [
        ("kickoff_held", "", "Kickoff meeting"),
        ("executive_check_in", "", "Monthly executive check-in"),
        ("executive_check_in", "90-day business review", "90-day business review"),
        ("executive_check_in", "90日ビジネスレビュー", "90-day business review"),
        ("executive_check_in", "As it was called once", "Monthly executive check-in"),
        ("programme/quarterly_review", "", "Quarterly business review"),
        ("quarterly_review", "", "Quarterly business review"),
        ("no_longer_there", "As it was called once", "As it was called once"),
        ("no_longer_there", "", "no_longer_there"),
    ],
)
def test_a_meeting_is_found_by_its_key_and_by_what_it_was_called(key: str, known: str, english: str) -> None:
    assert english == in_language(meeting_title(high_touch(), key, known), "en")


@pytest.mark.parametrize("tier", ["high-touch", "low-touch", "tech-touch"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_kickoff_of_every_shipped_playbook_is_called_a_meeting(tier: str, language: str) -> None:
    playbook = playbook_of(tier)
    kickoff = playbook.playing("kickoff")
    assert kickoff is not None

    assert in_language({"en": "Kickoff meeting", "ja": "キックオフミーティング"}, language) == in_language(
        meeting_title(playbook, kickoff.key), language
    )


def test_the_milestones_own_title_of_its_meeting_goes_before_that_of_the_series() -> None:
    own: Text = {"en": "Results meeting", "ja": "成果報告会"}

    assert own == meeting_title(with_milestone("review_held", meeting_title=own), "review_held")


def test_a_playbook_that_names_no_meeting_has_the_hash_that_it_always_had() -> None:
    """Onboardings go by the hash of what their playbook says: a field that came later must not change it."""
    nameless = high_touch()
    for milestone in nameless.milestones:
        nameless = with_milestone(milestone.key, nameless, meeting_title=None)
    text = nameless.model_dump_json(by_alias=True)

    assert "meeting_title" not in text
    assert content_hash(nameless) == content_hash(Playbook.model_validate_json(text))
