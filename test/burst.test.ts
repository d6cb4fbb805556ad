import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Row } from "../policies/row.ts";
import { asList, asObject, asText } from "../policies/values.ts";
import { pool as poolSchema, type PoolOf } from "../stacks/spec/pools.ts";
import { rowOf, rowsOf, sandbox } from "./harness.ts";
import { userDataOf } from "./user-data.ts";

const GROUP = "aws:autoscaling/group:Group";
const TEMPLATE = "k8s.io/cluster-autoscaler/node-template/";
const k3s = z.object({ "node-label": z.array(z.string()), "node-taint": z.array(z.string()) });

const servers = z.object({ "kube-apiserver-arg": z.array(z.string()) });
const statements = z.object({
  Statement: z.array(
    z.object({ Action: z.array(z.string()), Resource: z.string(), Condition: z.looseObject({}).optional() }),
  ),
});
const SCHEDULE = "aws:autoscaling/schedule:Schedule";

const rows = await rowsOf(await sandbox());
const rowsWith = async (change: Partial<PoolOf<"aws">>): Promise<readonly Row[]> =>
  rowsOf(
    await sandbox(({ spec }) => {
      const pool = spec.pools["burst"];
      if (pool?.kind === "aws") Object.assign(pool, change);
    }),
  );

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
  it("is under a name of its own, which no later instance has", () => {
    const { inputs } = rowOf(rows, "aws:ec2/launchTemplate:LaunchTemplate", "burst-template");
    expect(inputs["privateDnsNameOptions"]).toEqual({ hostnameType: "resource-name" });
    expect(parse(broughtFile("files/etc/rancher/k3s/config.yaml"))).not.toHaveProperty("node-name");
  });

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
      iamServerIdHeaderValue: "sandbox-operations-1.sandbox.ts.net",
      useStsRegionFromClient: true,
    });
    expect(JSON.parse(broughtFile("files/etc/splitfleet/join.json"))).toEqual({
      vault: "https://sandbox-operations-1.sandbox.ts.net:8200",
      server: "sandbox-operations-1.sandbox.ts.net",
      mount: "splitfleet/aws",
      role: "sandbox-burst",
      secret: "splitfleet/kv/data/sandbox/k3s/agent-token",
      gpus: 8,
      leastDriver: "525.60.13",
    });
  });
});

describe("a burst pool that is not always wanted", () => {
  const schedulesIn = (all: readonly Row[]) =>
    Object.fromEntries(
      all.flatMap(({ type, inputs }) => {
        const { autoscalingGroupName: _, scheduledActionName, ...rest } = inputs;
        return type === SCHEDULE ? [[asText(scheduledActionName) ?? "", rest]] : [];
      }),
    );
  const hours = { from: "08:00", to: "20:30", days: ["mon", "fri"], timeZone: "Europe/Berlin" } as const;
  const closed = { minSize: 0, maxSize: 0, desiredCapacity: 0 };

  it("has no schedule unless it is asked for", () => {
    expect(schedulesIn(rows)).toEqual({});
    expect(rows.filter(({ type }) => type === "aws:autoscaling/lifecycleHook:LifecycleHook")).toEqual([]);
  });

  it("is closed by AWS out of its hours, opened in them, and never told how many nodes it has", async () => {
    const all = await rowsWith({ hours: { ...hours, days: [...hours.days] }, maximum: 2 });
    expect(schedulesIn(all)).toEqual({
      open: { minSize: 0, maxSize: 2, desiredCapacity: -1, recurrence: "0 8 * * 1,5", timeZone: "Europe/Berlin" },
      close: { ...closed, recurrence: "30 20 * * 1,5", timeZone: "Europe/Berlin" },
    });
    expect(rowOf(all, "aws:autoscaling/lifecycleHook:LifecycleHook", "burst-drain").inputs).toMatchObject({
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 120,
      defaultResult: "CONTINUE",
    });
  });

  it("is ended by AWS after its last day, which no hours open again, and says so on all that it starts", async () => {
    const all = await rowsWith({ expires: "2026-12-31", hours: { ...hours, days: [...hours.days] } });
    const end = "2027-01-01T00:00:00Z";
    expect(schedulesIn(all)).toMatchObject({
      open: { endTime: end },
      close: { endTime: end },
      end: { ...closed, startTime: end },
    });
    const tags = asList(rowOf(all, GROUP, "burst-group").inputs["tags"]);
    expect(tags).toContainEqual({ key: "splitfleet/expires", value: "2026-12-31", propagateAtLaunch: true });
  });
});

