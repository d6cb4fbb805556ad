"""Compares what is asked now with what was asked before, and starts one tuning run if it differs. Standard library only."""

import json
import math
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import s3
import telemetry

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
LEAST = 1e-4
"""Share that an empty class counts as: its logarithm would have no end."""


def stability_index(before: list[float], now: list[float]) -> float:
    """Population stability index of two distributions over the same classes; 0 if they are equal."""
    one = [max(count / sum(before), LEAST) for count in before]
    other = [max(count / sum(now), LEAST) for count in now]
    return sum((new - old) * math.log(new / old) for old, new in zip(one, other, strict=True))


def classes(buckets: dict[str, float]) -> dict[str, float]:
    """Counts between the bounds of a histogram, of its counts up to each bound."""
    counts: dict[str, float] = {}
    below = 0.0
    for bound in sorted(buckets, key=float):
        counts[bound] = max(0.0, buckets[bound] - below)
        below = buckets[bound]
    return counts


def ask(query: str) -> dict[str, float]:
    """Counts by upper bound, as Prometheus has them now."""
    url = f"{os.environ['PROMETHEUS_URL']}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=60) as response:
        result = json.load(response)["data"]["result"]
    return classes({series["metric"]["le"]: float(series["value"][1]) for series in result})


def drifts(before: dict, now: dict, least: int) -> dict[str, float]:
    """Index of each signal that has enough requests in both."""
    found: dict[str, float] = {}
    for signal, counts in now.items():
        old = before.get(signal)
        if old is None or set(old) != set(counts) or min(sum(old.values()), sum(counts.values())) < least:
            continue
        bounds = sorted(counts, key=float)
        found[signal] = stability_index([old[bound] for bound in bounds], [counts[bound] for bound in bounds])
    return found


class Cluster:
    """The API server, as the pod's own account."""

    def __init__(self) -> None:
        address = os.environ.get("API_URL")
        host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
        self._url = address or f"https://{host}:{port}"
        self._secure = address is None

    def call(self, method: str, path: str, body: dict | None = None) -> dict[str, Any]:
        """One request. @raises HTTPError as the server answers"""
        headers = {"Content-Type": "application/json"}
        context = None
        if self._secure:
            with open(f"{ACCOUNT}/token", encoding="utf-8") as token:
                headers["Authorization"] = f"Bearer {token.read().strip()}"
            context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30, context=context) as response:
            return json.load(response)


def tuning_job(template: dict, name: str, cooldown_seconds: int) -> dict:
    """A job like the tuning workload's own, which is removed once the time has passed in which there shall be no other."""
    spec = template["spec"]
    pod = spec["template"]
    own = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name")
    labels = {key: value for key, value in pod["metadata"].get("labels", {}).items() if key not in own}
    queued = any(key.startswith("kueue.x-k8s.io/") for key in template["metadata"].get("labels", {}))
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": template["metadata"].get("labels", {})},
        "spec": {
            "activeDeadlineSeconds": spec["activeDeadlineSeconds"],
            "backoffLimit": spec["backoffLimit"],
            "podFailurePolicy": spec["podFailurePolicy"],
            "ttlSecondsAfterFinished": cooldown_seconds,
            **({"suspend": True} if queued else {}),
            "template": {"metadata": {**pod["metadata"], "labels": labels}, "spec": pod["spec"]},
        },
    }


def start(cluster: Cluster, settings: dict) -> bool:
    """Creates the tuning job; its name is the lock, so that of any number of calls one creates it. True for that one."""
    jobs = f"/apis/batch/v1/namespaces/{settings['namespace']}/jobs"
    template = cluster.call("GET", f"{jobs}/{settings['tuning']}")
    job = tuning_job(template, f"{settings['tuning']}-drift", settings["cooldownSeconds"])
    try:
        cluster.call("POST", jobs, job)
    except urllib.error.HTTPError as error:
        if error.code == 409:
            return False
        raise
    return True


def main() -> int:
    """Compares, reports, and starts a run if a signal is over the threshold."""
    settings = json.loads(os.environ["SETTINGS"])
    bucket = s3.Bucket(settings["bucket"])
    key = f"drift/{os.environ['WORKLOAD']}/reference.json"
    now = {signal: ask(query) for signal, query in settings["signals"].items()}
    stored = bucket.get(key)
    if stored is None:
        bucket.put(key, json.dumps(now).encode())
        print("no reference yet: what is asked now is the first one")
        return 0
    found = drifts(json.loads(stored), now, settings["leastRequests"])
    for signal, index in found.items():
        telemetry.report({"drift_stability_index": index}, {"signal": signal})
        print(f"{signal}: {index:.4f}")
    over = sorted(signal for signal, index in found.items() if index > settings["threshold"])
    if not over:
        return 0
    created = start(Cluster(), settings)
    print(f"{', '.join(over)} over {settings['threshold']}: " + ("tuning started" if created else "tuning is under way"))
    if created:
        telemetry.report({"drift_tuning_started": 1.0}, {"tuning": settings["tuning"]})
        bucket.put(key, json.dumps(now).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
