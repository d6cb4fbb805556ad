import { expect, test } from "vitest";
import type { Flow } from "./flow.ts";
import { addressText, intervalText } from "./intervals.ts";
import type { Manifests } from "./manifests.ts";
import { type End, isOf, type Peer, peersOf, portsOf } from "./peers.ts";

const api = { namespace: "team-a", name: "api", labels: { "app.kubernetes.io/name": "api" }, hostNetwork: false };
const flow: Flow = {
  from: { kind: "addresses", range: "100.64.0.0/10" },
  to: { kind: "workload", namespace: "team-a", name: "api" },
  port: 80,
  protocol: "TCP",
  why: "",
};
const manifests = (cidr: string, pods = [api]): Manifests => ({
  namespaces: { "team-a": { tier: "gold" } },
  pods,
  services: [],
  policies: [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace: "team-a", name: "api" },
      spec: {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 80 }, { port: 9000, endPort: 9009 }] }],
      },
    },
  ],
});

const text = (end: End) =>
  end.kind === "addresses" ? intervalText(end.addresses, addressText) : Object.values(end).join(" ");
const peers = (of: Manifests): Peer[] => peersOf(of, [flow], "10.42.0.0/16");

test("everybody is there who could stand at an end of a connection", () => {
  expect(
    peers(manifests("192.168.0.0/16")).map(({ end, labels = {} }) => [text(end), ...Object.values(labels)]),
  ).toEqual([
    ["pods team-a api", "api"],
    ["pods kube-system kube-dns", "kube-dns"],
    ["other-pods team-a"],
    ["other-pods kube-system"],
    ["other-pods any-other-namespace"],
    ["other-pods team-a", "another"],
    ["look-alike team-a kube-system/kube-dns", "kube-dns"],
    ["look-alike kube-system team-a/api", "api"],
    ["look-alike any-other-namespace team-a/api", "api"],
    ["look-alike any-other-namespace kube-system/kube-dns", "kube-dns"],
    ["0.0.0.0-10.41.255.255"],
    ["10.43.0.0-100.63.255.255"],
    ["100.64.0.0-100.127.255.255"],
    ["100.128.0.0-192.167.255.255"],
    ["192.168.0.0-192.168.255.255"],
    ["192.169.0.0-255.255.255.255"],
  ]);
});

test("only the fleet's namespaces are governed, and have the label that the API server sets", () => {
  const all = peers(manifests("192.168.0.0/16"));
  expect([...new Set(all.filter(({ governed }) => governed).map(({ namespace }) => namespace))]).toEqual(["team-a"]);
  expect(all[0]?.namespaceLabels).toEqual({ tier: "gold", "kubernetes.io/metadata.name": "team-a" });
});

test("a range that tells pods apart by their addresses makes several peers of each", () => {
  const addresses = peers(manifests("10.42.128.0/17")).filter(({ end }) => text(end) === "pods team-a api");
  expect(addresses.map(({ address }) => address)).toEqual(["10.42.0.0", "10.42.128.0"]);
});

test("pods on their node's network are no peers", () => {
  const all = peers(manifests("192.168.0.0/16", [{ ...api, hostNetwork: true }]));
  expect(all.filter(({ end }) => end.kind === "pods").map(({ end }) => text(end))).toEqual([
    "pods kube-system kube-dns",
  ]);
});

test("a party names the peers that it covers", () => {
  const names = (party: Flow["from"]) =>
    peers(manifests("100.64.0.0/16"))
      .filter((peer) => isOf(peer, party))
      .map(({ end }) => text(end));
  expect(names(flow.from)).toEqual(["100.64.0.0-100.64.255.255", "100.65.0.0-100.127.255.255"]);
  expect(names(flow.to)).toEqual(["pods team-a api"]);
  expect(names({ kind: "namespace", namespace: "team-a" })).toEqual([
    "pods team-a api",
    "other-pods team-a",
    "other-pods team-a",
    "look-alike team-a kube-system/kube-dns",
  ]);
});

test("ports are cut where a policy or a declaration tells them apart", () => {
  expect(portsOf(manifests("0.0.0.0/0"), [{ port: 443 }]).map((ports) => intervalText(ports))).toEqual([
    "1-79",
    "80",
    "81-442",
    "443",
    "444-8999",
    "9000-9009",
    "9010-65535",
  ]);
});
