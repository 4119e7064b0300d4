"""What can an operator configure, and what does the message say when it is wrong?"""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.duration import read_duration
from runtime.mail_server import read_mail_server
from runtime.secret_files import is_secret
from runtime.settings import BadSetting, Settings, load_settings, unknown_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that runs the tests reaches them."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"DAY90_{field.upper()}", raising=False)


def test_without_any_setting_the_embedded_parts_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite and mail files lie under ./data, fixed to where the process began; the clock is the real one."""
    monkeypatch.chdir(tmp_path)

    settings = load_settings()
    monkeypatch.chdir("/")

    assert settings.sql_url == f"sqlite:///{tmp_path}/data/day90.sqlite"
    assert settings.mail_server is None
    assert settings.mail_folder == tmp_path / "data" / "mail"
    assert settings.day_length == timedelta(hours=24)
    assert settings.task_queue == "day90"


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("1.5s", timedelta(seconds=1.5)),
        ("90s", timedelta(seconds=90)),
        ("500ms", timedelta(milliseconds=500)),
        ("2m", timedelta(minutes=2)),
        ("24h", timedelta(hours=24)),
        ("1d", timedelta(days=1)),
        (" PT2M ", timedelta(minutes=2)),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(typed: str, length: timedelta) -> None:
    """Short units and ISO 8601 are understood."""
    assert read_duration(typed) == length


@pytest.mark.parametrize("typed", ["", "90", "fast", "-2s", "2 weeks", "P", "9" * 400 + "d"])
def test_a_length_without_a_unit_or_sense_is_refused(typed: str) -> None:
    """A bare number is refused too: nobody agrees on its unit."""
    with pytest.raises(ValueError, match="with its unit, like"):
        read_duration(typed)


@pytest.mark.parametrize("length", ["0.1s", "25h"])
def test_a_day_is_at_least_a_fifth_of_a_second_and_at_most_a_day(length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names both bounds."""
    monkeypatch.setenv("DAY90_DAY_LENGTH", length)

    with pytest.raises(BadSetting, match=r"^DAY90_DAY_LENGTH should be between 0\.2s and 24h$"):
        load_settings()


