"""`python -m web_app`: the API. `python -m web_app openapi` writes its contract to standard output instead."""

import json
import sys

import uvicorn
from fastapi import FastAPI
from prometheus_client import Gauge, start_http_server

from . import telemetry
from .answers import Answers
from .api import create_app
from .jobs import Jobs
from .settings import Settings

WAITING = Gauge("web_app_queue_length", "Questions that no worker has taken yet")

# The contract depends on nothing outside; no connection is made for it.
_NOWHERE = {
    "QUEUE_HOST": "localhost",
    "QUEUE_PORT": "6379",
    "CACHE_HOST": "localhost",
    "CACHE_PORT": "6379",
    "PROXY_URL": "http://localhost",
    "PROXY_KEY": "none",
    "MODEL": "none",
}


def build(settings: Settings) -> tuple[FastAPI, Jobs]:
    answers = Answers(settings)
    jobs = Jobs(settings, answers)
    return create_app(settings, answers, jobs), jobs


def main() -> None:
    if sys.argv[1:] == ["openapi"]:
        app, _ = build(Settings.read(_NOWHERE))
        print(json.dumps(app.openapi(), indent=2))
        return
    settings = Settings.read()
    telemetry.start("api")
    app, jobs = build(settings)
    WAITING.set_function(lambda: jobs.waiting)
    start_http_server(settings.metrics_port, settings.host)
    uvicorn.run(
        app, host=settings.host, port=settings.http_port, log_config=None, access_log=False, timeout_keep_alive=75
    )


if __name__ == "__main__":
    main()
