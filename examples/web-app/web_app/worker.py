"""`python -m web_app.worker`: answers questions from the queue until it is told to stop, and finishes those it has."""

import logging
import signal
import threading

from dramatiq import Worker
from prometheus_client import start_http_server

from . import telemetry
from .answers import Answers
from .jobs import Jobs
from .settings import Settings


def main() -> None:
    settings = Settings.read()
    telemetry.start("worker")
    jobs = Jobs(settings, Answers(settings))
    stopped = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopped.set())
    worker = Worker(jobs.broker, queues={settings.queue_name}, worker_threads=settings.worker_threads)
    worker.start()
    start_http_server(settings.metrics_port, settings.host)
    logging.getLogger(__name__).info("waiting for questions")
    stopped.wait()
    worker.stop(timeout=(settings.answer_seconds + 30) * 1000)


if __name__ == "__main__":
    main()
