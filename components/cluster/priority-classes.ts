import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refine } from "../component.ts";

/** Which pods may put which others aside; far below Kubernetes' own classes, which start at two thousand million. */
const CLASSES = {
  platform: { value: 1_000_000, preempts: true, description: "What other workloads need to run: secrets, telemetry." },
  production: { value: 100_000, preempts: true, description: "Whatever answers somebody who waits." },
  batch: { value: 1_000, preempts: false, description: "Runs that can start again, and wait for room." },
} as const;

export type PriorityName = keyof typeof CLASSES;

/** The class of a workload's pods: its own, or else that of what answers people, or of what runs and ends. */
export function priorityOf({
  form,
  priority,
}: {
  readonly form?: string;
  readonly priority?: PriorityName;
}): PriorityName {
  return priority ?? (form === "batch" || form === "scheduled" ? "batch" : "production");
}

/** The priority classes of a cluster. They keep no data. */
export class PriorityClasses extends pulumi.ComponentResource {
  /** Names of the classes, known to exist. */
  readonly names: Readonly<Record<PriorityName, pulumi.Output<string>>>;

  constructor(name: string, args: { readonly labels: Record<string, string> }, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:cluster:PriorityClasses", name, {}, opts);
    const create = (priority: PriorityName): pulumi.Output<string> => {
      const { value, preempts, description } = CLASSES[priority];
      const made = new kubernetes.scheduling.v1.PriorityClass(
        `${name}-${priority}`,
        refine<kubernetes.scheduling.v1.PriorityClassArgs>("kubernetes:scheduling.k8s.io/v1:PriorityClass", {
          metadata: { name: priority, labels: args.labels },
          value,
          preemptionPolicy: preempts ? "PreemptLowerPriority" : "Never",
          description,
        }),
        { parent: this },
      );
      return made.metadata.name;
    };
    this.names = { platform: create("platform"), production: create("production"), batch: create("batch") };
    this.registerOutputs({});
  }
}
