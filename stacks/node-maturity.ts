/**
 * How sure one may be of a feature. Nothing here has been proved live: no run of this project has used an account of a
 * cloud.
 */
export const MATURITY = {
  rehearsed: "the real program, against simulated clouds, or with stand-ins for what it calls on the node",
  "proved with real parts":
    "the program that users have does the work: kernel, packet filter, API server, mesh, schema",
  "proved live": "in an account of the cloud, or on a machine of the kind",
  experimental: "written by its documentation and checked as data alone",
} as const;
export type Maturity = keyof typeof MATURITY;

export interface NodeFeature {
  readonly feature: string;
  readonly nodes: string;
  readonly maturity: Maturity;
  /** Tests that show it, by their path. */
  readonly shownBy: readonly [string, ...string[]];
}

const ALL = "all";
const BURST = "AWS";

/** What nodes can do, and how that was shown. */
export const NODE_FEATURES: readonly NodeFeature[] = [
  {
    feature: "first boot by cloud-init",
    nodes: "Hetzner, AWS",
    maturity: "proved with real parts",
    shownBy: ["test/cloud-init.test.ts"],
  },
  {
    feature: "bundle applied, health-checked, rolled back",
    nodes: ALL,
    maturity: "rehearsed",
    shownBy: ["components/compute/node-config/bundle/release.test.ts"],
  },
  {
    feature: "packet filter, metadata address closed to pods",
    nodes: ALL,
    maturity: "proved with real parts",
    shownBy: ["components/compute/node-config/bundle/filter.test.ts"],
  },
  {
    feature: "pods and API reach each other over private network, NAT and mesh",
    nodes: "k3s",
    maturity: "proved with real parts",
    shownBy: ["test/engine/routing.test.ts"],
  },
  {
    feature: "replaced, also out of a full placement group",
    nodes: "Hetzner, AWS",
    maturity: "rehearsed",
    shownBy: ["test/engine/replace.test.ts", "test/engine/full-group.test.ts"],
  },
  {
    feature: "upgraded, one at a time",
    nodes: "Hetzner, on-prem",
    maturity: "rehearsed",
    shownBy: ["operations/nodes/upgrade/upgrade.test.ts"],
  },
  {
    feature: "enrolled from behind NAT",
    nodes: "on-prem",
    maturity: "rehearsed",
    shownBy: ["test/engine/enroll.test.ts"],
  },
  {
    feature: "GPUs whole, by time, MIG, unified memory",
    nodes: "on-prem",
    maturity: "rehearsed",
    shownBy: ["test/gpu-sharing.test.ts"],
  },
  {
    feature: "from zero for a pod that waits, and back",
    nodes: BURST,
    maturity: "rehearsed",
    shownBy: ["test/engine/drill.test.ts", "sandbox/burst/template.test.ts"],
  },
  {
    feature: "autoscaler with an identity of AWS, by the cluster's tokens",
    nodes: BURST,
    maturity: "experimental",
    shownBy: ["test/burst.test.ts", "components/workloads/cluster-autoscaler.test.ts"],
  },
  {
    feature: "cluster token by the instance's role, driver checked first",
    nodes: BURST,
    maturity: "rehearsed",
    shownBy: ["components/compute/node-config/bundle/burst.test.ts"],
  },
  {
    feature: "emptied at a spot notice",
    nodes: BURST,
    maturity: "proved with real parts",
    shownBy: ["components/compute/node-config/bundle/burst.test.ts", "test/engine/interruption.test.ts"],
  },
  {
    feature: "bought as a Capacity Block, by approval",
    nodes: BURST,
    maturity: "experimental",
    shownBy: ["test/burst.test.ts", "plan/pricing/pricers/capacity-block.test.ts", "operations/down/twin.test.ts"],
  },
  {
    feature: "closed off hours and after its last day, by AWS",
    nodes: BURST,
    maturity: "rehearsed",
    shownBy: ["sandbox/burst/schedule.test.ts", "test/burst.test.ts"],
  },
];
