import type { Complaint } from "../../problems.ts";
import { burstJoin } from "./burst-join.ts";
import { capacity } from "./capacity.ts";
import type { Check, Facts } from "./check.ts";
import { clusterServers } from "./cluster-servers.ts";
import { lockedPools, lockedShapes, lockedTypes, lockedZones, lockOwner, stackName } from "./lock.ts";
import { lockedImages } from "./locked-images.ts";
import { poolTeams, servedModels, usagePools, workloadModels, workloadPools, workloadTeams } from "./names.ts";
import { networkSize } from "./network-size.ts";
import { modelData, workloadData, workloadNodes } from "./placement.ts";
import { poolSites } from "./pool-sites.ts";
import { teamQuota } from "./quota.ts";
import { ranges } from "./ranges.ts";
import { residency } from "./residency.ts";
import { vaultPool } from "./vault-pool.ts";
import { k3sVersion, lockedBinaries } from "./versions.ts";

/** In no particular order: reports sort by position. */
const CHECKS: readonly Check[] = [
  burstJoin,
  capacity,
  clusterServers,
  k3sVersion,
  lockedBinaries,
  lockedImages,
  lockedPools,
  lockedShapes,
  lockedTypes,
  lockedZones,
  lockOwner,
  modelData,
  networkSize,
  poolSites,
  poolTeams,
  ranges,
  residency,
  servedModels,
  stackName,
  teamQuota,
  usagePools,
  vaultPool,
  workloadData,
  workloadModels,
  workloadNodes,
  workloadPools,
  workloadTeams,
];

/** Everything that is wrong between sections, and between them and the lock. */
export const checkEnvironment = (facts: Partial<Facts>): Complaint[] => CHECKS.flatMap((check) => [...check(facts)]);
