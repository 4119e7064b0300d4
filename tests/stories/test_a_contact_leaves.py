"""Somebody of the customer's leaves in the middle of each story: who hears what from then on, and does it end well?"""

from tests.support.inboxes import Change, Letter, Lived, in_time, lived
from tests.support.simulation import OWNER

BEN = {
    "to": "ben",
    "name": "Ben Ito",
    "email": "ben.ito@customer.example",
    "reason": "They have a new job.",
    "by": OWNER,
}
TOLD_OF_IT = {"contact_welcome", "contact_changed"}
SMALL_PRINT = "\n-- \n"


def from_then(story: Lived, day: int) -> list[Letter]:
    """The letters from that day's noon on."""
    return [letter for letter in story.letters if letter.at >= story.noon(day)]


def count(letters: list[Letter], kind: str) -> int:
    return sum(kind in letter.kinds for letter in letters)


def naming(story: Lived, letters: list[Letter], person: str) -> list[str]:
    """Subjects of those letters in which somebody is named, other than the news that they have left.

    The small print is left out: it says in whose place somebody gets a letter.
    """
    name = story.person(person).name
    above = [(one, one.words.partition(SMALL_PRINT)[0]) for one in letters]
    return [one.subject for one, words in above if name in words and TOLD_OF_IT.isdisjoint(one.kinds)]


def in_place_of(story: Lived, letters: list[Letter], person: str) -> set[str]:
    """Who reads in the small print that they get what was for somebody who has left."""
    name = story.person(person).name
    return {one.to.id for one in letters if f"{name} (" in one.words.partition(SMALL_PRINT)[2]}


def test_by_high_touch_another_project_lead_takes_over_and_misses_nothing() -> None:
    """Welcomed at once with what waits; the reports go on, and nobody names who has gone any more."""
    undisturbed = in_time("high-touch", "en")

    story = lived("high-touch", changes=[Change(40, "replace_contact", {"person": "project_lead", **BEN})])

    assert "handed_over" == story.ending
    later, theirs = from_then(story, 40), story.to("ben")
    assert [] == [letter.subject for letter in later if letter.to.id == "project_lead"]
    assert "contact_welcome" in theirs[0].kinds
    assert theirs[0].at < story.noon(42)
    before = [letter for letter in from_then(undisturbed, 40) if letter.to.id == "project_lead"]
    for kind in ("status_report", "sign_off_request", "hand_off"):
        assert (kind, count(before, kind)) == (kind, count(theirs, kind))
    assert [] == naming(story, later, "project_lead")
    assert set() == in_place_of(story, later, "project_lead")


def test_by_low_touch_a_champion_leaves_and_nobody_follows() -> None:
    """The owner hears of the empty role on the same day; nothing goes to who has gone, and the others go on."""
    story = lived("low-touch", changes=[Change(45, "remove_contact", {"person": "champion", "by": "project_lead"})])

    assert "handed_over" == story.ending
    later = from_then(story, 45)
    assert [] == [letter.subject for letter in later if letter.to.id == "champion"]
    [news] = [letter for letter in later if "contact_changed" in letter.kinds]
    assert (OWNER, story.noon(45).date()) == (news.to.id, news.at.date())
    assert "champion" in news.text.lower()
    assert [] == naming(story, later, "champion")
    assert {"project_lead"} == in_place_of(story, later, "champion")


def test_by_tech_touch_who_takes_over_is_asked_for_the_signature_that_waits() -> None:
    """On the very day on which their predecessor was asked; then it goes on to its end in their name."""
    undisturbed = in_time("tech-touch", "en")
    asked = next(one for one in undisturbed.to("project_lead") if "sign_off_request" in one.kinds)
    day = (asked.at.date() - undisturbed.deal.closed_at.date()).days

    story = lived("tech-touch", changes=[Change(day, "replace_contact", {"person": "project_lead", **BEN})])

    assert ([], "handed_over") == (story.refused, story.ending)
    later, theirs = from_then(story, day), story.to("ben")
    assert [] == [letter.subject for letter in later if letter.to.id == "project_lead"]
    assert (1, 1) == (count(theirs[:2], "contact_welcome"), count(theirs[:2], "sign_off_request"))
    assert [] == naming(story, later, "project_lead")
