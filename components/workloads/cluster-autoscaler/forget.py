"""Deletes the Node objects of burst instances that have ended: with no cloud controller in the cluster nobody else does, and
pods that were there would be waited for. An instance that only lost the mesh is ended by the autoscaler, as one that never
became a node. Standard library only."""

import argparse
import datetime
import json
import os
import ssl
import time
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
SILENT_SECONDS = 600
PAUSE_SECONDS = 60


def call(method, path, body=None):
    address = os.environ.get("API_URL")
    headers = {"Content-Type": "application/json"}
    context = None
    if address is None:
        address = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
        context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
        with open(f"{ACCOUNT}/token", encoding="utf-8") as token:
            headers["Authorization"] = f"Bearer {token.read().strip()}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=30, context=context) as answer:
        return json.load(answer)


def is_gone(node, now):
    """Whether it is an instance of AWS whose kubelet has said nothing for long."""
    if not node["spec"].get("providerID", "").startswith("aws:///"):
        return False
    ready = [each for each in node["status"].get("conditions", []) if each["type"] == "Ready"]
    return any(
        each["status"] == "Unknown"
        and (now - datetime.datetime.fromisoformat(each["lastTransitionTime"])).total_seconds() >= SILENT_SECONDS
        for each in ready
    )


def forget(now):
    for node in call("GET", "/api/v1/nodes")["items"]:
        if not is_gone(node, now):
            continue
        metadata = node["metadata"]
        # Not if it has spoken meanwhile.
        seen = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
        call("DELETE", f"/api/v1/nodes/{metadata['name']}", {"preconditions": seen})
        print(f"{metadata['name']} has ended: its Node object is deleted", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--now", type=datetime.datetime.fromisoformat)
    options = parser.parse_args()
    while True:
        try:
            forget(options.now or datetime.datetime.now(datetime.timezone.utc))
        except OSError as error:
            print(f"can not look or delete: {error}", flush=True)
        if options.once:
            return
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
