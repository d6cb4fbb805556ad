"""Tunes a stub in the place of a model: each step changes a number by the next of a row of random ones."""

import json
import random
import sys
import time

import main


class Numbers:
    """Its result depends on every step, on their order and on the random numbers in between."""

    def __init__(self, settings: dict, _data: bytes) -> None:
        self._total = settings["training"]["steps"]
        self._pause = settings["stepSeconds"]
        self._random = random.Random(1)
        self._value = 0.5

    def total_steps(self) -> int:
        return self._total

    def load(self, state: bytes) -> None:
        value, (version, internal, gauss) = json.loads(state)
        self._value = value
        self._random.setstate((version, tuple(internal), gauss))

    def step(self) -> float:
        time.sleep(self._pause)
        self._value = self._value * 0.9 + self._random.random()
        return self._value

    def state(self) -> bytes:
        return json.dumps([self._value, self._random.getstate()]).encode()

    def result(self) -> dict[str, bytes]:
        return {"adapter_model.safetensors": repr(self._value).encode()}


sys.exit(main.main(Numbers))
