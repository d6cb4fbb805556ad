import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Row } from "../policies/row.ts";
import { asList, asObject, asText } from "../policies/values.ts";
import { rowOf, rowsOf, sandbox } from "./harness.ts";
import { userDataOf } from "./user-data.ts";

const GROUP = "aws:autoscaling/group:Group";
const TEMPLATE = "k8s.io/cluster-autoscaler/node-template/";
const k3s = z.object({ "node-label": z.array(z.string()), "node-taint": z.array(z.string()) });

const rows = await rowsOf(await sandbox());

function tagsOf(row: Row, below = ""): Record<string, string> {
  const tags = asList(row.inputs["tags"]).map((tag) => asObject(tag) ?? {});
  return Object.fromEntries(
    tags
      .map(({ key, value }) => [asText(key) ?? "", asText(value) ?? ""] as const)
      .filter(([key]) => key.startsWith(below))
      .map(([key, value]) => [key.slice(below.length), value]),
  );
}

/** A file that the launch template's user data brings. */
function broughtFile(suffix: string): string {
  const [data] = userDataOf(rows.filter(({ name }) => name === "burst-template"));
  const file = data?.document.write_files.find(({ path }) => path.endsWith(suffix));
  if (file === undefined) throw new Error(`no file ${suffix}`);
  return file.content;
}

describe("what the autoscaler is told of the next node of a burst pool", () => {
  const group = rowOf(rows, GROUP, "burst-group");
  const config = k3s.parse(parse(broughtFile("files/etc/rancher/k3s/config.yaml")));

  it("is the labels that its kubelet registers with", () => {
    const labels = Object.fromEntries(config["node-label"].map((label) => label.split("=")));
    expect(tagsOf(group, `${TEMPLATE}label/`)).toEqual(labels);
    expect(labels).toEqual({
      "splitfleet/environment": "sandbox",
      "splitfleet/team": "platform",
      "splitfleet/data-class": "internal",
      "splitfleet/pool": "burst",
      "k8s.amazonaws.com/accelerator": "NVIDIA-H100-80GB-HBM3",
    });
  });

  it("is the taints that its kubelet registers with", () => {
    const tags = tagsOf(group, `${TEMPLATE}taint/`);
    expect(Object.entries(tags).map(([key, value]) => `${key}=${value}`)).toEqual(config["node-taint"]);
    expect(config["node-taint"]).toEqual(["splitfleet/burst=true:NoSchedule"]);
  });

  it("is what the kubelet leaves to pods, GPUs and disk included", () => {
    // 2,048 GiB less what the system, the mesh and k3s keep; 95 % of a disk of 200 GiB.
    expect(tagsOf(group, `${TEMPLATE}resources/`)).toEqual({
      cpu: "192",
      memory: `${2048 * 1024 - 665}Mi`,
      "ephemeral-storage": "194560Mi",
      "nvidia.com/gpu": "8",
    });
  });
});

describe("the way of a burst node into the cluster", () => {
  it("is by the role of its instance profile, bound by name to Vault's role, for this Vault alone", () => {
    const role = rowOf(rows, "vault:aws/authBackendRole:AuthBackendRole", "sandbox-burst-role");
    expect(role.inputs).toMatchObject({
      role: "sandbox-burst",
      authType: "iam",
      resolveAwsUniqueIds: false,
      tokenPolicies: ["sandbox-burst"],
    });
    const client = rowOf(rows, "vault:aws/authBackendClient:AuthBackendClient", "vault-aws-client");
    expect(client.inputs).toEqual({
      backend: "splitfleet/aws",
      iamServerIdHeaderValue: "vault.sandbox.ts.net",
      useStsRegionFromClient: true,
    });
    expect(JSON.parse(broughtFile("files/etc/splitfleet/join.json"))).toEqual({
      vault: "https://vault.sandbox.ts.net:8200",
      server: "vault.sandbox.ts.net",
      mount: "splitfleet/aws",
      role: "sandbox-burst",
      secret: "splitfleet/kv/data/sandbox/k3s/agent-token",
      gpus: 8,
      leastDriver: "525.60.13",
    });
  });
});
