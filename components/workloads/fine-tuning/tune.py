"""Trains, and can be stopped at any time: it goes on from the newest checkpoint in the object store. Standard library only."""

import hashlib
import json
import signal
import sys
import time
from dataclasses import dataclass
from types import FrameType
from typing import Callable, Protocol

import s3

STOPPED = 75
"""Exit status of a run that was told to stop: a new pod goes on."""


class Trainer(Protocol):
    """What is trained. `load` gets what `state` gave; `step` is the smallest piece of work."""

    def total_steps(self) -> int: ...

    def load(self, state: bytes) -> None: ...

    def step(self) -> float: ...

    def state(self) -> bytes: ...

    def result(self) -> dict[str, bytes]: ...


class Store(Protocol):
    """Where checkpoints are; a bucket."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, body: bytes) -> None: ...

    def delete(self, key: str) -> None: ...


class Checkpoints:
    """Checkpoints of one run. A pointer names the newest whole one, so that a half-written one is never read."""

    def __init__(self, store: Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def newest(self) -> tuple[int, bytes] | None:
        """The step after which it was made, and the state; the one before if the newest is damaged."""
        for entry in reversed(self._entries()):
            body = self._store.get(entry["key"])
            if body is not None and hashlib.sha256(body).hexdigest() == entry["sha256"]:
                return entry["step"], body
            print(f"checkpoint {entry['key']} is damaged, taking the one before", file=sys.stderr)
        return None

    def save(self, step: int, state: bytes) -> None:
        """Writes the state, then the pointer, then removes what is no longer named."""
        entries = self._entries()
        key = f"{self._prefix}step-{step:08}"
        self._store.put(key, state)
        kept = [entry for entry in entries if entry["key"] != key][-1:]
        named = [*kept, {"step": step, "key": key, "sha256": hashlib.sha256(state).hexdigest()}]
        self._store.put(f"{self._prefix}LATEST", json.dumps(named).encode())
        for entry in entries:
            if entry["key"] not in {other["key"] for other in named}:
                self._store.delete(entry["key"])

    def _entries(self) -> list[dict]:
        pointer = self._store.get(f"{self._prefix}LATEST")
        return [] if pointer is None else json.loads(pointer)


@dataclass
class Stop:
    """Set by the request to stop that a pod gets before its node is taken away."""

    asked: bool = False

    def listen(self) -> None:
        """Takes SIGTERM for the request."""
        signal.signal(signal.SIGTERM, self._take)

    def _take(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def train(
    trainer: Trainer,
    checkpoints: Checkpoints,
    interval_seconds: float,
    stop: Stop,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Trains to the end, from the newest checkpoint on. False if it was told to stop: what it had done is saved."""
    newest = checkpoints.newest()
    done = 0
    if newest is not None:
        done, state = newest
        trainer.load(state)
        print(f"going on after step {done}", flush=True)
    saved_at = clock()
    while done < trainer.total_steps():
        loss = trainer.step()
        done += 1
        print(f"step {done} of {trainer.total_steps()}, loss {loss:.4f}", flush=True)
        finished = done == trainer.total_steps()
        if finished or stop.asked or clock() - saved_at >= interval_seconds:
            checkpoints.save(done, trainer.state())
            saved_at = clock()
        if stop.asked and not finished:
            print(f"told to stop: saved after step {done}", flush=True)
            return False
    return True


def run_name(settings: dict[str, object]) -> str:
    """Name of a run, the same for the same settings: a run that is started again is the same run."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


def checked(data: bytes | None, where: str, sha256: str | None) -> bytes:
    """The data set, if it is there and is the one that is meant."""
    if data is None:
        raise SystemExit(f"no data set at {where}: put it there, or correct `data` of the entry")
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise SystemExit(f"the data set at {where} has the checksum {found}, expected {sha256}: correct one of them")
    return data


def read_data(bucket: str, key: str, sha256: str | None) -> bytes:
    """Reads the data set from the object store and checks it."""
    return checked(s3.Bucket(bucket).get(key), f"s3://{bucket}/{key}", sha256)