def test_a_flag_wins_over_the_environment_and_one_not_given_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is how the command line says "not given"."""
    monkeypatch.setenv("DAY90_DAY_LENGTH", "5s")
    monkeypatch.setenv("DAY90_LOG_LEVEL", "warning")

    settings = load_settings(flags={"day_length": "2m", "log_level": None})

    assert settings.day_length == timedelta(minutes=2)
    assert settings.log_level == "WARNING"


def test_a_wrong_flag_is_named_as_it_was_typed() -> None:
    """The message does not name the variable, which the person never set."""
    with pytest.raises(BadSetting, match=r"^--day-length should be a length"):
        load_settings(flags={"day_length": "soon"})


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("DAY90_DATABASE_URL", "mysql://u:hush@db/x", "should start with postgresql://"),
        ("DAY90_DATABASE_URL", "sqlite://", "sqlite:///"),
        ("DAY90_PLAYBOOKS", "/no/such/folder", "a folder that exists"),
        ("DAY90_TEMPLATES", "/no/such/folder", "a folder that exists"),
        ("DAY90_TEAM", "/no/such/team.yaml", "a file that exists"),
        ("DAY90_SMTP_URL", "http://u:hush@mail", "should look like smtp://"),
        ("DAY90_SMTP_URL", "smtp://u:hush@mail:many", "should look like smtp://"),
        ("DAY90_SMTP_URL", "smtp://u:hush@mail..example.test", "a host without an empty part"),
        ("DAY90_SMTP_URL", f"smtp://u:hush@{'a' * 64}.test", "none of its parts over 63 characters"),
        ("DAY90_SMTP_URL", "smtp://cs:gr%C3%BC%C3%9Fe@mail.test", "user and password in ASCII"),
        ("DAY90_MAIL_FROM", "onboarding", "should be an address"),
        ("DAY90_MAIL_FROM", "a@b.test\nBcc: c@d.test", "should be an address"),
        ("DAY90_MAIL_FROM", "Acme, Inc. <cs@acme.test>", "stands in quotes"),
        ("DAY90_MAIL_FROM", "A <cs@acme.test>, B <d@acme.test>", "should be an address"),
        ("DAY90_MAIL_FROM", "<cs@acme.test> Acme", "should be an address"),
        ("DAY90_MAIL_FROM", "Acme <cs@acme.test", "should be an address"),
        ("DAY90_MAIL_FROM", "Acme <cs @acme.test>", "should be an address"),
        ("DAY90_MAIL_FROM", "Acme <cs@größe.test>", "should be an address"),
        ("DAY90_MAIL_FROM", "=?x?q?Acme?= <cs@acme.test>", "should be an address"),
        ("DAY90_MAIL_FROM", "Acme <größe@acme.test>", "should be in ASCII before the @"),
        ("DAY90_OPERATOR_MAIL", "Platform, Ops <ops@acme.test>", "stands in quotes"),
        ("DAY90_MAIL_DOMAIN", "two words", "should be a domain name"),
        ("DAY90_TEMPORAL_UI", "localhost:8233", "should be an address"),
        ("DAY90_WEB_PROXIES", "proxy.internal", "addresses and networks like 10.1.0.4"),
        ("DAY90_WEB_PROXIES", "10.1.0.4/16", "addresses and networks like 10.1.0.4"),
        ("DAY90_WEB_PROXIES", "0.0.0.0/0", "your own proxies"),
        ("DAY90_LOG_FORMAT", "xml", "'console' or 'json'"),
        ("DAY90_LOG_LEVEL", "loud", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_a_wrong_setting_is_one_line_with_the_variable_and_what_would_be_right(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message never has the value, which may carry a password."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(BadSetting) as refusal:
        load_settings()

    line = str(refusal.value)
    assert line.startswith(f"{variable} ")
    assert told in line
    assert "\n" not in line
    assert "hush" not in line
    assert refusal.value.__suppress_context__


def test_all_wrong_settings_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator can then mend all of them in one go."""
    monkeypatch.setenv("DAY90_LOG_FORMAT", "xml")
    monkeypatch.setenv("DAY90_DAY_LENGTH", "x")

    with pytest.raises(BadSetting, match=r"^DAY90_DAY_LENGTH .*; DAY90_LOG_FORMAT "):
        load_settings()


def test_a_variable_that_sets_nothing_is_told_with_the_one_that_was_meant() -> None:
    """Those of compose and of secrets in files are none of them, nor is what belongs to others."""
    typed = ("DAY90_SLACK_TOKN", "DAY90_ZZZ", "DAY90_SMTP_URL_FILE", "DAY90_DATA", "DAY90_DB_PASSWORD", "PATH")

    unknown = unknown_settings(dict.fromkeys(typed, "x"))

    assert {"DAY90_SLACK_TOKN": "DAY90_SLACK_TOKEN", "DAY90_ZZZ": ""} == unknown


def test_no_variable_of_the_compose_file_sets_nothing() -> None:
    named = re.findall(r"DAY90_[A-Z0-9_]+", (ROOT / "docker-compose.yml").read_text("utf-8"))

    assert {} == unknown_settings(dict.fromkeys(named, "x"))


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass unset variables as empty ones."""
    monkeypatch.setenv("DAY90_TEAM", "")

    assert load_settings().team is None


def test_passwords_are_not_in_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings end up in logs and bug reports."""
    monkeypatch.setenv("DAY90_DATABASE_URL", "postgresql://day90:hush@db/day90")
    monkeypatch.setenv("DAY90_SMTP_URL", "smtps://day90:hush@mail.example.com")

    settings = load_settings()

    assert "hush" not in repr((settings, settings.mail_server))
    assert settings.sql_url == "postgresql://day90:hush@db/day90"


def test_a_mail_server_is_read_from_its_url() -> None:
    """User and password are percent-encoded; the port follows from the scheme."""
    server = read_mail_server("smtps://a%40b.test:p%2Fw@mail.example.com")

    assert (server.host, server.port, server.tls_from_start) == ("mail.example.com", 465, True)
    assert server.user == "a@b.test"
    assert server.password is not None
    assert server.password.get_secret_value() == "p/w"
    assert read_mail_server("smtp://localhost").port == 587


