"""Do the logs of the embedded stack stay small while processes write to them, and is the newest part kept?"""

from pathlib import Path

from starter.embedded.logs import OLD_ONES, cut


def test_a_log_is_cut_while_a_process_goes_on_writing_to_it(tmp_path: Path) -> None:
    """It holds the file open; what it writes next begins the emptied file."""
    log = tmp_path / "worker.log"
    with log.open("ab", buffering=0) as process:
        process.write(b"old\n" * 100)
        assert cut(log, largest=100)
        process.write(b"new\n")

    assert b"new\n" == log.read_bytes()
    assert b"old\n" * 100 == (tmp_path / "worker.log.1").read_bytes()


def test_a_small_log_and_a_missing_one_stay_as_they_are(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    assert not cut(log)
    log.write_bytes(b"x" * 100)

    assert not cut(log, largest=100)
    assert ["worker.log"] == [file.name for file in tmp_path.iterdir()]


def test_only_the_newest_pieces_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    for number in range(OLD_ONES + 2):
        log.write_text(f"{number}" * 200)
        assert cut(log, largest=100)

    assert {"worker.log", *(f"worker.log.{number}" for number in range(1, OLD_ONES + 1))} == {
        file.name for file in tmp_path.iterdir()
    }
    assert f"{OLD_ONES + 1}" * 200 == (tmp_path / "worker.log.1").read_text()
