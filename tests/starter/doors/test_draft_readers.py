"""Is a message that waits worded anew for its readers alone?"""

from pathlib import Path
from typing import Any

import pytest

from starter.doors.drafts import refuse_for_draft
from starter.trouble import InvalidNews
from store.engine import open_store
from tests.support.databases import sqlite_store
from tests.support.room import Onboarding
from tests.support.simulation import staff

EDIT = {"draft": "introduction", "by": "jonas.weber", "text": "Welcome."}


@pytest.fixture
def onboarding(tmp_path: Path) -> Onboarding:
    """With its introduction waiting to be read; procurement gets none."""
    procurement = {
        "name": "Uwe Krantz",
        "email": "u.krantz@lindenau.test",
        "role": "procurement",
        "in_rollout": False,
    }
    lead = {"name": "Stefan Vogel", "email": "s.vogel@lindenau.test", "role": "project_lead"}
    return Onboarding(open_store(sqlite_store(tmp_path)), stakeholders=[lead, procurement], champion=None)


def edit(onboarding: Onboarding, **news: Any) -> None:
    readers = onboarding.ledger.readers_of_draft(onboarding.id, EDIT["draft"])
    refuse_for_draft("edit_draft", {**EDIT, **news}, dossier=onboarding.dossier, team=staff(), readers=readers)


def test_a_reader_of_the_message_may_be_written_to_alone(onboarding: Onboarding) -> None:
    edit(onboarding, reader="project_lead")

    assert {"project_lead"} == onboarding.ledger.readers_of_draft(onboarding.id, "introduction")


def test_who_gets_no_such_message_is_named_with_those_who_do(onboarding: Onboarding) -> None:
    """It would change nothing, and look as if it had."""
    with pytest.raises(InvalidNews, match="procurement is no reader of it; readers: project_lead") as refused:
        edit(onboarding, reader="procurement")

    assert "reader" == refused.value.field


def test_of_a_draft_that_nobody_knows_the_onboarding_speaks_itself(onboarding: Onboarding) -> None:
    assert set() == onboarding.ledger.readers_of_draft(onboarding.id, "nothing")
    refuse_for_draft(
        "edit_draft", {**EDIT, "reader": "procurement"}, dossier=onboarding.dossier, team=staff(), readers=()
    )
