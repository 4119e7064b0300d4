"""Are the secrets that sign webhooks unreadable in the store, and readable to whoever has the key?"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from domain.record import Writing
from domain.trouble import CannotSeal
from store.engine import read_transaction, write_transaction
from store.ledger import SqlLedger
from store.sealing import Sealing
from store.tables import webhook_targets
from store.webhooks import SqlWebhooks
from tests.support import databases
from tests.support.databases import dossier, happened
from tests.support.sealing import key

database = databases.database
engine = databases.engine

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://hooks.example.test/"


def webhooks_with(engine: Engine, *keys: str) -> SqlWebhooks:
    return SqlWebhooks(engine, clock=lambda: NOW, sealing=Sealing(keys))


def stored(engine: Engine) -> str:
    """Every column of the targets, as whoever copies the database sees it."""
    with read_transaction(engine) as connection:
        return str(connection.execute(select(webhook_targets)).all())


def in_clear(engine: Engine, *secrets: str) -> int:
    """The number of a target as a version without keys has kept it, its replaced secrets too."""
    [secret, old, older] = secrets
    row = {"url": URL, "since": NOW, "floor": 0, "created_at": NOW, "secret": secret, "old_secret": old}
    row |= {"old_secret_until": NOW + DAY, "older_secrets": [{"secret": older, "until": (NOW + DAY).isoformat()}]}
    with write_transaction(engine) as connection:
        [id] = connection.execute(insert(webhook_targets).values(row)).inserted_primary_key or (0,)
    return int(id)


def test_no_secret_stands_in_the_store_in_clear(engine: Engine) -> None:
    """Neither the newest nor one that was replaced; all of them sign."""
    webhooks = webhooks_with(engine, key("a"))
    target = webhooks.add(URL, types=(), secret="whsec_one")
    for secret in ("whsec_two", "whsec_three"):
        webhooks.rotate(target.id, secret=secret, old_until=NOW + DAY)

    assert "whsec_" not in stored(engine)
    assert ["whsec_three", "whsec_two", "whsec_one"] == list(webhooks.secrets(target.id))


def test_without_a_key_no_secret_is_kept_and_the_setting_is_named(engine: Engine) -> None:
    """Rather no webhook than one whose secret lies open, which its owner would not notice."""
    webhooks = webhooks_with(engine)
    target = in_clear(engine, "whsec_one", "whsec_two", "whsec_three")

    with pytest.raises(CannotSeal, match=r"^DAY90_SEALING_KEY should be set: .*openssl rand -base64 32"):
        webhooks.add(URL, types=(), secret="whsec_new")
    with pytest.raises(CannotSeal, match=r"^DAY90_SEALING_KEY should be set"):
        webhooks.rotate(target, secret="whsec_new", old_until=NOW + DAY)

    assert ["whsec_one", "whsec_two", "whsec_three"] == list(webhooks.secrets(target)), "what was there signs on"


def test_what_was_kept_in_clear_is_sealed_at_its_next_change_or_all_at_once(engine: Engine) -> None:
    """An upgrade stops no webhook, and leaves none open for ever."""
    first, second = (in_clear(engine, f"whsec_new_{n}", f"whsec_old_{n}", f"whsec_older_{n}") for n in "12")
    webhooks = webhooks_with(engine, key("a"))

    webhooks.rotate(first, secret="whsec_newest", old_until=NOW + DAY)
    assert not any(clear in stored(engine) for clear in ("whsec_new_1", "whsec_old_1", "whsec_older_1"))

    assert (2, []) == webhooks.reseal()
    assert "whsec_" not in stored(engine)
    assert ["whsec_newest", "whsec_new_1", "whsec_old_1", "whsec_older_1"] == list(webhooks.secrets(first))
    assert ["whsec_new_2", "whsec_old_2", "whsec_older_2"] == list(webhooks.secrets(second))


def test_a_key_is_replaced_while_the_one_before_opens(engine: Engine) -> None:
    """The new one goes first; once all is sealed with it the other is needed no more."""
    target = webhooks_with(engine, key("a")).add(URL, types=(), secret="whsec_one").id
    both = webhooks_with(engine, key("b"), key("a"))
    assert ["whsec_one"] == list(both.secrets(target))

    assert (1, []) == both.reseal()

    assert ["whsec_one"] == list(webhooks_with(engine, key("b")).secrets(target))
    with pytest.raises(CannotSeal):
        webhooks_with(engine, key("a")).secrets(target)


def test_a_lost_key_is_told_and_another_secret_helps(engine: Engine) -> None:
    """It alone signs: what cannot be opened is kept, since its key may be found again."""
    target = webhooks_with(engine, key("a")).add(URL, types=(), secret="whsec_one").id
    webhooks = webhooks_with(engine, key("b"))

    with pytest.raises(CannotSeal, match=r"^DAY90_SEALING_KEY lacks the key .*or give the webhook another secret"):
        webhooks.secrets(target)
    assert (1, [target]) == webhooks.reseal()
    webhooks.rotate(target, secret="whsec_two", old_until=NOW + DAY)

    assert ["whsec_two"] == list(webhooks.secrets(target))
    assert ["whsec_two", "whsec_one"] == list(webhooks_with(engine, key("b"), key("a")).secrets(target))


def test_a_secret_that_somebody_wrote_over_is_not_taken_for_another(engine: Engine) -> None:
    """Encrypted text is authenticated: a byte changed in it, and it opens no more."""
    webhooks = webhooks_with(engine, key("a"))
    target = webhooks.add(URL, types=(), secret="whsec_one").id
    with write_transaction(engine) as connection:
        kept = connection.scalar(select(webhook_targets.c.secret)) or ""
        changed = kept[:40] + ("A" if kept[40] != "A" else "B") + kept[41:]
        connection.execute(update(webhook_targets).values(secret=changed))

    with pytest.raises(CannotSeal):
        webhooks.secrets(target)


def test_what_cannot_be_signed_waits_with_the_reason(engine: Engine) -> None:
    """It goes out once the key is back."""
    target = webhooks_with(engine, key("a")).add(URL, types=(), secret="whsec_one").id
    ledger = SqlLedger(engine, clock=lambda: NOW)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding="onboarding-file-1", journal=(happened("ended/1", kind="ended"),)))
    [delivery] = webhooks_with(engine, key("b")).ready(target, now=NOW, most=10)

    unsigned = webhooks_with(engine, key("b")).take(delivery)
    signed = webhooks_with(engine, key("b"), key("a")).take(delivery)

    assert unsigned is not None
    assert signed is not None
    assert ((), "DAY90_SEALING_KEY lacks the key") == (unsigned.secrets, unsigned.unsigned[:31])
    assert (("whsec_one",), "") == (signed.secrets, signed.unsigned)
