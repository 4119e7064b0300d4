"""Which version of a playbook does a hash name, and which may an onboarding not go by?"""

from dataclasses import dataclass, field

import pytest

from domain.playbook import Playbook, content_hash
from domain.refusal import Refused
from starter.doors.versions import refuse_unfit, version
from starter.trouble import InvalidNews
from tests.domain.agenda.test_changing import edited, with_another_day
from tests.support.parts import LIBRARY
from tests.support.simulation import high_touch, opened, playbook_of

KEPT = edited(with_another_day)
WHOLE = content_hash(KEPT)


@dataclass
class Kept:
    """Versions that are kept, by hash."""

    versions: dict[str, Playbook] = field(default_factory=lambda: {WHOLE: KEPT})

    def playbook(self, hashed: str) -> Playbook | None:
        return self.versions.get(hashed)

    def playbooks_like(self, beginning: str) -> tuple[str, ...]:
        return tuple(one for one in self.versions if one.startswith(beginning))


def test_a_version_is_named_by_how_its_hash_begins() -> None:
    """One that is kept, or a file of the library; the same one in both places is one."""
    shipped = content_hash(high_touch())

    assert (WHOLE, KEPT) == version(WHOLE[:8], Kept(), LIBRARY)
    assert (WHOLE, KEPT) == version(WHOLE, Kept(), LIBRARY)
    assert (shipped, high_touch()) == version(shipped[:8], Kept(), LIBRARY)
    assert (shipped, high_touch()) == version(shipped[:8], Kept({shipped: high_touch()}), LIBRARY)


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (WHOLE[:7], "give at least 8 of its digits"),
        ("", "give at least 8 of its digits"),
        ("0" * 12, "is the hash of no playbook that is kept or lies in the library"),
        (WHOLE[:8], "begins the hashes of 2 versions: give more of it"),
    ],
)
def test_what_names_no_version_or_several_is_refused_with_what_would_do(named: str, says: str) -> None:
    alike = Kept({WHOLE: KEPT, WHOLE[:8] + "0" * 56: high_touch()})

    with pytest.raises(InvalidNews, match=says) as refusal:
        version(named, alike, LIBRARY)

    assert "to" == refusal.value.field


def test_an_onboarding_is_told_of_no_version_that_it_cannot_go_by() -> None:
    state = opened().state

    refuse_unfit(state, high_touch(), KEPT)
    with pytest.raises(Refused, match="a version of low-touch") as refusal:
        refuse_unfit(state, high_touch(), playbook_of("low-touch"))

    assert "to" == refusal.value.field
