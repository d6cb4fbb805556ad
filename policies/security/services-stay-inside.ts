import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, placeIn } from "../values.ts";

const SERVICE = "kubernetes:core/v1:Service";
const service = exampleRow(SERVICE, "api", {
  metadata: { name: "api" },
  spec: { ports: [{ port: 4000 }], selector: { app: "api" } },
});

export const servicesStayInside = resourceRule({
  id: "security/services-stay-inside",
  title: "Services are reached in the cluster and over the mesh only",
  why:
    "A service of type LoadBalancer or NodePort listens on every node's addresses, the public ones included, and " +
    "past the firewall rule that somebody wrote for another port. It also rents a load balancer at some clouds.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Use type ClusterIP; the mesh reaches it by its subnet route, the public by the tunnel.",
  source: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
  types: [SERVICE],
  examples: [
    good("nothing said, which is ClusterIP", service),
    bad("a load balancer", changed(service, "spec.type", "LoadBalancer"), "spec.type"),
    bad("addresses of nodes", changed(service, "spec.externalIPs", ["203.0.113.7"]), "spec.externalIPs"),
    boundary("a port of each node", changed(service, "spec.type", "NodePort"), "spec.type"),
    boundary("an empty list of addresses", changed(service, "spec.externalIPs", [])),
    unknown("a type that `up` decides", changed(service, "spec.type", UNKNOWN), "spec.type"),
  ],

  *inspect(row) {
    yield* demand(placeIn(row, "spec", "type"), {
      isMet: (value) => value === undefined || value === "ClusterIP" || value === "ExternalName",
      limit: "ClusterIP",
      message: `${row.name} listens on the addresses of nodes.`,
    });
    yield* demand(placeIn(row, "spec", "externalIPs"), {
      isMet: (value) => asList(value).length === 0,
      limit: "none",
      message: `${row.name} answers on addresses from outside.`,
    });
  },
});