def test_every_setting_says_what_it_is_for() -> None:
    """The description is the documentation."""
    undescribed = [name for name, field in Settings.model_fields.items() if not field.description]

    assert undescribed == []


SALESFORCE = {"URL": "https://vendor.my.salesforce.com/", "CLIENT_ID": "3MVG9", "CLIENT_SECRET": "hush"}


@pytest.mark.parametrize("missing", SALESFORCE)
def test_what_salesforce_is_reached_with_is_set_together_or_not_at_all(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one of the three forgotten nothing would be read, and nobody would notice."""
    for name, value in SALESFORCE.items():
        monkeypatch.setenv(f"DAY90_SALESFORCE_{name}", value)
    assert "https://vendor.my.salesforce.com" == load_settings().salesforce_url

    monkeypatch.delenv(f"DAY90_SALESFORCE_{missing}")
    with pytest.raises(BadSetting, match=r"^DAY90_SALESFORCE_CLIENT_SECRET should be set together with") as refusal:
        load_settings()
    assert "hush" not in str(refusal.value)


def test_salesforces_secret_goes_out_in_clear_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SALESFORCE, "URL": "http://vendor.my.salesforce.com"}.items():
        monkeypatch.setenv(f"DAY90_SALESFORCE_{name}", value)

    with pytest.raises(BadSetting, match=r"^DAY90_SALESFORCE_URL should begin with https://[^;]*$"):
        load_settings()

    monkeypatch.setenv("DAY90_SALESFORCE_URL", "http://127.0.0.1:8080")
    assert load_settings().salesforce_url


# --- secrets in files


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As container platforms hand them over; the line break at its end is the file's."""
    held = tmp_path / "secret"
    held.write_text("open sesame\n")
    monkeypatch.setenv("DAY90_DEALS_TOKEN_FILE", str(held))

    token = load_settings().deals_token

    assert token is not None
    assert "open sesame" == token.get_secret_value()


def test_a_database_url_in_a_file_is_checked_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = tmp_path / "secret"
    held.write_text("mysql://user:pass@host/db")
    monkeypatch.setenv("DAY90_DATABASE_URL_FILE", str(held))

    with pytest.raises(BadSetting) as bad:
        load_settings()

    assert "DAY90_DATABASE_URL should start with postgresql:// or sqlite:///" == str(bad.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "DAY90_DEALS_TOKEN_FILE should name a file that can be read: No such file or directory"),
        (b"", "DAY90_DEALS_TOKEN_FILE names a file that is empty"),
        (b"\n", "DAY90_DEALS_TOKEN_FILE names a file that is empty"),
        (b"\xff\xfe", "DAY90_DEALS_TOKEN_FILE should name a file with a secret, in UTF-8"),
        (b"x" * 70_000, "DAY90_DEALS_TOKEN_FILE should name a file with a secret, of at most 64 kB"),
    ],
)
def test_a_file_that_holds_no_secret_is_named(
    content: bytes | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = tmp_path / "secret"
    if content is not None:
        held.write_bytes(content)
    monkeypatch.setenv("DAY90_DEALS_TOKEN_FILE", str(held))

    with pytest.raises(BadSetting) as bad:
        load_settings()

    assert message == str(bad.value)


def test_a_secret_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever set both would not know which one is used."""
    held = tmp_path / "secret"
    held.write_text("one")
    monkeypatch.setenv("DAY90_DEALS_TOKEN_FILE", str(held))
    monkeypatch.setenv("DAY90_DEALS_TOKEN", "another")

    with pytest.raises(BadSetting) as bad:
        load_settings()

    assert "DAY90_DEALS_TOKEN and DAY90_DEALS_TOKEN_FILE are both set: give one of them" == str(bad.value)


def test_what_is_no_secret_comes_from_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every secret may come from one, and nothing else: a folder is no secret."""
    held = tmp_path / "queue"
    held.write_text("another")
    monkeypatch.setenv("DAY90_TASK_QUEUE_FILE", str(held))

    secrets = {name for name, field in Settings.model_fields.items() if is_secret(field)}

    assert "day90" == load_settings().task_queue
    assert {"database_url", "smtp_url", "hubspot_secret", "salesforce_client_secret", "news_secret"} <= secrets
    assert not secrets & {"data", "task_queue", "team", "mail_from"}
