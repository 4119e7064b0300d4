"""Is a message worth opening? How many one person gets where everybody is in time, by the shipped playbooks."""

from domain.rehearsal.story import most_per
from tests.support import rehearsals
from tests.support.message_page import PAGE, page, stories
from tests.support.simulation import playbook_of


def test_the_page_of_messages_is_current() -> None:
    """`python -m tests.support.message_page` writes it anew."""
    assert page() == PAGE.read_text(encoding="utf-8")


def test_a_high_touch_customer_is_not_flooded() -> None:
    """A project lead, a sponsor, and all of the customer's people together: some below what they may get at most."""
    story = stories()["high-touch"]

    assert len(story.messages_to("project_lead")) <= 28 - 1
    assert len(story.messages_to("executive_sponsor")) <= 10 - 1
    assert len(story.messages_to("customer")) <= 70 - 1


def test_a_tech_touch_customer_gets_little_more_than_a_letter_a_week() -> None:
    for role in ("project_lead", "executive_sponsor", "technical_lead", "champion", "end_user"):
        assert len(stories()["tech-touch"].messages_to(role)) <= 20


def test_nobody_at_the_customers_gets_three_messages_on_one_day() -> None:
    for story in stories().values():
        assert most_per(story.to("customer"), "day") <= 2, story.playbook


def test_the_introduction_is_counted_with_all_who_get_it() -> None:
    for tier, story in stories().items():
        introduced = [mail.role for mail in story.to("customer") if mail.kind == "introduction"]
        assert ["project_lead", "executive_sponsor", "technical_lead", "champion"] == introduced, tier


def test_nobody_is_reminded_twice_of_one_thing_on_one_day() -> None:
    """What was to travel before the day found no message until then: on the day one reminder is enough."""
    lived = rehearsals.story(playbook_of("high-touch"), key="punctual", customer="japan")

    reminded = [(mail.to, mail.about, mail.on) for mail in lived.mails if mail.kind == "reminder"]
    assert len(reminded) == len(set(reminded))


def test_nobody_at_the_customers_is_reminded_of_one_thing_on_two_days_in_a_row() -> None:
    """What travelled in the report of Tuesday stands by itself on Wednesday no more: low touch had such a pair."""
    for story in stories().values():
        reminded = [mail for mail in story.to("customer") if mail.kind == "reminder"]
        pairs = {
            (one.to, one.about, one.on)
            for one in reminded
            for other in reminded
            if (one.to, one.about) == (other.to, other.about) and (other.on - one.on).days == 1
        }
        assert not pairs, story.playbook


def test_nothing_of_ours_reaches_a_customer() -> None:
    """The review of the hand-off from sales is nobody's business but ours."""
    for story in stories().values():
        assert not [
            mail for mail in story.to("customer") if mail.kind == "milestone_reached" and "handoff" in mail.about
        ]


def test_a_sponsor_hears_once_of_what_stands_in_the_invitation_to_their_meeting() -> None:
    """The acceptance is signed on the day on which their check-in is announced, or the weekend before."""
    sponsor = stories()["high-touch"].to("executive_sponsor")

    assert [] == [mail.about for mail in sponsor if mail.kind == "milestone_reached"]
    assert 1 == most_per(sponsor, "day")
