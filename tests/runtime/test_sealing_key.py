"""Which key seals, who may read its file, and what is said of one that is none?"""

from pathlib import Path

import pytest

from runtime.sealing_key import make_sealing_key, sealing_keys
from runtime.settings import BadSetting, Settings, is_sealing_key, load_settings
from tests.support.sealing import key


def keys_in(data: Path) -> tuple[str, ...]:
    return tuple(sealing_keys(load_settings(flags={"data": data})))


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAY90_SEALING_KEY", raising=False)


def test_a_folder_gets_one_key_for_good_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Made once: a second one would open nothing."""
    make_sealing_key(tmp_path)
    made = keys_in(tmp_path)
    make_sealing_key(tmp_path)

    assert made == keys_in(tmp_path)
    assert [True] == [is_sealing_key(key) for key in made]
    [file] = tmp_path.iterdir()
    assert ("sealing.key", 0o600) == (file.name, file.stat().st_mode & 0o777)


def test_the_key_of_the_settings_seals_and_that_of_the_folder_still_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert () == keys_in(tmp_path)
    make_sealing_key(tmp_path)
    [own] = keys_in(tmp_path)

    monkeypatch.setenv("DAY90_SEALING_KEY", f"{key('b')} {key('c')}")

    assert (key("b"), key("c"), own) == keys_in(tmp_path)


@pytest.mark.parametrize("content", [b"", b"half a key", b"\xff\xfe"])
def test_a_file_that_holds_no_key_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealing.key").write_bytes(content)

    with pytest.raises(BadSetting, match=r"^/.*/sealing\.key (should hold 32 bytes in base64|cannot be read: no text)"):
        keys_in(tmp_path)


@pytest.mark.parametrize("given", ["hush", key("a")[:-4], f"{key('a')} hush", "A" * 44])
def test_a_key_that_is_none_is_refused_without_its_value(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAY90_SEALING_KEY", given)

    with pytest.raises(BadSetting, match=r"^DAY90_SEALING_KEY should be 32 bytes in base64, like `openssl") as refusal:
        load_settings()

    assert given not in str(refusal.value)


@pytest.mark.parametrize("given", ["-_" * 21 + "A=", "+/" * 21 + "A="])
def test_a_key_may_be_written_in_either_alphabet_of_base64(given: str) -> None:
    """Fernet's own is the one of URLs, openssl's the other."""
    assert Settings(sealing_key=given).sealing_key  # type: ignore[arg-type]  # as the environment gives it
