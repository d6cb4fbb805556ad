import { z } from "zod";
import { PYTHON_FOLDER, pythonFiles } from "./python/sources.ts";
import { METRICS } from "./cluster-autoscaler/observability.ts";
import { CLUSTER_ACCESS } from "./cluster-autoscaler/access.ts";
import { defineWorkload } from "./contract.ts";

const PORT = 8085;
const TOKEN = "/var/run/secrets/splitfleet/aws/token";

/** Whom a token is for that AWS takes (IAM User Guide, "Create an OpenID Connect identity provider in IAM"). */
export const AWS_AUDIENCE = "sts.amazonaws.com";

/** Name of the IAM role that starts and ends burst nodes; `budget.aws.brakeRoles` names it to forbid it to. */
export const autoscalerRole = (environment: string): string => `${environment}-autoscaler`;

/** By its address it would be asked through the proxy, which leads outside only. */
const API_SERVER = "kubernetes.default.svc.cluster.local";

const APIS = ["autoscaling", "ec2", "sts"] as const;

const PLACE = {
  account: z
    .string()
    .regex(/^\d{12}$/, 'twelve digits in quotes, such as "123456789012"')
    .meta({ description: "Number of the AWS account that the burst pools are in." }),
  region: z
    .string()
    .regex(/^[a-z]{2}-[a-z]+-\d$/, "an AWS region such as eu-north-1")
    .meta({ description: "Region of the burst pools: an autoscaler knows one." }),
};

/** Where an entry of the environment file has its burst pools. @throws ZodError for an entry of another kind */
export const autoscalerPlace = (entry: object): { readonly account: string; readonly region: string } =>
  z.object(PLACE).parse(entry);

/**
 * Starts a node of a burst pool for a pod that waits and would fit there, and ends one on which nothing runs. It has no key:
 * the cluster's token for its account is what AWS takes. Forgets nodes whose instance has ended. Keeps no data.
 */
export const clusterAutoscaler = defineWorkload({
  kind: "cluster-autoscaler",
  summary: "Starts burst nodes for pods that wait, and ends them when nothing runs there",
  memory: "128 MiB, at most 512 MiB; grows with the number of pods and nodes.",
  runtimes: ["kubernetes"],
  ports: { metrics: { port: PORT, audience: "cluster" } },
  metrics: METRICS,
  spec: PLACE,
  example: { account: "123456789012", region: "eu-north-1" },
  egress: ({ region }) =>
    APIS.map((api) => ({
      host: `${api}.${region}.amazonaws.com`,
      port: 443,
      purpose: "groups and instances of burst pools, and the right to change them",
    })),
  build: ({ account, region }, context) => {
    const tag = "k8s.io/cluster-autoscaler";
    return {
      replicas: 1,
      container: {
        image: context.image("cluster-autoscaler"),
        command: ["/cluster-autoscaler"],
        args: [
          "--cloud-provider=aws",
          `--node-group-auto-discovery=asg:tag=${tag}/enabled,${tag}/${context.environment}`,
          `--namespace=team-${context.team}`,
          "--expander=least-waste",
          "--skip-nodes-with-local-storage=false",
          "--write-status-configmap=false",
        ],
        env: {
          AWS_REGION: region,
          AWS_STS_REGIONAL_ENDPOINTS: "regional",
          AWS_ROLE_ARN: `arn:aws:iam::${account}:role/${autoscalerRole(context.environment)}`,
          AWS_WEB_IDENTITY_TOKEN_FILE: TOKEN,
          KUBERNETES_SERVICE_HOST: API_SERVER,
        },
        cpu: { request: 0.1 },
        memoryMiB: { request: 128, limit: 512 },
        probes: {
          readiness: { path: "/health-check", port: PORT, periodSeconds: 10, failureThreshold: 3 },
          liveness: { path: "/health-check", port: PORT, periodSeconds: 30, failureThreshold: 3 },
        },
        user: 65534,
      },
      sidecars: {
        forget: {
          image: context.image("python"),
          command: ["python3", `${PYTHON_FOLDER}/forget.py`],
          env: { KUBERNETES_SERVICE_HOST: API_SERVER, PYTHONDONTWRITEBYTECODE: "1" },
          cpu: { request: 0.01 },
          memoryMiB: { request: 32, limit: 64 },
          user: 65534,
        },
      },
      files: pythonFiles("cluster-autoscaler/forget.py"),
      identity: { path: TOKEN, audience: AWS_AUDIENCE },
      clusterAccess: CLUSTER_ACCESS,
      namespaceAccess: [
        { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update"] },
      ],
      priority: "platform",
    };
  },
});
