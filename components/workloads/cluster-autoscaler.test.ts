import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { clusterAutoscaler } from "./cluster-autoscaler.ts";
import { buildExample } from "./example.ts";

const place = { account: "123456789012", region: "eu-north-1" };
const { container, identity, clusterAccess = [], namespaceAccess } = buildExample(clusterAutoscaler, place);

test("it finds the groups of its own environment by their tags", () => {
  expect(container.args).toContain(
    "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/example",
  );
});

test("it shows AWS the cluster's token for its account, and has no key", () => {
  expect(identity).toEqual({ path: "/var/run/secrets/splitfleet/aws/token", audience: "sts.amazonaws.com" });
  expect(container.env).toEqual({
    AWS_REGION: "eu-north-1",
    AWS_STS_REGIONAL_ENDPOINTS: "regional",
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/example-autoscaler",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/splitfleet/aws/token",
    KUBERNETES_SERVICE_HOST: "kubernetes.default.svc.cluster.local",
  });
});

test("it reaches three services of AWS in its region through the proxy, and nothing else outside", () => {
  expect(clusterAutoscaler.egress(place, {}).map(({ host, port }) => `${host}:${port}`)).toEqual([
    "autoscaling.eu-north-1.amazonaws.com:443",
    "ec2.eu-north-1.amazonaws.com:443",
    "sts.eu-north-1.amazonaws.com:443",
  ]);
});

test("of the cluster it changes nodes, pods that have to leave and its own lease, and reads no secret", () => {
  const reads = ["get", "list", "watch"];
  const changed = clusterAccess.flatMap(({ resources, verbs }) =>
    verbs.filter((verb) => !reads.includes(verb)).map((verb) => `${verb} ${resources.join(",")}`),
  );
  expect(changed).toEqual([
    "create events",
    "patch events",
    "create pods/eviction",
    "update pods/status",
    "delete nodes",
    "update nodes",
  ]);
  expect(clusterAccess.flatMap(({ resources }) => resources)).not.toContain("secrets");
  expect(namespaceAccess).toEqual([
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update"] },
  ]);
});

test("Node objects go of instances that have ended, and no others", async () => {
  const node = (name: string, providerID: string, status: string, lastTransitionTime: string) => ({
    metadata: { name, uid: `uid-${name}`, resourceVersion: "7" },
    spec: { providerID },
    status: { conditions: [{ type: "Ready", status, lastTransitionTime }] },
  });
  const items = [
    node("i-ended", "aws:///eu-north-1a/i-ended", "Unknown", "2026-11-21T11:50:00Z"),
    node("i-late", "aws:///eu-north-1a/i-late", "Unknown", "2026-11-21T11:50:01Z"),
    node("i-sick", "aws:///eu-north-1a/i-sick", "False", "2026-11-21T11:00:00Z"),
    node("i-well", "aws:///eu-north-1a/i-well", "True", "2026-11-21T11:00:00Z"),
    node("workshop-a", "splitfleet://factory/workshop-a", "Unknown", "2026-11-21T11:00:00Z"),
  ];
  const asked: unknown[] = [];
  const server = http.createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const body = chunks.join("");
      asked.push([`${request.method ?? ""} ${request.url ?? ""}`, body === "" ? undefined : JSON.parse(body)]);
      response.end(JSON.stringify({ items }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const program = path.join(import.meta.dirname, "cluster-autoscaler/forget.py");
  const { stdout } = await execa("python3", [program, "--once", "--now", "2026-11-21T12:00:00+00:00"], {
    env: { API_URL: `http://127.0.0.1:${port}`, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(stdout).toBe("i-ended has ended: its Node object is deleted");
  expect(asked).toEqual([
    ["GET /api/v1/nodes", undefined],
    ["DELETE /api/v1/nodes/i-ended", { preconditions: { uid: "uid-i-ended", resourceVersion: "7" } }],
  ]);
});
