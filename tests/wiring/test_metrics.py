"""What does Prometheus read at a worker's address?"""

import socket
import urllib.request

import pytest

from runtime.settings import BadSetting
from runtime.telemetry import into_our_logs
from starter.embedded.tcp_ports import LOOPBACK
from store.versions import UnderWay
from wiring.metrics import Mix


def read(address: str) -> dict[str, int]:
    """The gauge as Prometheus reads it: number by playbook and version."""
    with urllib.request.urlopen(f"http://{address}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    told = [line.rpartition(" ") for line in lines if line.startswith("day90_onboardings{")]
    return {labels.replace('service_name="temporal-core-sdk",', ""): int(number) for labels, _, number in told}


def test_how_many_are_under_way_by_which_version_is_told_and_who_has_gone_is_none(free_port: int) -> None:
    """A version that nobody goes by any more is 0, and does not stay as it was told last."""
    address = f"{LOOPBACK}:{free_port}"
    counts = [
        [("high-touch", "1" * 64, 18), ("high-touch", "2" * 64, 2), ("tech-touch", "3" * 64, 5)],
        [("high-touch", "1" * 64, 20), ("tech-touch", "3" * 64, 4)],
    ]
    meter = into_our_logs(metrics=address).metric_meter
    mix = Mix(
        meter.create_gauge("day90_onboardings"),
        lambda: [UnderWay(playbook=key, version=version, onboardings=n) for key, version, n in counts.pop(0)],
    )

    mix.tell()
    first = read(address)
    mix.tell()
    second = read(address)

    names = [
        f'day90_onboardings{{playbook="{playbook}",version="{digit * 12}"}}'
        for playbook, digit in (("high-touch", "1"), ("high-touch", "2"), ("tech-touch", "3"))
    ]
    assert dict(zip(names, (18, 2, 5), strict=True)) == first
    assert dict(zip(names, (20, 0, 4), strict=True)) == second


def test_an_address_that_another_worker_has_is_a_setting_that_cannot_be_used() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        taken = f"{LOOPBACK}:{other.getsockname()[1]}"

        with pytest.raises(BadSetting, match=r"^DAY90_METRICS: no metrics can be told at .*in use"):
            into_our_logs(metrics=taken)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
