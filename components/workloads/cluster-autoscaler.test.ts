import { expect, test } from "vitest";
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
    "update nodes",
  ]);
  expect(clusterAccess.flatMap(({ resources }) => resources)).not.toContain("secrets");
  expect(namespaceAccess).toEqual([
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update"] },
  ]);
});
