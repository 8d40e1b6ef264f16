"""Where the work is done: a Dask client on this machine, at an address or on SLURM, by configuration."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tenbin.core.errors import Fault, raise_if_any

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["ComputeConfig", "cluster_client", "faults"]


class ComputeConfig(BaseModel):
    """How many workers, and where they run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["local", "address", "slurm"] = Field(
        "local", description="this machine, a scheduler, or SLURM"
    )
    workers: int = Field(2, ge=1, description="number of worker processes")
    threads: int = Field(1, ge=1, description="threads in each worker")
    memory: str = Field("2GiB", description="memory limit of each worker")
    address: str | None = Field(None, description="scheduler address, for backend 'address'")
    queue: str | None = Field(None, description="partition, for backend 'slurm'")
    walltime: str = Field("01:00:00", description="time limit of each worker, for backend 'slurm'")


@contextmanager
def cluster_client(config: ComputeConfig | None = None) -> Iterator[Client]:
    """Yield a Dask client as `config` says; workers started here are stopped at the end."""
    from distributed import Client

    config = config or ComputeConfig()
    raise_if_any(faults(config))
    if config.backend == "address":
        with Client(config.address, timeout="10s") as client:
            yield client
        return
    cluster = _local_cluster(config) if config.backend == "local" else _slurm_cluster(config)
    with cluster, Client(cluster) as client:
        client.wait_for_workers(config.workers, timeout=60 if config.backend == "local" else None)
        yield client


def faults(config: ComputeConfig) -> list[Fault]:
    """What forbids making a cluster as `config` says, as far as it can be known beforehand."""
    if config.backend == "address" and not config.address:
        remedy = "set compute.address, e.g. tcp://host:8786"
        return [Fault("compute", "address", "nothing", "the address of a Dask scheduler", remedy)]
    if config.backend == "slurm" and importlib.util.find_spec("dask_jobqueue") is None:
        remedy = "pip install dask-jobqueue, or use backend 'local'"
        return [Fault("compute", "backend", "'slurm'", "dask-jobqueue installed", remedy)]
    return []


def _local_cluster(config: ComputeConfig) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=config.workers,
        threads_per_worker=config.threads,
        memory_limit=config.memory,
        dashboard_address=None,  # a run must not open a port that nobody asked for
    )


def _slurm_cluster(config: ComputeConfig) -> Any:
    from dask_jobqueue import SLURMCluster

    cluster = SLURMCluster(
        queue=config.queue, cores=config.threads, processes=1, memory=config.memory, walltime=config.walltime
    )
    cluster.scale(config.workers)
    return cluster
