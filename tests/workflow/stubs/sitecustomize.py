"""Puts stand-ins in place of the stages, in every Python started with this folder on its path.

They write small files that depend on the configuration and on the files they read, so that a stage that ran
on the wrong inputs would show. TENBIN_STUB_SLOW names a stage that waits, TENBIN_STUB_FAIL one that fails.
"""

import hashlib
import json
import os
import sys
import time
import types
from pathlib import Path


def _content(stage, config, out, reads):
    digest = hashlib.sha256(json.dumps(config.resolved(), sort_keys=True).encode())
    for name in reads:
        digest.update((Path(out) / name).read_bytes())
    return f"stage,digest\n{stage},{digest.hexdigest()}\n"


def _reconciliation():
    heading = "gas,region,year_start,year_end,bottom_up,bottom_up_sd,top_down,top_down_sd,"
    heading += "difference,difference_sd,z,unit"
    rows = [f"{gas},globe,2010,2019,100,5,105,6,-5,7.8,-0.64,Tg yr-1" for gas in ("co2", "ch4", "n2o")]
    return "\n".join([heading, *rows]) + "\n"


def _wait(stage, out):
    with open(Path(out) / "calls.txt", "a", encoding="utf-8") as calls:
        calls.write(stage + "\n")
    if os.environ.get("TENBIN_STUB_SLOW") == stage:
        time.sleep(60)


def work(stage, config, out):
    from tenbin.core.errors import Fault, InputError
    from tenbin.workflow.stages import STAGES

    _wait(stage, out)
    if os.environ.get("TENBIN_STUB_FAIL") == stage:
        raise InputError(Fault("stub.csv", "value", "-999.99", "a number", "mend the stub"))
    text = _content(stage, config, out, STAGES[stage].reads)
    for name in STAGES[stage].writes:
        special = {
            "diagnostics.json": json.dumps({"chi2_per_obs": 1.02}),
            "reconciliation.csv": _reconciliation(),
        }
        (Path(out) / name).write_text(special.get(name, f"{name}\n{text}"), encoding="utf-8")
    worst = float(os.environ.get("TENBIN_STUB_RESIDUAL", "1e-15")) if stage == "budget" else 1e-15
    line = {"quantity": "mass", "worst_relative": worst, "limit": 1e-9, "where": "globe"}
    record = {"conservation": [line], "inputs": [{"path": f"{stage}.csv", "sha256": "0" * 64}]}
    (Path(out) / f"{stage}.json").write_text(json.dumps(record), encoding="utf-8")


def _stub(module_name, **functions):
    module = types.ModuleType(module_name)
    for function_name, stage in functions.items():
        setattr(module, function_name, lambda config, out, stage=stage: work(stage, config, out))
    sys.modules[module_name] = module


if os.environ.get("TENBIN_STUBS"):
    _stub("tenbin.assimilate.observe", run="observe")
    _stub("tenbin.assimilate.balance", run="invert")
    _stub("tenbin.workflow.adapters", inventory="inventory", budget="budget", report="report")
