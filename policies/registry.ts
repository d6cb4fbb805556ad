import { allocated } from "./cost/allocated.ts";
import { autoscalerOwnsSize } from "./cost/autoscaler-owns-size.ts";
import { burstHasBrake } from "./cost/burst-has-brake.ts";
import { burstImageIsFresh } from "./cost/burst-image-is-fresh.ts";
import { burstIsSpot } from "./cost/burst-is-spot.ts";
import { burstPoolsEnd } from "./cost/burst-pools-end.ts";
import { capacityBlocksAreApproved } from "./cost/capacity-blocks-are-approved.ts";
import { composeMemoryIsBounded } from "./cost/compose-memory-is-bounded.ts";
import { diskStaysSmall } from "./cost/disk-stays-small.ts";
import { disksEndWithNode } from "./cost/disks-end-with-node.ts";
import { endpointsAreNotOnSpot } from "./cost/endpoints-are-not-on-spot.ts";
import { expires } from "./cost/expires.ts";
import { gpuScalesToZero } from "./cost/gpu-scales-to-zero.ts";
import { lockIsFresh } from "./cost/lock-is-fresh.ts";
import { memoryIsBounded } from "./cost/memory-is-bounded.ts";
import { natSparesObjectStorage } from "./cost/nat-spares-object-storage.ts";
import { ownedNodesWork } from "./cost/owned-nodes-work.ts";
import { spotHasAlternatives } from "./cost/spot-has-alternatives.ts";
import { spotPriceIsCapped } from "./cost/spot-price-is-capped.ts";
import { teamBudgetsFit } from "./cost/team-budgets-fit.ts";
import { teamsHaveQuota } from "./cost/teams-have-quota.ts";
import { withinBudget } from "./cost/within-budget.ts";
import { bucketsForget } from "./privacy/buckets-forget.ts";
import { fallbacksKeepTheClass } from "./privacy/fallbacks-keep-the-class.ts";
import { modelsStayInside } from "./privacy/models-stay-inside.ts";
import { promptsAreNotLogged } from "./privacy/prompts-are-not-logged.ts";
import { residency } from "./privacy/residency.ts";
import { spotHoldsNothingSensitive } from "./privacy/spot-holds-nothing-sensitive.ts";
import { storesCanErase } from "./privacy/stores-can-erase.ts";
import { workloadFitsPool } from "./privacy/workload-fits-pool.ts";
import type { Rule } from "./rule.ts";
import { apiIsAudited } from "./security/api-is-audited.ts";
import { approleIsSingleUse } from "./security/approle-is-single-use.ts";
import { bucketsArePrivate } from "./security/buckets-are-private.ts";
import { bucketsKeepVersions } from "./security/buckets-keep-versions.ts";
import { bucketsRequireTls } from "./security/buckets-require-tls.ts";
import { chartsArePinned } from "./security/charts-are-pinned.ts";
import { composeContainersStayUnprivileged } from "./security/compose-containers-stay-unprivileged.ts";
import { composeImagesByDigest } from "./security/compose-images-by-digest.ts";
import { composePortsStayInside } from "./security/compose-ports-stay-inside.ts";
import { edgeHidesOrigins } from "./security/edge-hides-origins.ts";
import { egressGoesThroughProxy } from "./security/egress-goes-through-proxy.ts";
import { imagesByDigest } from "./security/images-by-digest.ts";
import { imdsv2 } from "./security/imdsv2.ts";
import { k3sReadsTokensFromFiles } from "./security/k3s-reads-tokens-from-files.ts";
import { kernelDefaultsAreProtected } from "./security/kernel-defaults-are-protected.ts";
import { kubeconfigIsPrivate } from "./security/kubeconfig-is-private.ts";
import { kubernetesSecretsAreMarked } from "./security/kubernetes-secrets-are-marked.ts";
import { meshKeysAreBounded } from "./security/mesh-keys-are-bounded.ts";
import { meshPolicyIsClosed } from "./security/mesh-policy-is-closed.ts";
import { namespacesDenyByDefault } from "./security/namespaces-deny-by-default.ts";
import { namespacesEnforceRestricted } from "./security/namespaces-enforce-restricted.ts";
import { noIamUserKeys } from "./security/no-iam-user-keys.ts";
import { noOpenFirewall } from "./security/no-open-firewall.ts";
import { noPasswordLogin } from "./security/no-password-login.ts";
import { noSecretInPods } from "./security/no-secret-in-pods.ts";
import { noSecretInUserData } from "./security/no-secret-in-user-data.ts";
import { noWildcardIam } from "./security/no-wildcard-iam.ts";
import { noWildcardRbac } from "./security/no-wildcard-rbac.ts";
import { nodesAreRestricted } from "./security/nodes-are-restricted.ts";
import { nodesHaveConfiguration } from "./security/nodes-have-configuration.ts";
import { operatorsByDigest } from "./security/operators-by-digest.ts";
import { podsDropCapabilities } from "./security/pods-drop-capabilities.ts";
import { podsFilterSystemCalls } from "./security/pods-filter-system-calls.ts";
import { podsHoldNoApiToken } from "./security/pods-hold-no-api-token.ts";
import { podsMissNodeMetadata } from "./security/pods-miss-node-metadata.ts";
import { podsRunAsUser } from "./security/pods-run-as-user.ts";
import { podsStayOffTheHost } from "./security/pods-stay-off-the-host.ts";
import { podsStayUnprivileged } from "./security/pods-stay-unprivileged.ts";
import { podsWriteToVolumesOnly } from "./security/pods-write-to-volumes-only.ts";
import { providersAreExplicit } from "./security/providers-are-explicit.ts";
import { providersHoldNoCredentials } from "./security/providers-hold-no-credentials.ts";
import { secretsAreDeliveredAnew } from "./security/secrets-are-delivered-anew.ts";
import { secretsAreEncryptedAtRest } from "./security/secrets-are-encrypted-at-rest.ts";
import { secretsHaveVersions } from "./security/secrets-have-versions.ts";
import { serversByLocation } from "./security/servers-by-location.ts";
import { serversHaveFirewall } from "./security/servers-have-firewall.ts";
import { servicesStayInside } from "./security/services-stay-inside.ts";
import { stateIsBackedUp } from "./security/state-is-backed-up.ts";
import { tunnelServesDeclaredNames } from "./security/tunnel-serves-declared-names.ts";
import { vaultGrantsLittle } from "./security/vault-grants-little.ts";
import { vaultIsAudited } from "./security/vault-is-audited.ts";
import { vaultLoginsAreBound } from "./security/vault-logins-are-bound.ts";
import { vaultTokensExpire } from "./security/vault-tokens-expire.ts";
import { volumesAreEncrypted } from "./security/volumes-are-encrypted.ts";

