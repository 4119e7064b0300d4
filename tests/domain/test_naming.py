"""How are people and roles written of, in each language?"""

import pytest
from pydantic import ValidationError

from domain.naming import honoured, listed, role_title
from domain.notice import Person
from domain.team import Member

THEIRS = Person(id="lead", name="伊藤 健", email="lead@customer.test", side="customer", role="project_lead")
OURS = Person(id="mika", name="佐藤 美香", email="mika@vendor.test", side="vendor", role="csm")


@pytest.mark.parametrize(
    ("person", "language", "among_us", "written"),
    [
        (THEIRS, "ja", False, "伊藤 健様"),
        (THEIRS, "ja", True, "伊藤 健様"),
        (OURS, "ja", False, "佐藤 美香"),
        (OURS, "ja", True, "佐藤 美香さん"),
        (THEIRS, "en", False, "伊藤 健"),
        (OURS, "en", True, "佐藤 美香"),
    ],
)
def test_the_customers_people_are_honoured_and_our_own_are_not(
    person: Person, language: str, among_us: bool, written: str
) -> None:
    assert written == honoured(person.name, person, language, among_us=among_us)


def test_several_names_stand_in_a_row_as_the_language_has_it() -> None:
    assert "A, B" == listed(["A", "B"], "en")
    assert "甲、乙" == listed(["甲", "乙"], "ja")


def test_a_role_that_has_no_title_is_shown_as_it_is() -> None:
    """The role of whoever runs day90, for one."""
    assert "技術責任者" == role_title("technical_lead", "ja")
    assert "operator" == role_title("operator", "ja")


def test_a_member_has_one_name_or_one_per_language() -> None:
    mika = Member.model_validate(
        {"handle": "mika", "name": {"en": "Mika Sato", "ja": "佐藤 美香"}, "email": "m@v.test", "role": "csm"}
    )
    jonas = Member.model_validate({"handle": "jonas", "name": "Jonas Weber", "email": "j@v.test", "role": "csm"})

    assert ("Mika Sato", "佐藤 美香") == (mika.named("en"), mika.named("ja"))
    assert "Jonas Weber" == jonas.named("ja")


@pytest.mark.parametrize(("field", "value"), [("name", {}), ("phone", "call me"), ("phone", "1")])
def test_what_is_no_name_or_phone_is_refused(field: str, value: object) -> None:
    member = {"handle": "mika", "name": "Mika Sato", "email": "m@v.test", "role": "csm", field: value}

    with pytest.raises(ValidationError, match=field):
        Member.model_validate(member)
