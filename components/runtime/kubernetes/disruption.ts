/**
 * A run whose pod is taken away, as from a spot node that ends, is no failure: it gets another pod, and keeps its retries
 * for errors of its own. The API server marks such pods (Kubernetes, "Pod disruption conditions").
 */
export const DISRUPTION_IS_NO_FAILURE = {
  rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
};
