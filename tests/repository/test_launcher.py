"""Does a fresh clone set itself up once, for one launcher at a time, and say so when it cannot?

A fake uv stands in for the real one: what the launcher decides is tested here, not what uv downloads.
"""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

FAKE_UV = """#!/bin/sh
here=$(dirname "$0")
if [ "$1" = --version ]; then cat "$here/version"; exit; fi
echo "$* VIRTUAL_ENV=$VIRTUAL_ENV UV_PYTHON_DOWNLOADS=$UV_PYTHON_DOWNLOADS" >> "$here/calls"
if [ -e "$here/refusal" ]; then cat "$here/refusal" >&2; exit 7; fi
sleep 0.2
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
cd "$UV_PROJECT_ENVIRONMENT/bin"
for program in python day90 pytest; do
    echo '#!/bin/sh' > $program
    echo "echo \\"$program in \\$PWD\\${PYTHONDONTWRITEBYTECODE+, compiling all anew}:\\"" >> $program
    echo 'for word; do echo "<$word>"; done; exit 3' >> $program
    chmod +x $program
done
"""


@dataclass(frozen=True)
class Clone:
    """A copy of the launcher with its own files, a fake uv first on its PATH."""

    root: Path
    tools: Path
    more: dict[str, str] = field(default_factory=dict)
    """Of the environment in which it is started."""

    def start(self, *words: str) -> subprocess.Popen[str]:
        environment = {"PATH": f"{self.tools}:/usr/bin:/bin", "VIRTUAL_ENV": "/somebody/elses", "LC_ALL": "C.UTF-8"}
        environment |= self.more
        command = [sys.executable, str(self.root / "day90"), *words]
        return subprocess.Popen(
            command, env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        started = self.start(*words)
        out, err = started.communicate(timeout=30)
        return started.returncode, out, err

    def uv_calls(self) -> list[str]:
        calls = self.tools / "calls"
        return calls.read_text().splitlines() if calls.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A fresh clone in which nothing was set up yet."""
    root, tools = tmp_path / "a clone", tmp_path / "tools"
    root.mkdir()
    tools.mkdir()
    for name in ("day90", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, root / name)
    (tools / "uv").write_text(FAKE_UV)
    (tools / "uv").chmod(0o755)
    (tools / "version").write_text("uv 0.13.9 (fake)\n")
    return Clone(root, tools)


@pytest.fixture
def launcher() -> ModuleType:
    """The launcher as a module, to ask it single questions."""
    loader = SourceFileLoader("launcher", str(ROOT / "day90"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_first_start_sets_up_and_becomes_the_program(clone: Clone) -> None:
    """Words, folder, output and exit code are the program's; one line on stderr says why it takes a while."""
    code, out, err = clone.run("start", "a deal.json", "")

    assert code == 3
    assert out == "day90 in /:\n<start>\n<a deal.json>\n<>\n"
    assert err == "setting up (first run takes about half a minute)…\n"
    assert len(clone.uv_calls()) == 1
    assert "--group embedded --no-dev --inexact" in clone.uv_calls()[0]


def test_a_later_start_does_not_ask_uv_at_all(clone: Clone) -> None:
    """And says nothing of its own."""
    clone.run("list")

    code, _, err = clone.run("list")

    assert (code, err) == (3, "")
    assert len(clone.uv_calls()) == 1


def test_the_tests_bring_the_development_group_and_run_from_the_root(clone: Clone) -> None:
    """The program afterwards finds all it needs in the same environment."""
    clone.run("list")

    _, out, _ = clone.run("test", "-k", "one thing")
    clone.run("list")

    assert out == f"pytest in {clone.root}:\n<-k>\n<one thing>\n"
    assert len(clone.uv_calls()) == 2
    assert "--group embedded --group dev" in clone.uv_calls()[1]


def test_the_tests_compile_the_program_once_wherever_they_run(clone: Clone) -> None:
    """Some machines forbid Python to keep what it has compiled; the program itself respects that."""
    clone.more["PYTHONDONTWRITEBYTECODE"] = "1"

    _, program, _ = clone.run("list")
    _, tests, _ = clone.run("test")

    assert (program, tests) == ("day90 in /, compiling all anew:\n<list>\n", f"pytest in {clone.root}:\n")


@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_is_set_up_again(clone: Clone, name: str) -> None:
    """As after `git pull`."""
    clone.run("list")
    with (clone.root / name).open("a") as file:
        file.write("# changed\n")

    _, _, err = clone.run("list")

    assert err.startswith("setting up")
    assert len(clone.uv_calls()) == 2


def test_a_clone_that_was_moved_is_set_up_anew(clone: Clone) -> None:
    """Scripts in an environment name the folder they were made in."""
    clone.run("list")
    (clone.root / ".venv" / "left over").touch()
    moved = Clone(clone.root.rename(clone.root.with_name("moved")), clone.tools)

    moved.run("list")

    assert len(moved.uv_calls()) == 2
    assert not (moved.root / ".venv" / "left over").exists()


def test_launchers_at_the_same_time_set_up_once(clone: Clone) -> None:
    """The others wait and find the work done."""
    started = [clone.start("list") for _ in range(4)]

    ended = [(process.communicate(timeout=30), process.returncode) for process in started]

    assert [code for _, code in ended] == [3] * 4
    assert sum("setting up (" in err for (_, err), _ in ended) == 1
    assert len(clone.uv_calls()) == 1


def test_uv_is_told_what_it_must_not_guess(clone: Clone) -> None:
    """No Python of its own, no foreign environment, the lock as it stands."""
    clone.run("list")

    (call,) = clone.uv_calls()
    assert "--frozen" in call
    assert f"--project {clone.root}" in call
    assert "VIRTUAL_ENV= UV_PYTHON_DOWNLOADS=never" in call


def test_an_error_of_uv_is_shown_and_its_exit_code_passed_on(clone: Clone) -> None:
    """And the next start tries again."""
    (clone.tools / "refusal").write_text("no network\n")

    code, out, err = clone.run("list")

    assert (code, out) == (7, "")
    assert "no network\n" in err
    assert "Traceback" not in err
    (clone.tools / "refusal").unlink()
    assert clone.run("list")[0] == 3


def test_a_set_up_cut_short_does_not_count(clone: Clone, launcher: ModuleType) -> None:
    """The stamp goes before uv begins and comes back when it has ended well."""
    clone.run("list")
    (clone.root / "uv.lock").write_text("changed")
    (clone.tools / "refusal").write_text("cut short\n")

    clone.run("list")

    assert launcher.read_stamp(clone.root) == ("", "", frozenset())


def test_a_uv_that_is_too_old_or_broken_is_passed_over(
    clone: Clone, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then ours is installed, once."""
    installed: list[Path] = []
    monkeypatch.setattr(launcher, "install_uv", installed.append)
    monkeypatch.setenv("PATH", f"{clone.tools}{os.pathsep}/usr/bin{os.pathsep}/bin")
    own = clone.root / ".tools" / f"uv-{launcher.UV_PIN}"

    for version in ("uv 0.4.30", "uv", ""):
        (clone.tools / "version").write_text(version)
        assert launcher.find_uv(clone.root) == str(own / "bin" / "uv")

    assert installed == [own] * 3


def test_our_uv_is_installed_by_hash(launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever index pip is set to: another file under the same name and version is not taken."""
    asked: list[list[str]] = []

    def pip(command: list[str]) -> None:
        asked.append(command)
        (tmp_path / "uv.unfinished").mkdir()

    monkeypatch.setattr(launcher.sys, "executable", "/bin/true")  # A Python that has pip.
    monkeypatch.setattr(launcher, "run_or_stop", pip)
    launcher.install_uv(tmp_path / "uv")

    [command] = asked
    assert {"--require-hashes", "--only-binary"} < set(command)
    requirements = Path(command[-1]).read_text(encoding="utf-8")
    [named] = [line for line in requirements.splitlines() if line.startswith("uv==")]
    assert named == f"uv=={launcher.UV_PIN} \\"
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", requirements)) > 10, "one for each system's wheel"


def test_without_uv_and_pip_one_line_says_what_to_install(
    launcher: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a Debian without python3-pip."""
    monkeypatch.setattr(launcher.sys, "executable", "/bin/false")

    with pytest.raises(launcher.CannotSetUp, match=r"^neither uv nor pip found: .*python3-pip\)$"):
        launcher.install_uv(tmp_path / "uv")


def test_an_older_python_is_refused_in_one_line() -> None:
    """It has to get as far as that line: no syntax that an old Python cannot read."""
    source = (ROOT / "day90").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({str(ROOT / 'day90')!r})"

    refused = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)

    assert refused.returncode == 1
    assert refused.stderr.startswith("day90 needs Python 3.11 or newer")
    assert refused.stderr.count("\n") == 1
