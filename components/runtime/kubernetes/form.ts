import type { Workload } from "../../workloads/contract.ts";

/** What makes the pods of a workload. */
export type ControllerKind = "CustomResource" | "Deployment" | "StatefulSet" | "DaemonSet" | "CronJob" | "Job";

/** A StatefulSet where there are volumes, a Deployment where there are none; of the other forms each has its own. */
export function controllerKind({ form, volumes = {} }: Workload): ControllerKind {
  switch (form) {
    case "daemon":
      return "DaemonSet";
    case "operated":
      return "CustomResource";
    case "scheduled":
      return "CronJob";
    case "batch":
      return "Job";
    case "service":
    case undefined:
      return Object.keys(volumes).length === 0 ? "Deployment" : "StatefulSet";
  }
}
