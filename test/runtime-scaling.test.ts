import { expect, test } from "vitest";
import { rowOf } from "./harness.ts";
import { container, rowsOf, selector, specOf } from "./worker.ts";

const target = { apiVersion: "apps/v1", kind: "Deployment", name: "worker" };
const server = {
  workload: "queue",
  team: "assistants",
  namespace: "team-assistants",
  port: 6379,
  protocol: "TCP" as const,
  host: "queue.team-assistants.svc.cluster.local",
  url: "redis://queue.team-assistants.svc.cluster.local:6379",
  credentials: "client-worker",
};

test("by processor use, Kubernetes decides how many pods there are", async () => {
  const rows = await rowsOf({
    replicas: { minimum: 2, maximum: 6, by: { kind: "cpu", share: 0.7 }, cooldownSeconds: 60 },
    container,
  });
  expect(specOf(rowOf(rows, "kubernetes:apps/v1:Deployment", "worker-deployment"))).not.toHaveProperty("replicas");
  expect(specOf(rowOf(rows, "kubernetes:policy/v1:PodDisruptionBudget", "worker-disruption"))).toEqual({
    maxUnavailable: 1,
    selector,
  });
  const scaler = rowOf(rows, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "worker-scaling");
  expect(specOf(scaler)).toEqual({
    scaleTargetRef: target,
    minReplicas: 2,
    maxReplicas: 6,
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }],
  });
});

test("by the length of a queue, KEDA decides, logs in as the workload does and is let out to the queue", async () => {
  const by = { kind: "queue", server, list: "work", perReplica: 5 } as const;
  const rows = await rowsOf({ replicas: { minimum: 0, maximum: 4, by }, container });
  expect(specOf(rowOf(rows, "kubernetes:keda.sh/v1alpha1:ScaledObject", "worker-scaling"))).toEqual({
    scaleTargetRef: target,
    minReplicaCount: 0,
    maxReplicaCount: 4,
    cooldownPeriod: 300,
    triggers: [
      {
        type: "redis",
        metadata: { address: `${server.host}:6379`, listName: "work", listLength: "5" },
        authenticationRef: { name: "worker" },
      },
    ],
  });
  expect(specOf(rowOf(rows, "kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "worker-scaling-login"))).toEqual({
    secretTargetRef: [{ parameter: "password", name: "worker-queue-client-worker", key: "password" }],
  });
  expect(rowOf(rows, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "worker-keda-flows").inputs).toMatchObject({
    metadata: { name: "keda-worker", namespace: "splitfleet-system" },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "keda-operator" } },
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "team-assistants" } },
              podSelector: { matchLabels: { "app.kubernetes.io/name": "queue" } },
            },
          ],
          ports: [{ port: 6379, protocol: "TCP" }],
        },
      ],
    },
  });
});

test("by a metric, KEDA asks Prometheus", async () => {
  const { credentials: _, ...open } = server;
  const by = {
    kind: "metric",
    server: { ...open, url: "http://prometheus:9090" },
    query: "up",
    perReplica: 2.5,
  } as const;
  const rows = await rowsOf({ replicas: { minimum: 1, maximum: 2, by }, container });
  expect(specOf(rowOf(rows, "kubernetes:keda.sh/v1alpha1:ScaledObject", "worker-scaling"))).toMatchObject({
    triggers: [
      { type: "prometheus", metadata: { serverAddress: "http://prometheus:9090", query: "up", threshold: "2.5" } },
    ],
  });
});
