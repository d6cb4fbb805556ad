import { expect, test } from "vitest";
import type { MeshEnvironment } from "./flow.ts";
import { meshGrants, meshPolicy } from "./policy.ts";

const lab: MeshEnvironment = {
  name: "lab",
  operators: ["ada@example.org"],
  pools: [
    { tag: "tag:lab-core", announced: { range: "10.1.0.0/24", addresses: { "lab-core-1": "10.1.0.11" } } },
    { tag: "tag:lab-edge" },
  ],
  flows: [
    { from: "tag:lab-edge", to: "10.1.0.0/24", protocol: "tcp", port: 6443, why: "agents join" },
    { from: "tag:lab-edge", to: "tag:lab-core", protocol: "tcp", port: 6443, why: "agents join" },
    { from: "10.1.0.0/24", to: "tag:lab-edge", protocol: "udp", port: 8472, why: "pods reach pods" },
    { from: "tag:lab-edge", to: "tag:lab-edge", protocol: "udp", port: 8472, why: "pods reach pods" },
    { from: "autogroup:member", to: "tag:lab-core", protocol: "tcp", port: 3000, why: "people use grafana" },
  ],
};
const shop: MeshEnvironment = {
  name: "shop",
  operators: [],
  pools: [{ tag: "tag:shop-core" }],
  flows: [{ from: "tag:shop-core", to: "tag:shop-core", protocol: "tcp", port: 5432, why: "n8n needs postgres" }],
};

test("an environment's policy names who may reach whom, and tries it", () => {
  expect(meshPolicy([lab])).toEqual({
    groups: { "group:lab-operators": ["ada@example.org"] },
    hosts: { "lab-core-1": "10.1.0.11" },
    tagOwners: {
      "tag:lab": ["group:lab-operators"],
      "tag:lab-core": ["tag:lab"],
      "tag:lab-edge": ["tag:lab"],
    },
    autoApprovers: { routes: { "10.1.0.0/24": ["tag:lab-core"] } },
    grants: [
      { src: ["tag:lab-edge"], dst: ["10.1.0.0/24", "tag:lab-core"], ip: ["tcp:6443"] },
      { src: ["10.1.0.0/24", "tag:lab-edge"], dst: ["tag:lab-edge"], ip: ["udp:8472"] },
      { src: ["autogroup:member"], dst: ["tag:lab-core"], ip: ["tcp:3000"] },
    ],
    ssh: [
      {
        action: "accept",
        src: ["group:lab-operators", "tag:lab"],
        dst: ["tag:lab-core", "tag:lab-edge"],
        users: ["root"],
      },
    ],
    tests: [
      {
        src: "tag:lab-edge",
        proto: "tcp",
        accept: ["lab-core-1:6443", "tag:lab-core:6443"],
        deny: ["tag:lab-core:22", "tag:lab-edge:22"],
      },
      { src: "lab-core-1", proto: "udp", accept: ["tag:lab-edge:8472"] },
      { src: "tag:lab-edge", proto: "udp", accept: ["tag:lab-edge:8472"] },
      { src: "autogroup:member", proto: "tcp", accept: ["tag:lab-core:3000"] },
      { src: "tag:lab-core", proto: "tcp", deny: ["tag:lab-core:22", "tag:lab-edge:22"] },
    ],
    sshTests: [
      { src: "group:lab-operators", dst: ["tag:lab-core", "tag:lab-edge"], accept: ["root"] },
      { src: "tag:lab", dst: ["tag:lab-core", "tag:lab-edge"], accept: ["root"] },
      { src: "tag:lab-core", dst: ["tag:lab-core", "tag:lab-edge"], deny: ["root"] },
      { src: "tag:lab-edge", dst: ["tag:lab-core", "tag:lab-edge"], deny: ["root"] },
    ],
  });
});

test("environments of one tailnet are tried against each other's ports", () => {
  const { tests } = meshPolicy([lab, shop]);
  expect(tests.filter(({ deny }) => deny?.some((target) => target.startsWith("tag:shop")))).toEqual([
    {
      src: "tag:lab-edge",
      proto: "tcp",
      accept: ["lab-core-1:6443", "tag:lab-core:6443"],
      deny: ["tag:lab-core:22", "tag:lab-edge:22", "tag:shop-core:5432"],
    },
    {
      src: "tag:shop-core",
      proto: "tcp",
      accept: ["tag:shop-core:5432"],
      deny: ["tag:shop-core:22", "lab-core-1:6443", "tag:lab-core:6443", "tag:lab-core:3000"],
    },
    { src: "tag:lab-core", proto: "tcp", deny: ["tag:lab-core:22", "tag:lab-edge:22", "tag:shop-core:5432"] },
  ]);
});

test("without operators only the machine that brings an environment up owns its tags and logs in", () => {
  const { groups, tagOwners, ssh } = meshPolicy([shop]);
  expect(groups).toEqual({});
  expect(tagOwners).toEqual({ "tag:shop": [], "tag:shop-core": ["tag:shop"] });
  expect(ssh).toEqual([{ action: "accept", src: ["tag:shop"], dst: ["tag:shop-core"], users: ["root"] }]);
});

test("a grant says why, and grants that differ in who alone are one", () => {
  expect(meshGrants([lab]).map(({ why }) => why)).toEqual(["agents join", "pods reach pods", "people use grafana"]);
});

test("no environment at all closes the tailnet: the key of the grants is there", () => {
  expect(meshPolicy([]).grants).toEqual([]);
});