describe("the autoscaler of burst pools", () => {
  const ISSUER = "https://identity.example.com";
  const scaled = async (): Promise<readonly Row[]> =>
    rowsOf(
      await sandbox(({ spec, lock }) => {
        if (spec.cluster !== undefined) spec.cluster.issuer = ISSUER;
        const entry = { team: "platform", pool: "operations", dataClass: "internal" } as const;
        const place = { account: "123456789012", region: "eu-north-1" };
        spec.workloads["autoscaler"] = { kind: "cluster-autoscaler", ...entry, ...place };
        for (const image of ["cluster-autoscaler", "python"]) {
          lock.images[image] = `registry.example.org/${image}@sha256:${"0".repeat(64)}`;
        }
      }),
    );

  it("is at AWS who its cluster says that it is, and nobody else", async () => {
    const all = await scaled();
    const role = rowOf(all, "aws:iam/role:Role", "autoscaler-role");
    expect(role.inputs["name"]).toBe("sandbox-autoscaler");
    expect(JSON.parse(asText(role.inputs["assumeRolePolicy"]) ?? "")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/identity.example.com" },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "identity.example.com:aud": "sts.amazonaws.com",
              "identity.example.com:sub": "system:serviceaccount:team-platform:autoscaler",
            },
          },
        },
      ],
    });
    expect(rowOf(all, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "autoscaler-issuer").inputs).toMatchObject(
      { url: ISSUER, clientIdLists: ["sts.amazonaws.com"] },
    );
  });

  it("changes groups of its own environment and no other, by the tag that these have", async () => {
    const policy = rowOf(await scaled(), "aws:iam/rolePolicy:RolePolicy", "autoscaler-groups").inputs["policy"];
    const [reads, changes] = statements.parse(JSON.parse(asText(policy) ?? "")).Statement;
    expect(reads?.Resource).toBe("*");
    expect(reads?.Action.filter((action) => !/:Describe/.test(action))).toEqual([]);
    expect(changes).toEqual({
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: "arn:aws:autoscaling:eu-north-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*",
      Condition: { StringEquals: { "aws:ResourceTag/k8s.io/cluster-autoscaler/sandbox": "owned" } },
    });
    expect(tagsOf(rowOf(rows, GROUP, "burst-group"))["k8s.io/cluster-autoscaler/sandbox"]).toBe("owned");
  });

  it("shows a token of its account that is for AWS alone, signed by the issuer that AWS knows", async () => {
    const all = await scaled();
    const pods = rowOf(all, "kubernetes:apps/v1:Deployment", "autoscaler-deployment").inputs["spec"];
    const mount = { name: "identity", mountPath: "/var/run/secrets/splitfleet/aws", readOnly: true };
    expect(pods).toMatchObject({
      template: {
        spec: {
          serviceAccountName: "autoscaler",
          volumes: [
            { name: "config" },
            {
              name: "identity",
              projected: {
                sources: [
                  {
                    serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600, path: "token" },
                  },
                ],
              },
            },
          ],
          containers: [{ name: "main", volumeMounts: expect.arrayContaining([mount]) }, { name: "forget" }],
        },
      },
    });
    const server = rowOf(all, "splitfleet:compute:NodeConfiguration", "operations-1-configuration");
    const files = asObject(server.inputs["files"]) ?? {};
    const flags = servers.parse(parse(asText(files["/etc/rancher/k3s/config.yaml"]) ?? ""))["kube-apiserver-arg"];
    expect(flags.filter((flag) => flag.startsWith("service-account-"))).toEqual([
      "service-account-extend-token-expiration=false",
      `service-account-issuer=${ISSUER}`,
      "service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `service-account-jwks-uri=${ISSUER}/openid/v1/jwks`,
    ]);
  });
});

describe("a burst pool with a Capacity Block", () => {
  const capacityBlock = {
    offering: "cb-0123456789abcdef0",
    hours: 48,
    upfrontUsd: 12_000,
    approval: { by: "cto@example.com", until: "2026-12-31", upfrontUsd: 12_000, reason: "the release's training run" },
  };

  it("buys what was approved, and nothing on spot", async () => {
    const all = await rowsWith({ capacityBlock, instanceTypes: ["p5.48xlarge"], zones: ["a"], maximum: 2 });
    expect(rowOf(all, "splitfleet:compute:CapacityBlock", "burst-block").inputs).toEqual({
      ...capacityBlock,
      instances: 2,
    });
    expect(
      rowOf(all, "aws:ec2/capacityBlockReservation:CapacityBlockReservation", "burst-block-reservation").inputs,
    ).toMatchObject({ capacityBlockOfferingId: "cb-0123456789abcdef0", instancePlatform: "Linux/UNIX" });
    expect(rowOf(all, "aws:ec2/launchTemplate:LaunchTemplate", "burst-template").inputs).toMatchObject({
      instanceType: "p5.48xlarge",
      instanceMarketOptions: { marketType: "capacity-block" },
    });
    const { mixedInstancesPolicy } = rowOf(all, GROUP, "burst-group").inputs;
    expect(mixedInstancesPolicy).toBeUndefined();
  });

  it("is no pool without an approval", () => {
    const { approval: _, ...unapproved } = capacityBlock;
    const pool = { kind: "aws", site: "stockholm", dataClass: "internal", instanceTypes: ["p5.48xlarge"], maximum: 2 };
    const parsed = poolSchema.safeParse({ ...pool, zones: ["a"], capacityBlock: unapproved });
    expect(parsed.error?.issues.map(({ path }) => path.join("."))).toEqual(["capacityBlock.approval"]);
  });
});
