"""Is it remembered which deals have become which, through any number of merges, for each CRM by itself?"""

from sqlalchemy import Engine

from store.merges import SqlMerges
from tests.support import databases

database = databases.database
engine = databases.engine


def test_all_that_became_a_deal_are_known(engine: Engine) -> None:
    merges = SqlMerges(engine)

    merges.became("hubspot", ["1", "2"], "5")
    merges.became("hubspot", ["5"], "7")
    merges.became("salesforce", ["3"], "7")

    assert ["1", "2", "5"] == list(merges.absorbed("hubspot", "7"))
    assert ["1", "2"] == list(merges.absorbed("hubspot", "5"))
    assert [] == list(merges.absorbed("hubspot", "1"))


def test_it_is_remembered_once_and_the_last_word_counts(engine: Engine) -> None:
    """A deal has not become itself, whatever was delivered; and those that became each other are no endless road."""
    merges = SqlMerges(engine)
    for _ in range(2):
        merges.became("hubspot", ["1", "5"], "5")
    merges.became("hubspot", [], "9")

    assert ["1"] == list(merges.absorbed("hubspot", "5"))
    merges.became("hubspot", ["1"], "6")
    assert ([], ["1"]) == (list(merges.absorbed("hubspot", "5")), list(merges.absorbed("hubspot", "6")))
    merges.became("hubspot", ["6"], "1")
    assert ["6"] == list(merges.absorbed("hubspot", "1"))
