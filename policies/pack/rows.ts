import { Secret, type PolicyResource, type ResourceValidationArgs } from "@pulumi/policy";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import { toRow } from "../../plan/recorder/normalise.ts";
import type { Row, Value } from "../row.ts";
import { STACK_TYPE } from "../stack.ts";

/**
 * A row from what the engine asks about. Called from a remediation it knows which values are secret; a validation gets
 * them in clear, with nothing to tell them from others.
 */
export function rowOf(resource: ResourceValidationArgs | PolicyResource): Row {
  const { urn, type, name, opts, provider, props } = resource;
  const custom = type !== STACK_TYPE && !type.startsWith("splitfleet:");
  return toRow({ urn, type, name, parent: opts.parent ?? "", custom, provider: provider?.urn ?? "", properties: plain(props) });
}

/**
 * Properties as the engine sent them. The SDK wraps them so that reading an unknown value throws, which turns a
 * mandatory rule into a remark; a property's descriptor is the value itself.
 */
function plain(properties: object): { [key: string]: Value } {
  const entries = Object.entries(Object.getOwnPropertyDescriptors(properties));
  return Object.fromEntries(entries.map(([key, { value }]) => [key, plainValue(value)]));
}

function plainValue(value: unknown): Value {
  if (value instanceof Secret) return { [specialSigKey]: specialSecretSig, value: plainValue(value.value) };
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return typeof value === "object" && value !== null ? plain(value) : null;
}
