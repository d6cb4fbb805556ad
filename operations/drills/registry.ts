import type { Drill } from "./drill.ts";
import { apiDown } from "./built-in/api-down.ts";
import { drift } from "./built-in/drift.ts";
import { gpuLoss } from "./built-in/gpu-loss.ts";
import { nodeLoss } from "./built-in/node-loss.ts";
import { quotaStorm } from "./built-in/quota-storm.ts";
import { scaleToZero } from "./built-in/scale-to-zero.ts";
import { spotReclaim } from "./built-in/spot-reclaim.ts";
import { upgrade } from "./built-in/upgrade.ts";
import { zoneLoss } from "./built-in/zone-loss.ts";

/** Every drill that comes with the project, in the order in which `--all` runs them. */
export const BUILT_IN: readonly Drill[] = [
  scaleToZero,
  spotReclaim,
  gpuLoss,
  quotaStorm,
  nodeLoss,
  zoneLoss,
  upgrade,
  drift,
  apiDown,
];
