import { beforeAll, describe, expect, test } from "vitest";
import { UNKNOWN, type Row } from "../policies/row.ts";
import { rowOf, rowsOf, sandbox, tree } from "./harness.ts";

let rows: readonly Row[];
let root: string;

beforeAll(async () => {
  rows = await rowsOf(await sandbox());
  root = rowOf(rows, "pulumi:pulumi:Stack", "splitfleet-sandbox").urn;
});

const componentTree = (type: string, name: string): string => tree(rows, rowOf(rows, type, name).urn);

test("a Hetzner pool keeps its servers apart and gives each its own key and private address", () => {
  expect(componentTree("splitfleet:compute:HetznerPool", "inference")).toBe(`\
inference-1: splitfleet:compute:HetznerNode
  inference-1-attachment: hcloud:index/serverNetwork:ServerNetwork
  inference-1-configuration: splitfleet:compute:NodeConfiguration
    inference-1-configuration-apply: command:remote:Command
  inference-1-join-key: tailscale:index/tailnetKey:TailnetKey
  inference-1-server: hcloud:index/server:Server
inference-2: splitfleet:compute:HetznerNode
  inference-2-attachment: hcloud:index/serverNetwork:ServerNetwork
  inference-2-configuration: splitfleet:compute:NodeConfiguration
    inference-2-configuration-apply: command:remote:Command
  inference-2-join-key: tailscale:index/tailnetKey:TailnetKey
  inference-2-server: hcloud:index/server:Server
inference-spread: hcloud:index/placementGroup:PlacementGroup
`);
});

test("a burst pool is a group that scales from zero, without a key of its own", () => {
  expect(componentTree("splitfleet:compute:BurstPool", "burst")).toBe(`\
burst-group: aws:autoscaling/group:Group
burst-identity: aws:iam/rolePolicy:RolePolicy
burst-node: aws:iam/role:Role
burst-profile: aws:iam/instanceProfile:InstanceProfile
burst-template: aws:ec2/launchTemplate:LaunchTemplate
`);
  const { inputs } = rowOf(rows, "aws:autoscaling/group:Group", "burst-group");
  expect({ minSize: inputs["minSize"], maxSize: inputs["maxSize"], suspended: inputs["suspendedProcesses"] }).toEqual({
    minSize: 0,
    maxSize: 1,
    suspended: ["AZRebalance"],
  });
  expect(inputs).not.toHaveProperty("desiredCapacity");
});

