import { exampleRow } from "./example.ts";

/** Metadata of a workload in the namespace `team-example`. */
const metadata = { name: "api", namespace: "team-example" };

/** A workload that no rule finds fault with; examples change one thing in it. */
export const WORKLOAD = exampleRow(
  "kubernetes:apps/v1:Deployment",
  "api",
  {
    metadata,
    spec: {
      selector: { matchLabels: { app: "api" } },
      template: {
        metadata: { labels: { app: "api" } },
        spec: {
          automountServiceAccountToken: false,
          nodeSelector: { "splitfleet/pool": "inference" },
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "main",
              image: `registry.example.org/api:1.2.3@sha256:${"9f86d081884c7d65".repeat(4)}`,
              env: [{ name: "LOG_LEVEL", value: "info" }],
              resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
          volumes: [{ name: "scratch", emptyDir: {} }],
        },
      },
    },
  },
  { labels: { environment: "example", team: "example", workload: "api", pool: "inference", "data-class": "personal" } },
);

/** Paths within {@link WORKLOAD}. */
export const POD = "spec.template.spec";
export const MAIN = `${POD}.containers[0]`;
