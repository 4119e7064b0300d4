"""Does the production set-up hold what docs/production.md promises? No engine runs here: the files are only read."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.duration import read_duration
from runtime.settings import PREFIX, Settings
from starter.web import serving
from tests.repository.test_docs import rows, section
from wiring.worker import GRACE

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
OURS = {name: service for name, service in SERVICES.items() if "build" in service}

TEMPORALS = {"temporal", "temporal-schema", "temporal-namespace"}
# A production runs by the real clock, on a Temporal that is no part of the stack: its namespace has TEMPORAL_RETENTION.
NOT_IN_PRODUCTION = {"DAY90_DAY_LENGTH", "DAY90_HISTORY_DAYS"}


def test_the_compose_file_is_one() -> None:
    """By Compose's own schema."""
    command = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_reached_from_outside_the_host() -> None:
    """Whoever reaches Temporal may do everything."""
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert len(published) == 4
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_every_image_has_a_version() -> None:
    """The one that was looked up and tried against, not the newest of the day."""
    images = {name: service["image"] for name, service in SERVICES.items() if name not in OURS}
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    digest = r"(@sha256:[0-9a-f]{64})?$"
    assert [image for image in images.values() if not re.search(rf":\d+\.\d+(\.\d+)?{digest}", image)] == []
    assert {"python:3.11-slim-bookworm"} == {re.sub(digest, "", base) for base in bases}
    by_version_alone = {image for image in (*images.values(), *bases) if "@sha256:" not in image}
    assert {"postgres:17.12"} == by_version_alone, "docs/production.md says why"


def test_temporal_and_its_tools_are_of_one_version() -> None:
    """The tools bring the tables that the server wants."""
    images = [service["image"].partition("@")[0] for name, service in SERVICES.items() if name in TEMPORALS]
    versions = {image.rpartition(":")[2] for image in images}

    assert len(versions) == 1


def test_the_sample_of_settings_has_what_the_compose_file_asks_for_and_no_more() -> None:
    """Each with a word on it."""
    asked_for = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", COMPOSE))
    sampled = set(re.findall(r"^([A-Z0-9_]+)=", SAMPLE, re.MULTILINE))

    assert asked_for == sampled


def test_no_password_has_a_default() -> None:
    """Neither in the compose file nor in the sample."""
    passwords = set(re.findall(r"\$\{([A-Z0-9_]*PASSWORD)", COMPOSE))

    assert {"POSTGRES_PASSWORD", "TEMPORAL_DB_PASSWORD", "DAY90_DB_PASSWORD"} == passwords
    for name in passwords:
        assert set(re.findall(rf"\$\{{{name}(.)", COMPOSE)) == {":"}
        assert set(re.findall(rf"\$\{{{name}:(.)", COMPOSE)) == {"?"}
        assert re.search(rf"^{name}=$", SAMPLE, re.MULTILINE)


@pytest.mark.parametrize("name", OURS)
def test_every_setting_reaches_our_containers(name: str) -> None:
    """And what reaches them is one: a misspelt setting would be ignored without a word."""
    passed = {variable for variable in OURS[name]["environment"] if variable.startswith(PREFIX)}

    assert {PREFIX + field.upper() for field in Settings.model_fields} - NOT_IN_PRODUCTION == passed


def test_the_page_tells_every_setting() -> None:
    """With what a production needs to know of it."""
    told = {cells[0].strip("`") for cells in rows(section(PAGE, "Settings"))}

    assert {PREFIX + field.upper() for field in Settings.model_fields} <= told


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights(name: str) -> None:
    """Not root, no capability, none to be gained, nothing to be written but the volume and /tmp."""
    service = OURS[name]
    user = re.search(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)

    assert user is not None
    assert user[1] == service["user"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    [writable] = service["tmpfs"]
    assert {"noexec", "nosuid", "nodev"} <= set(writable.partition(":")[2].split(","))


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_keeps_all_rights_or_takes_all_of_the_host(name: str) -> None:
    """Neither its disk by a log, nor its processes. Compose refuses `pids_limit` where there are other limits."""
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"]["pids"] >= 256, "PostgreSQL has 200 connections"
    assert "pids_limit" not in service
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_there_may_be_several_workers() -> None:
    """A name or a port of its own would allow one."""
    assert {"container_name", "ports", "hostname"} & SERVICES["worker"].keys() == set()


def test_a_worker_is_not_killed_while_it_ends() -> None:
    """Compose waits longer than the worker does."""
    waits = read_duration(SERVICES["worker"]["stop_grace_period"])

    assert waits >= GRACE + GRACE + timedelta(seconds=5)


@pytest.mark.parametrize("name", ["web", "pages"])
def test_what_serves_is_not_killed_while_it_ends(name: str) -> None:
    """A deploy answers what waits."""
    waits = read_duration(SERVICES[name]["stop_grace_period"])

    assert waits >= timedelta(seconds=serving.GRACE + serving.LAST_WORDS + 5)


def test_the_image_is_set_up_by_the_uv_of_the_launcher() -> None:
    """One lock, one program that reads it."""
    [pin] = re.findall(r'^UV_PIN = "(\S+)"$', (ROOT / "day90").read_text(encoding="utf-8"), re.MULTILINE)

    requirements = (ROOT / "uv-requirements.txt").read_text(encoding="utf-8")
    assert re.findall(r"^([a-z]\S+)", requirements, re.MULTILINE) == [f"uv=={pin}"]
    assert "--require-hashes --only-binary :all:" in DOCKERFILE
    assert "uv==" not in DOCKERFILE


def test_every_room_is_in_the_image(tmp_path: Path) -> None:
    """What is not copied, or is kept from the engine, would be missing at the first start."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [parts] = re.findall(r"^only-include = \[(.*)\]$", project, re.MULTILINE)
    wanted = set(re.findall(r'"([^"]+)"', parts))
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    }
    sent = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))

    assert wanted <= copied
    assert copied == sent
