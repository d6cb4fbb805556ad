import path from "node:path";
import { expect, test } from "vitest";
import { meshGrants } from "../../components/mesh/policy.ts";
import { loadEnvironment, type ResolvedEnvironment } from "../environment-file.ts";
import { meshEnvironment } from "./mesh.ts";

const load = (name: string): Promise<ResolvedEnvironment> =>
  loadEnvironment(path.join(import.meta.dirname, "..", `Pulumi.${name}.yaml`));
const lines = (environment: ResolvedEnvironment): string[] =>
  meshGrants([meshEnvironment(environment)]).map(({ src, dst, ip, why }) =>
    `${src.join(" ")} -> ${dst.join(" ")}, ${ip.join(" ")}: ${why}`.replaceAll("tag:", ""),
  );

test("a cluster over three sites needs the API server, Vault, kubelets and VXLAN across the mesh", async () => {
  const environment = await load("sandbox");
  expect(lines(environment)).toEqual([
    "group:sandbox-operators sandbox -> sandbox-operations sandbox-inference sandbox-workshop sandbox-burst, tcp:22: " +
      "operators deliver node bundles and log in",
    "group:sandbox-operators sandbox -> sandbox-operations, tcp:6443: operators call the API server",
    "group:sandbox-operators sandbox -> sandbox-operations, tcp:8200: operators write to Vault",
    "sandbox-workshop sandbox-burst -> sandbox-operations, tcp:6443: agents join by the server's name in the mesh",
    "sandbox-workshop sandbox-burst -> 10.10.1.0/24, tcp:6443: " +
      "agents and their pods call the API server at its private address",
    "sandbox-operations sandbox-inference sandbox-workshop sandbox-burst -> sandbox-operations, tcp:8200: " +
      "nodes fetch their tokens, and pods their secrets, from Vault",
    "sandbox-operations sandbox-inference -> sandbox-workshop sandbox-burst, tcp:10250: " +
      "the API server and the metrics server call kubelets",
    "10.10.1.0/24 10.10.2.0/24 sandbox-workshop sandbox-burst -> sandbox-workshop sandbox-burst, udp:8472: " +
      "pods reach pods of foreign nodes",
    "sandbox-workshop sandbox-burst -> 10.10.1.0/24 10.10.2.0/24, udp:8472: " +
      "pods of foreign nodes reach pods at Hetzner",
  ]);
});

test("a foreign pool that any pod may be placed on may run the metrics server, which calls every kubelet", async () => {
  const { spec, lock } = structuredClone(await load("sandbox"));
  const { workshop } = spec.pools;
  if (workshop?.kind === "onprem") workshop.taints = [];
  expect(lines({ spec, lock }).filter((line) => line.includes(":10250"))).toEqual([
    "sandbox-operations sandbox-inference sandbox-workshop -> sandbox-workshop sandbox-burst, tcp:10250: " +
      "the API server and the metrics server call kubelets",
    "sandbox-workshop -> 10.10.1.0/24 10.10.2.0/24, tcp:10250: " +
      "the metrics server calls kubelets at their private addresses",
  ]);
});

test("a cluster at Hetzner alone needs the mesh for Vault and for people", async () => {
  expect(lines(await load("production"))).toEqual([
    "group:production-operators production -> production-operations production-inference, tcp:22: " +
      "operators deliver node bundles and log in",
    "group:production-operators production -> production-operations, tcp:6443: operators call the API server",
    "group:production-operators production -> production-operations, tcp:8200: operators write to Vault",
    "production-operations production-inference -> production-operations, tcp:8200: " +
      "nodes fetch their tokens, and pods their secrets, from Vault",
  ]);
});

test("servers with Docker Compose open what people use and what workloads of the other server need", async () => {
  expect(lines(await load("starter")).slice(1, 6)).toEqual([
    "autogroup:member -> starter-inference, tcp:4000: people use litellm",
    "autogroup:member -> starter-operations, tcp:3000: people use grafana",
    "autogroup:member -> starter-operations, tcp:5678: people use n8n",
    "starter-operations -> starter-inference, tcp:9000: prometheus needs embeddings",
    "starter-operations -> starter-inference, tcp:4001: prometheus needs litellm",
  ]);
});

test("operators alone use the dashboard of Coolify", async () => {
  const { spec, lock } = structuredClone(await load("starter"));
  const { operations } = spec.pools;
  if (operations?.kind === "hetzner") operations.coolify = true;
  expect(lines({ spec, lock }).filter((line) => line.includes("Coolify"))).toEqual(
    [8000, 6001, 6002].map(
      (port) => `group:starter-operators starter -> starter-operations, tcp:${port}: operators use Coolify's dashboard`,
    ),
  );
});

test("a server's own address is announced out of its pool's subnet", async () => {
  const { pools } = meshEnvironment(await load("sandbox"));
  expect(pools).toEqual([
    {
      tag: "tag:sandbox-operations",
      announced: { range: "10.10.1.0/24", addresses: { "sandbox-operations-1": "10.10.1.11" } },
    },
    {
      tag: "tag:sandbox-inference",
      announced: {
        range: "10.10.2.0/24",
        addresses: { "sandbox-inference-1": "10.10.2.11", "sandbox-inference-2": "10.10.2.12" },
      },
    },
    { tag: "tag:sandbox-workshop" },
    { tag: "tag:sandbox-burst" },
  ]);
});
