import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { refine } from "../../component.ts";
import { queuePassword, referredName, type Scaling } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { controllerKind } from "./form.ts";

type ObjectMeta = kubernetes.types.input.meta.v1.ObjectMeta;

const KEDA = "keda.sh/v1alpha1";
const COOLDOWN_SECONDS = 300;

/** What decides the number of a workload's pods: Kubernetes' own autoscaler by processor, KEDA by all else. */
export function createScaling(
  name: string,
  scaling: Scaling,
  planned: PlannedWorkload,
  metadata: ObjectMeta,
  opts: pulumi.CustomResourceOptions & { readonly dependsOn: pulumi.Resource[] },
): void {
  const { minimum, maximum, by, cooldownSeconds = COOLDOWN_SECONDS } = scaling;
  const target = { apiVersion: "apps/v1", kind: controllerKind(planned.workload), name: planned.name };
  if (by.kind === "cpu") {
    const utilization = { type: "Utilization", averageUtilization: Math.round(by.share * 100) };
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
      `${name}-scaling`,
      refine<kubernetes.autoscaling.v2.HorizontalPodAutoscalerArgs>(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        {
          metadata,
          spec: {
            scaleTargetRef: target,
            minReplicas: minimum,
            maxReplicas: maximum,
            behavior: { scaleDown: { stabilizationWindowSeconds: cooldownSeconds } },
            metrics: [{ type: "Resource", resource: { name: "cpu", target: utilization } }],
          },
        },
      ),
      opts,
    );
    return;
  }
  const password = queuePassword(scaling);
  const custom = (object: string, kind: string, spec: object, dependsOn: pulumi.Resource[]) =>
    new kubernetes.apiextensions.CustomResource(
      `${name}-${object}`,
      { apiVersion: KEDA, kind, metadata, spec },
      { ...opts, dependsOn: [...opts.dependsOn, ...dependsOn] },
    );
  const login =
    password === undefined
      ? undefined
      : custom(
          "scaling-login",
          "TriggerAuthentication",
          {
            secretTargetRef: [{ parameter: "password", name: referredName(planned.name, password), key: password.key }],
          },
          [],
        );
  custom(
    "scaling",
    "ScaledObject",
    {
      scaleTargetRef: target,
      minReplicaCount: minimum,
      maxReplicaCount: maximum,
      cooldownPeriod: cooldownSeconds,
      triggers: [
        {
          ...triggerOf(by),
          ...(login === undefined ? {} : { authenticationRef: { name: planned.name } }),
        },
      ],
    },
    login === undefined ? [] : [login],
  );
}

/** KEDA takes every value as text. */
function triggerOf(by: Exclude<Scaling["by"], { kind: "cpu" }>): object {
  const perReplica = String(by.perReplica);
  if (by.kind === "metric") {
    return { type: "prometheus", metadata: { serverAddress: by.server.url, query: by.query, threshold: perReplica } };
  }
  const address = `${by.server.host}:${by.server.port}`;
  return { type: "redis", metadata: { address, listName: by.list, listLength: perReplica } };
}
