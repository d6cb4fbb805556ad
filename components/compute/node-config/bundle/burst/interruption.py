"""Empties the node before AWS takes it away. Works with the kubelet's own certificate, so it can cordon this node and evict
its pods and nothing else; that the node takes no pods becomes a taint by the cluster's own controller."""

import argparse
import json
import socket
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from metadata import ADDRESS, Metadata

K3S = "/var/lib/rancher/k3s/agent"
ANNOTATION = "splitfleet/interruption"
# As AWS advises (EC2 User Guide, "Spot Instance interruption notices"); faster once pods are to leave.
WATCH_SECONDS = 5
DRAIN_SECONDS = 1


def notice(metadata):
    """What AWS is going to do and, where it says, when; whether pods have to leave now. None while all is well."""
    action = metadata.read("spot/instance-action")
    if action is not None:
        said = json.loads(action)
        return f"{said['action']} at {said['time']}", True
    # Of a group with a hook at its end: it is made smaller, by whom ever.
    if metadata.read("autoscaling/target-lifecycle-state") == "Terminated":
        return "the group ends the instance", True
    rebalance = metadata.read("events/recommendations/rebalance")
    if rebalance is not None:
        return f"rebalance recommended at {json.loads(rebalance)['noticeTime']}", False
    return None


class Cluster:
    def __init__(self, address, node, folder):
        self._address = address
        self._node = node
        self._folder = folder

    def cordon(self, reason):
        patch = {"metadata": {"annotations": {ANNOTATION: reason}}, "spec": {"unschedulable": True}}
        self._ask("PATCH", f"nodes/{self._node}", patch, "application/merge-patch+json")

    def drain(self):
        """Asks every pod to leave that has not been asked; the API server marks them as disrupted. Says how many are there."""
        selector = urllib.parse.quote(f"spec.nodeName={self._node}")
        there = [pod for pod in self._ask("GET", f"pods?fieldSelector={selector}")["items"] if has_to_leave(pod)]
        for pod in there:
            if "deletionTimestamp" not in pod["metadata"]:
                self._evict(pod["metadata"]["namespace"], pod["metadata"]["name"])
        return len(there)

    def _evict(self, namespace, name):
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
        try:
            self._ask("POST", f"namespaces/{namespace}/pods/{name}/eviction", body)
        except urllib.error.HTTPError as refused:
            # 429: a disruption budget does not allow it now; 404: it has left by itself.
            if refused.code not in (404, 429):
                raise

    def _ask(self, method, path, body=None, content_type="application/json"):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": content_type}
        request = urllib.request.Request(f"{self._address}/api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10, context=self._context()) as answer:
            return json.load(answer)

    def _context(self):
        """Read anew each time: k3s renews the certificate."""
        if not self._address.startswith("https:"):
            return None
        context = ssl.create_default_context(cafile=f"{self._folder}/server-ca.crt")
        context.load_cert_chain(f"{self._folder}/client-kubelet.crt", f"{self._folder}/client-kubelet.key")
        return context


def has_to_leave(pod):
    """Pods of daemon sets and of the node's own files stay; those that have ended are no concern."""
    owners = {owner["kind"] for owner in pod["metadata"].get("ownerReferences", [])}
    return owners.isdisjoint({"DaemonSet", "Node"}) and pod["status"].get("phase") not in ("Succeeded", "Failed")


class Watcher:
    def __init__(self, metadata, cluster, say):
        self._metadata = metadata
        self._cluster = cluster
        self._say = say
        self._answered = None
        self._left = None

    def look(self):
        """One look, and what it asks for. Returns the seconds until the next."""
        said = notice(self._metadata)
        if said is None:
            return WATCH_SECONDS
        reason, pods_leave = said
        if reason != self._answered:
            self._cluster.cordon(reason)
            self._say(f"{reason}: the node takes no more pods")
            self._answered = reason
        if not pods_leave:
            return WATCH_SECONDS
        left = self._cluster.drain()
        if left != self._left:
            self._say(f"{left} pods have to leave")
            self._left = left
        return DRAIN_SECONDS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--metadata", default=ADDRESS)
    parser.add_argument("--api", default="https://127.0.0.1:6444")
    parser.add_argument("--node", default=socket.gethostname().lower())
    parser.add_argument("--certificates", default=K3S)
    options = parser.parse_args()

    def say(text):
        print(text, file=sys.stderr, flush=True)

    cluster = Cluster(options.api, options.node, options.certificates)
    watcher = Watcher(Metadata(options.metadata), cluster, say)
    trouble = None
    while True:
        try:
            pause = watcher.look()
            trouble = None
        # Whatever does not answer now may answer in a second, and nobody else does this.
        except (OSError, ValueError, KeyError) as error:
            pause = DRAIN_SECONDS
            if str(error) != trouble:
                say(f"can not look or act: {error}")
                trouble = str(error)
        time.sleep(pause)


if __name__ == "__main__":
    main()
