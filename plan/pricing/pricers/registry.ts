import { awsPricers } from "./aws.ts";
import { group } from "./aws-group.ts";
import { capacityBlock } from "./capacity-block.ts";
import { edgeZone } from "./cloudflare.ts";
import { externalPool } from "./external.ts";
import free from "./free-types.json" with { type: "json" };
import { hcloudPricers } from "./hcloud.ts";
import { kubernetesPricers } from "./kubernetes.ts";
import { metered } from "./metered.ts";
import { onpremNode } from "./onprem.ts";
import type { Pricer } from "./pricer.ts";
import { statedUse } from "./stated-use.ts";

const pricers = [
  ...hcloudPricers,
  ...awsPricers,
  capacityBlock,
  edgeZone,
  externalPool,
  group,
  ...kubernetesPricers,
  metered,
  onpremNode,
  statedUse,
];
const byType = new Map(pricers.flatMap((pricer) => pricer.types.map((type) => [type, pricer] as const)));

/** Types that bill nothing by themselves, each group with its reason; `*` ends a prefix. */
export const freeTypes: readonly { readonly types: readonly string[]; readonly reason: string }[] = free;

const patterns = freeTypes.flatMap(({ types, reason }) => types.map((type) => ({ type, reason })));
const exact = new Map(patterns.filter(({ type }) => !type.endsWith("*")).map(({ type, reason }) => [type, reason]));
const prefixes = patterns
  .filter(({ type }) => type.endsWith("*"))
  .map(({ type, reason }) => ({ prefix: type.slice(0, -1), reason }));

/** The pricer of a resource type such as `hcloud:index/server:Server`. */
export const pricerOf = (type: string): Pricer | undefined => byType.get(type);

/** Why a type bills nothing by itself; undefined if nobody said that it is free. */
export const freeReason = (type: string): string | undefined =>
  exact.get(type) ?? prefixes.find(({ prefix }) => type.startsWith(prefix))?.reason;
