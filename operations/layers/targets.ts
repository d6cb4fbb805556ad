import type { Row } from "../../policies/row.ts";
import { foundationOf, layerOf, LAYERS, type Layer } from "../../stacks/layering.ts";
import { nearest } from "../../stacks/words.ts";
import { InputError } from "../errors.ts";

/** Reads the value of `--only`. @throws InputError for what is no layer. */
export function parseLayer(text: string): Layer {
  const layer = LAYERS.find((known) => known === text);
  if (layer !== undefined) return layer;
  const meant = nearest(text, LAYERS);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new InputError(`--only ${text}: there is no such layer.${hint} The layers are ${LAYERS.join(", ")}.`);
}

/** A resource, in the program or in the state. */
export type Registered = Pick<Row, "urn" | "type">;

const PROVIDER = "pulumi:providers:";

/**
 * URNs for a run of the engine on some layers alone: everything that the program registers in them, what the state
 * still has of them, and of the layers below whatever does not exist yet. What does exist below is left as it is, and
 * nothing above is looked at.
 *
 * @param rows Of the program.
 * @param state Of the stack, empty before its first `up`.
 */
export function targetsOf(
  layers: readonly Layer[],
  rows: readonly Registered[],
  state: readonly Registered[],
): readonly string[] {
  const wanted = new Set<Layer | undefined>(layers);
  const below = new Set<Layer | undefined>(layers.flatMap(foundationOf));
  const existing = new Set(state.map(({ urn }) => urn));
  const chosen = rows.filter(({ urn }) => {
    const layer = layerOf(urn);
    return layer !== undefined && (wanted.has(layer) || (below.has(layer) && !existing.has(urn)));
  });
  const packages = new Set(chosen.map(({ type }) => type.split(":")[0]));
  const providers = rows.filter(({ type }) => type.startsWith(PROVIDER) && packages.has(type.slice(PROVIDER.length)));
  const obsolete = state.filter(({ urn }) => wanted.has(layerOf(urn)));
  return [...new Set([...providers, ...chosen, ...obsolete].map(({ urn }) => urn))].toSorted();
}

/** What a run is limited to, as soon as the state is known that it starts from. */
export type Targets = (state: readonly Registered[]) => readonly string[];

/** The same as arguments of the CLI. */
export const targetArguments = (targets: readonly string[]): readonly string[] =>
  targets.flatMap((urn) => ["--target", urn]);

/** The same for what is made anew in the same run. */
export const replacementArguments = (urns: readonly string[]): readonly string[] =>
  urns.flatMap((urn) => ["--target-replace", urn]);
