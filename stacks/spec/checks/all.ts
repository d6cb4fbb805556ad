import type { Complaint } from "../../problems.ts";
import { autoscaler } from "./autoscaler.ts";
import { budgetPools, budgetTeams } from "./budget-names.ts";
import { burstJoin } from "./burst-join.ts";
import { capacity } from "./capacity.ts";
import type { Check, Facts } from "./check.ts";
import { clusterServers } from "./cluster-servers.ts";
import { composeNodes, composeWorkloads } from "./compose.ts";
import { coolifyPools, coolifyRelease } from "./coolify.ts";
import { definitionFaults } from "./definitions.ts";
import { edgeNames, edgeTunnel, edgeVault, frontEndNames } from "./edge.ts";
import { gpuOffers, gpuRequests, gpuSharing } from "./gpu-sharing.ts";
import { hostnames, hostnamesInCluster } from "./hostnames.ts";
import { lockedPools, lockedShapes, lockedTypes, lockedZones, lockOwner, stackName } from "./lock.ts";
import { lockedImages } from "./locked-images.ts";
import { modelEndpoints, modelFallbacks, modelProcessors } from "./models.ts";
import { poolTeams, servedModels, usagePools, workloadModels, workloadPools, workloadTeams } from "./names.ts";
import { modelData, workloadData, workloadNodes } from "./placement.ts";
import { poolSites } from "./pool-sites.ts";
import { burstSize, capacityBlocks, networkSize } from "./pool-sizes.ts";
import { reservedShares } from "./queues.ts";
import { teamQuota } from "./quota.ts";
import { rangeForms, separateRanges } from "./ranges.ts";
import { repeats } from "./repeats.ts";
import { residency } from "./residency.ts";
import { retention } from "./retention.ts";
import { neededSections } from "./sections.ts";
import { nodeAddresses, poolSubnets } from "./subnets.ts";
import { usageTokens, usageTraffic } from "./usage-names.ts";
import { vaultPool } from "./vault-pool.ts";
import { k3sVersion, lockedBinaries } from "./versions.ts";
import { cyclicNeeds, workloadNeeds } from "./workload-needs.ts";

/** In no particular order: reports sort by position. */
const CHECKS: readonly Check[] = [
  autoscaler,
  budgetPools,
  budgetTeams,
  burstJoin,
  burstSize,
  capacity,
  capacityBlocks,
  clusterServers,
  composeNodes,
  composeWorkloads,
  coolifyPools,
  coolifyRelease,
  cyclicNeeds,
  definitionFaults,
  edgeNames,
  edgeTunnel,
  edgeVault,
  frontEndNames,
  gpuOffers,
  gpuRequests,
  gpuSharing,
  hostnames,
  hostnamesInCluster,
  k3sVersion,
  lockedBinaries,
  lockedImages,
  lockedPools,
  lockedShapes,
  lockedTypes,
  lockedZones,
  lockOwner,
  modelData,
  modelEndpoints,
  modelFallbacks,
  modelProcessors,
  neededSections,
  networkSize,
  nodeAddresses,
  poolSites,
  poolSubnets,
  poolTeams,
  rangeForms,
  repeats,
  reservedShares,
  residency,
  retention,
  separateRanges,
  servedModels,
  stackName,
  teamQuota,
  usagePools,
  usageTokens,
  usageTraffic,
  vaultPool,
  workloadData,
  workloadModels,
  workloadNeeds,
  workloadNodes,
  workloadPools,
  workloadTeams,
];

/** Checks that may be left to another judge, by what they are about. */
const LEAVABLE = {
  /** Whether pods have room on their pools and in their team's quota: a rehearsal asks the real scheduler. */
  capacity: [capacity, teamQuota],
} as const satisfies Record<string, readonly Check[]>;
export type LeavableChecks = keyof typeof LEAVABLE;

/**
 * Everything that is wrong between sections, and between them and the lock.
 *
 * @param leave Checks to leave out. @default none
 */
export function checkEnvironment(facts: Partial<Facts>, leave: readonly LeavableChecks[] = []): Complaint[] {
  const left = new Set<Check>(leave.flatMap((about) => LEAVABLE[about]));
  return CHECKS.filter((check) => !left.has(check)).flatMap((check) => [...check(facts)]);
}