test("AWS counts what the environment costs there, and at the limit forbids the autoscaler to start nodes", () => {
  expect(componentTree("splitfleet:guardrails:AwsBudget", "aws")).toBe(`\
aws-action: aws:budgets/budgetAction:BudgetAction
aws-attach: aws:iam/rolePolicy:RolePolicy
aws-brake: aws:iam/policy:Policy
aws-budget: aws:budgets/budget:Budget
aws-executor: aws:iam/role:Role
`);
  const { inputs } = rowOf(rows, "aws:budgets/budget:Budget", "aws-budget");
  const told = { comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE" };
  const subscriberEmailAddresses = ["platform@example.org"];
  expect(inputs).toMatchObject({
    limitAmount: "1000",
    limitUnit: "USD",
    timeUnit: "MONTHLY",
    costFilters: [{ name: "TagKeyValue", values: ["user:splitfleet/environment$sandbox"] }],
    notifications: [
      { ...told, notificationType: "ACTUAL", threshold: 80, subscriberEmailAddresses },
      { ...told, notificationType: "FORECASTED", threshold: 100, subscriberEmailAddresses },
    ],
  });
  expect(rowOf(rows, "aws:budgets/budgetAction:BudgetAction", "aws-action").inputs).toMatchObject({
    approvalModel: "AUTOMATIC",
    actionThreshold: { actionThresholdType: "PERCENTAGE", actionThresholdValue: 100 },
    definition: { iamActionDefinition: { policyArn: UNKNOWN, roles: ["sandbox-autoscaler"] } },
  });
  const brake: unknown = JSON.parse(String(rowOf(rows, "aws:iam/policy:Policy", "aws-brake").inputs["policy"]));
  expect(brake).toMatchObject({ Statement: [{ Effect: "Deny", Resource: "*" }] });
});

test("without a budget for AWS, none is made there", async () => {
  const unlimited = await rowsOf(await sandbox(({ spec }) => delete spec.budget.aws));
  expect(unlimited.filter(({ type }) => type.startsWith("aws:budgets/"))).toEqual([]);
});

test("the burst network has a public subnet a zone, keeps S3 off the internet and lets nothing in", () => {
  expect(componentTree("splitfleet:network:BurstNetwork", "stockholm")).toBe(`\
stockholm-eu-north-1a-routes: aws:ec2/routeTableAssociation:RouteTableAssociation
stockholm-eu-north-1a: aws:ec2/subnet:Subnet
stockholm-eu-north-1b-routes: aws:ec2/routeTableAssociation:RouteTableAssociation
stockholm-eu-north-1b: aws:ec2/subnet:Subnet
stockholm-eu-north-1c-routes: aws:ec2/routeTableAssociation:RouteTableAssociation
stockholm-eu-north-1c: aws:ec2/subnet:Subnet
stockholm-gateway: aws:ec2/internetGateway:InternetGateway
stockholm-nodes: aws:ec2/securityGroup:SecurityGroup
stockholm-routes: aws:ec2/routeTable:RouteTable
stockholm-s3: aws:ec2/vpcEndpoint:VpcEndpoint
stockholm-vpc: aws:ec2/vpc:Vpc
`);
  expect(rowOf(rows, "aws:ec2/securityGroup:SecurityGroup", "stockholm-nodes").inputs["ingress"]).toEqual([]);
  expect(rowOf(rows, "aws:ec2/vpcEndpoint:VpcEndpoint", "stockholm-s3").inputs).toMatchObject({
    serviceName: "com.amazonaws.eu-north-1.s3",
    vpcEndpointType: "Gateway",
  });
});

test("a workload with secrets logs in to Vault with a role of its own", () => {
  expect(componentTree("splitfleet:runtime:KubernetesWorkload", "litellm")).toBe(`\
litellm-account: kubernetes:core/v1:ServiceAccount
litellm-config: kubernetes:core/v1:ConfigMap
litellm-deployment: kubernetes:apps/v1:Deployment
litellm-flows: kubernetes:networking.k8s.io/v1:NetworkPolicy
litellm-login: kubernetes:secrets.hashicorp.com/v1beta1:VaultAuth
litellm-master-key: kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret
litellm-service: kubernetes:core/v1:Service
`);
  expect(rowOf(rows, "vault:index/policy:Policy", "sandbox-litellm-policy").inputs).toEqual({
    name: "sandbox-litellm",
    policy: 'path "splitfleet/kv/data/sandbox/litellm/master-key" {\n  capabilities = ["read"]\n}\n',
  });
});

test("a workload with volumes is a StatefulSet, and its job may reach it", () => {
  expect(componentTree("splitfleet:runtime:KubernetesWorkload", "ollama")).toBe(`\
ollama-account: kubernetes:core/v1:ServiceAccount
ollama-flows: kubernetes:networking.k8s.io/v1:NetworkPolicy
ollama-preload-flows: kubernetes:networking.k8s.io/v1:NetworkPolicy
ollama-preload: kubernetes:batch/v1:Job
ollama-service: kubernetes:core/v1:Service
ollama-stateful-set: kubernetes:apps/v1:StatefulSet
`);
});

test("an on-prem node is a component whose inputs say what it costs", () => {
  expect(componentTree("splitfleet:compute:OnpremPool", "workshop")).toBe(
    `\
workshop-a: splitfleet:compute:OnpremNode
  workshop-a-configuration: splitfleet:compute:NodeConfiguration
    workshop-a-configuration-apply: command:remote:Command
`,
  );
  expect(rowOf(rows, "splitfleet:compute:OnpremNode", "workshop-a").inputs).toEqual({
    site: "workshop",
    pool: "workshop",
    state: "enrolled",
    capexEuros: 3000,
    resaleEuros: 0,
    lifetimeMonths: 36,
    watts: 350,
    pue: 1,
    eurosPerKwh: 0.25,
    spaceEurosPerMonth: 0,
    labourHoursPerMonth: 1,
    labourEurosPerHour: 60,
    labels: {
      "splitfleet/environment": "sandbox",
      "splitfleet/team": "platform",
      "splitfleet/data-class": "personal",
      "splitfleet/pool": "workshop",
    },
  });
});

describe("every resource", () => {
  test("has an explicit provider, and no provider has a credential", () => {
    const providers = rows.filter(({ type }) => type.startsWith("pulumi:providers:"));
    expect(Object.fromEntries(providers.map(({ name, inputs }) => [name, inputs]))).toMatchObject({
      hcloud: {},
      tailscale: {},
      vault: { address: "https://sandbox-operations-1.sandbox.ts.net:8200", skipChildToken: "true" },
      kubernetes: { clusterIdentifier: "sandbox", context: "splitfleet-sandbox", skipUpdateUnreachable: "true" },
      stockholm: { region: "eu-north-1" },
    });
    const inputs = new Set(providers.flatMap((row) => Object.keys(row.inputs)));
    const credentials = [...inputs].filter((input) => /token$|secret|key|password|kubeconfig/i.test(input));
    expect(credentials).toEqual(["skipChildToken"]);
    expect(
      rows.filter(({ custom, type, provider }) => custom && !type.startsWith("pulumi:") && provider === ""),
    ).toEqual([]);
  });

  test("stands below a component, not at the root", () => {
    const atRoot = rows.filter(
      ({ parent, custom, type }) => custom && parent === root && !type.startsWith("pulumi:providers:"),
    );
    expect(atRoot.map(({ type }) => type)).toEqual([]);
  });
});

test("only user data is secret, and how nodes are reached, and both are marked", () => {
  expect(
    rows.filter(({ secretPaths }) => secretPaths.length > 0).map(({ name, secretPaths }) => [name, secretPaths]),
  ).toEqual([
    ["inference-1-server", ["userData"]],
    ["inference-2-server", ["userData"]],
    ["operations-1-server", ["userData"]],
    ["inference-1-configuration-apply", ["connection"]],
    ["inference-2-configuration-apply", ["connection"]],
    ["operations-1-configuration-apply", ["connection"]],
    ["workshop-a-configuration-apply", ["connection"]],
  ]);
});

test("removing one node of a pool leaves the other as it was", async () => {
  const fewer = await rowsOf(
    await sandbox(({ spec }) => {
      const pool = spec.pools["inference"];
      if (pool?.kind === "hetzner") pool.nodes = [2];
    }),
  );
  const kept = rowOf(rows, "hcloud:index/serverNetwork:ServerNetwork", "inference-2-attachment");
  expect(rowOf(fewer, "hcloud:index/serverNetwork:ServerNetwork", "inference-2-attachment")).toEqual(kept);
  expect(kept.inputs).toEqual({ serverId: UNKNOWN, subnetId: UNKNOWN, ip: "10.10.2.12", aliasIps: [] });
  expect(rows.filter((row) => !fewer.some(({ urn }) => urn === row.urn)).map(({ name }) => name)).toEqual([
    "inference-1-server",
    "inference-1-attachment",
    "inference-1-configuration-apply",
    "inference-1-configuration",
    "inference-1-join-key",
    "inference-1",
  ]);
});

test("a pool larger than a placement group is refused with the way out", async () => {
  const environment = await sandbox(({ spec }) => {
    const pool = spec.pools["inference"];
    if (pool?.kind === "hetzner") pool.nodes = Array.from({ length: 11 }, (_, index) => index + 1);
  });
  await expect(rowsOf(environment)).rejects.toThrow(
    "pools.inference.nodes is 11; expected at most 10 nodes; use a second pool",
  );
});