/** Every rule, run by plan and by the policy pack alike, sorted by id. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [
  allocated,
  autoscalerOwnsSize,
  burstHasBrake,
  burstImageIsFresh,
  burstIsSpot,
  burstPoolsEnd,
  capacityBlocksAreApproved,
  composeMemoryIsBounded,
  diskStaysSmall,
  disksEndWithNode,
  endpointsAreNotOnSpot,
  expires,
  gpuScalesToZero,
  lockIsFresh,
  memoryIsBounded,
  natSparesObjectStorage,
  ownedNodesWork,
  spotHasAlternatives,
  spotPriceIsCapped,
  teamBudgetsFit,
  teamsHaveQuota,
  withinBudget,
  bucketsForget,
  fallbacksKeepTheClass,
  modelsStayInside,
  promptsAreNotLogged,
  residency,
  spotHoldsNothingSensitive,
  storesCanErase,
  workloadFitsPool,
  apiIsAudited,
  approleIsSingleUse,
  bucketsArePrivate,
  bucketsKeepVersions,
  bucketsRequireTls,
  chartsArePinned,
  composeContainersStayUnprivileged,
  composeImagesByDigest,
  composePortsStayInside,
  edgeHidesOrigins,
  egressGoesThroughProxy,
  imagesByDigest,
  imdsv2,
  k3sReadsTokensFromFiles,
  kernelDefaultsAreProtected,
  kubeconfigIsPrivate,
  kubernetesSecretsAreMarked,
  meshKeysAreBounded,
  meshPolicyIsClosed,
  namespacesDenyByDefault,
  namespacesEnforceRestricted,
  noIamUserKeys,
  noOpenFirewall,
  noPasswordLogin,
  noSecretInPods,
  noSecretInUserData,
  noWildcardIam,
  noWildcardRbac,
  nodesAreRestricted,
  nodesHaveConfiguration,
  operatorsByDigest,
  podsDropCapabilities,
  podsFilterSystemCalls,
  podsHoldNoApiToken,
  podsMissNodeMetadata,
  podsRunAsUser,
  podsStayOffTheHost,
  podsStayUnprivileged,
  podsWriteToVolumesOnly,
  providersAreExplicit,
  providersHoldNoCredentials,
  secretsAreDeliveredAnew,
  secretsAreEncryptedAtRest,
  secretsHaveVersions,
  serversByLocation,
  serversHaveFirewall,
  servicesStayInside,
  stateIsBackedUp,
  tunnelServesDeclaredNames,
  vaultGrantsLittle,
  vaultIsAudited,
  vaultLoginsAreBound,
  vaultTokensExpire,
  volumesAreEncrypted,
];
