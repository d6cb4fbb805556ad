/** Configuration of Kueue's controller, in the cluster and in a rehearsal alike, but for where it listens. */
export const KUEUE_CONFIGURATION = {
  apiVersion: "config.kueue.x-k8s.io/v1beta2",
  kind: "Configuration",
  integrations: { frameworks: ["batch/job"] },
} as const;
