import { createHash } from "node:crypto";
import type { Naming } from "../kind.ts";
import { select, textAt, withValue } from "./paths.ts";
import { isObject, plainProperties, UNKNOWN, type Properties } from "./values.ts";

/** What the engine says about automatic names (`pulumi:autonaming`); undefined leaves it to the provider. */
export type EngineNaming =
  { readonly mode: "disable" } | { readonly mode: "propose" | "enforce"; readonly name: string } | undefined;

export interface NamingRequest {
  readonly naming: Naming;
  /** Last part of the URN. */
  readonly resource: string;
  readonly inputs: Properties;
  /** Inputs of the last deployment; empty on create and on replacement. */
  readonly old: Properties;
  /** From the engine: the same at every preview of one deployment, another at a replacement. */
  readonly seed: Uint8Array;
  readonly engine: EngineNaming;
}

/** Inputs with a name where the owner gave none, or the reason why there can not be one. */
export function autoname(request: NamingRequest): { inputs: Properties } | { problem: string } {
  const { naming, inputs, old } = request;
  if (select(inputs, naming.property).length > 0 || isUnknownAbove(inputs, naming.property)) return { inputs };
  if (naming.prefixProperty !== undefined && select(inputs, naming.prefixProperty).length > 0) return { inputs };

  const kept = wasChosen(naming, old) ? textAt(plainProperties(old), naming.property) : undefined;
  if (kept !== undefined) return { inputs: named(naming, inputs, kept) };
  const name = choose(request);
  return "problem" in name ? name : { inputs: named(naming, inputs, name.name) };
}

/** Whether the provider, not the owner, chose the name. */
export function wasChosen(naming: Naming, inputs: Properties): boolean {
  if (naming.mark === "annotation") return annotations(inputs)["pulumi.com/autonamed"] === "true";
  const defaults = inputs["__defaults"];
  return Array.isArray(defaults) && defaults.includes(naming.property);
}

function choose({ naming, resource, seed, engine }: NamingRequest): { name: string } | { problem: string } {
  if (engine?.mode === "disable") {
    return { problem: `${naming.property} is required: automatic names are switched off (pulumi:autonaming)` };
  }
  if (engine !== undefined) return { name: engine.name };
  const random = createHash("sha256").update(seed).update(resource).digest("hex").slice(0, naming.randomDigits);
  const name = `${resource}-${random}`;
  if (name.length <= naming.maxLength) return { name };
  return {
    problem:
      `the automatic name ${name} has ${name.length} characters, at most ${naming.maxLength} are allowed: ` +
      `shorten the resource's name or set ${naming.property}`,
  };
}

function named(naming: Naming, inputs: Properties, name: string): Properties {
  const result = withValue(inputs, naming.property, name);
  if (naming.mark === "defaults") return { ...result, __defaults: [naming.property] };
  return withValue(result, "metadata.annotations", { ...annotations(inputs), "pulumi.com/autonamed": "true" });
}

function annotations(inputs: Properties): Properties {
  const value = select(plainProperties(inputs), "metadata.annotations")[0]?.value;
  return isObject(value) ? value : {};
}

function isUnknownAbove(inputs: Properties, property: string): boolean {
  const parent = property.split(".").slice(0, -1).join(".");
  return parent !== "" && select(plainProperties(inputs), parent)[0]?.value === UNKNOWN;
}
