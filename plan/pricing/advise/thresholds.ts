/**
 * What articles of 2026 on cheap AI fleets give as the line between two choices. They belong to different decisions, so
 * they can not be compared with each other; each is shown beside what today's prices say of the same question.
 */
export const THRESHOLDS = {
  /** Self-hosting pays from here: two servers for 31 dollars against a flagship model. */
  selfHostRequestsPerMonth: 5000,
  /** An API costs less up to here. */
  apiTokensPerMonth: 5_000_000,
  /** One server with Docker Compose carries up to here. */
  composeRequestsPerMonth: 1_000_000,
  /** Kubernetes from here, or with a second region. */
  kubernetesDailyUsers: 10_000,
  /** Learning k3s before the first useful day. */
  kubernetesLearningHours: { low: 40, high: 60 },
  /** Of requests for which an open model is good enough. */
  openModelShare: 0.8,
} as const;
