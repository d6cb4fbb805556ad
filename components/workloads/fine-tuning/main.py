"""One tuning run: reads the data set, trains, puts the adapter into the object store and registers it as candidate."""

import hashlib
import json
import os
import sys
from typing import Callable

import s3
import tune
from model_registry import CANDIDATE, ModelRegistry


def settings_from(environ: "os._Environ[str] | dict[str, str]") -> dict:
    """What the definition wrote into SETTINGS."""
    return json.loads(environ["SETTINGS"])


def register(registry: ModelRegistry, settings: dict, source: str, tags: dict[str, str]) -> str:
    """Makes the adapter the newest version of the model, and the candidate."""
    registry.create_model(settings["model"])
    version = registry.create_version(settings["model"], source, tags)
    registry.set_alias(settings["model"], CANDIDATE, version)
    return version


def main(make: Callable[[dict, bytes], tune.Trainer]) -> int:
    """Runs to the end, or until it is told to stop. @param make Makes the trainer of settings and data set."""
    settings = settings_from(os.environ)
    stop = tune.Stop()
    stop.listen()
    bucket = s3.Bucket(settings["bucket"])
    data = tune.read_data(settings["data"]["bucket"], settings["data"]["key"], settings["data"].get("sha256"))
    data_sha256 = hashlib.sha256(data).hexdigest()
    training = {**settings["training"], "base": settings["base"], "data": data_sha256}
    run = tune.run_name(training)
    done = f"checkpoints/{settings['model']}/{run}/DONE"
    finished = bucket.get(done)
    if finished is not None:
        print(f"nothing to learn: run {run} has been registered as version {finished.decode()}")
        return 0
    trainer = make(settings, data)
    checkpoints = tune.Checkpoints(bucket, f"checkpoints/{settings['model']}/{run}/")
    if not tune.train(trainer, checkpoints, settings["checkpointSeconds"], stop):
        return tune.STOPPED
    folder = f"{settings['prefix']}{settings['model']}-{run}"
    for name, body in sorted(trainer.result().items()):
        bucket.put(f"{folder}/{name}", body)
    tags = {"run": run, "base": settings["base"], "data": data_sha256, "workload": os.environ["WORKLOAD"]}
    version = register(ModelRegistry(), settings, f"s3://{settings['bucket']}/{folder}", tags)
    bucket.put(done, version.encode())
    print(f"registered {folder} as version {version} of {settings['model']}, {CANDIDATE}")
    return 0


if __name__ == "__main__":
    from lora import LoraTrainer

    sys.exit(main(LoraTrainer))
