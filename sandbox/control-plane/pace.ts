/**
 * How much faster a drill's waiting times pass than those of a fleet: a second stands for a minute. It holds for what
 * the control plane waits for before it gives a node up, for boot times, notices and idle times. Nothing is left out.
 */
export const PACE = 60;

/** Milliseconds here for so many seconds of a fleet. */
export const hurriedMs = (seconds: number): number => (seconds * 1000) / PACE;

/**
 * Lease of a hurried node; renewed four times as often. The 40 s of a kubelet would be 0.7 s, which two busy cores can
 * not keep: so a dead node is noticed after two to three simulated minutes, in place of 50 s.
 */
export const HURRIED_LEASE_SECONDS = 2;

/** Flags of Kubernetes 1.36 whose times a hurried control plane divides by {@link PACE}; beside each its default. */
export const HURRIED = {
  apiServer: [
    "--default-not-ready-toleration-seconds=5", // 300
    "--default-unreachable-toleration-seconds=5", // 300
  ],
  controllerManager: [
    "--node-monitor-period=250ms", // 5s
    "--node-monitor-grace-period=3s", // 50s; see above
    "--node-eviction-rate=6", // 0.1 nodes a second
    "--secondary-node-eviction-rate=0.6", // 0.01
  ],
} as const;
