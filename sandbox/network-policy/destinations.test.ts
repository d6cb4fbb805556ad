import { expect, test } from "vitest";
import { arrivalOf } from "./destinations.ts";
import type { Flow } from "./flow.ts";
import type { Manifests, Service } from "./manifests.ts";

const labels = { "app.kubernetes.io/name": "api" };
const service: Service = {
  namespace: "team-a",
  name: "api",
  selector: labels,
  ports: [{ port: 80, targetPort: 8080, protocol: "TCP" }],
};
const flow: Flow = {
  from: { kind: "namespace", namespace: "team-b" },
  to: { kind: "workload", namespace: "team-a", name: "api" },
  port: 80,
  protocol: "TCP",
  why: "",
};

/** Where the flow arrives behind a service with changes, or without one. */
function arrival(change: Partial<Service> | undefined, changed: Partial<Flow> = {}): number | string {
  const manifests: Manifests = {
    namespaces: {},
    pods: [{ namespace: "team-a", name: "api", labels, hostNetwork: false }],
    services: change === undefined ? [] : [{ ...service, ...change }],
    policies: [],
  };
  const result = arrivalOf({ ...flow, ...changed }, manifests);
  return "port" in result ? result.port : result.lost;
}

test("a flow arrives at the port that the service leads to", () => {
  expect(arrival({})).toBe(8080);
  expect(arrival({ ports: [{ port: 80, protocol: "TCP" }] })).toBe(80);
});

test.each<[string, Partial<Service> | undefined]>([
  ["no service is called team-a/api", undefined],
  ["the service team-a/api selects app=other, which its pods do not have", { selector: { app: "other" } }],
  ["the service team-a/api has no port 80/TCP", { ports: [{ port: 80, protocol: "UDP" }] }],
  [
    "the service team-a/api leads to the port named web, and containers name none",
    { ports: [{ port: 80, targetPort: "web", protocol: "TCP" }] },
  ],
])("a flow is lost: %s", (reason, change) => {
  expect(arrival(change)).toBe(reason);
});

test("a flow to a workload without pods is lost", () => {
  const to = { kind: "workload", namespace: "team-a", name: "gone" } as const;
  expect(arrival({}, { to })).toBe("no controller makes the pods of team-a/gone");
});

test("a flow to addresses or to what Kubernetes runs needs no service of ours", () => {
  expect(arrival(undefined, { to: { kind: "addresses", range: "10.0.0.1/32" } })).toBe(80);
  expect(arrival(undefined, { to: { kind: "workload", namespace: "kube-system", name: "kube-dns" } })).toBe(80);
});
