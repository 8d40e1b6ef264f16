"""Work is done where the config says, and a config that cannot work says why."""

import math

import pytest
from pydantic import ValidationError

from tenbin.core.compute import ComputeConfig, cluster_client
from tenbin.core.errors import InputError


def test_two_workers_share_the_work():
    with cluster_client(ComputeConfig(workers=2, memory="1GiB")) as client:
        assert len(client.scheduler_info()["workers"]) == 2
        assert client.gather(client.map(math.factorial, range(8))) == [math.factorial(n) for n in range(8)]


def test_a_cluster_at_an_address_needs_the_address():
    with pytest.raises(InputError, match="tcp://"), cluster_client(ComputeConfig(backend="address")):
        pass


def test_a_slurm_cluster_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "dask_jobqueue", None)
    with (
        pytest.raises(InputError, match="pip install dask-jobqueue"),
        cluster_client(ComputeConfig(backend="slurm")),
    ):
        pass


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="cores"):
        ComputeConfig(cores=3)
