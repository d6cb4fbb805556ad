import type { Deployment, StateResource } from "../../sandbox/session/state.ts";
import type { Store } from "../../stacks/stores.ts";
import { nearest } from "../../stacks/words.ts";
import { InputError } from "../errors.ts";

/** Agrees to the deletion of whatever holds data. */
export const ALL = "all";

/** Something of the stack that holds data, and goes only when it is named. */
export interface HeldData {
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
}

/** Every protected component and every store that the state has, by name; each name once. */
export function heldData(state: Deployment, stores: readonly Store[]): readonly HeldData[] {
  const resources = state.resources ?? [];
  const names = new Set(resources.map(({ type, urn }) => `${lastPart(type)} ${nameOf(urn)}`));
  const exists = ({ runtime, workload, pool }: Store): boolean =>
    names.has(runtime === "kubernetes" ? `KubernetesWorkload ${workload}` : `ComposeProject ${pool}-project`);
  const ofStores = stores
    .filter((store) => store.keepsVolume && exists(store))
    .map(({ workload, kind, dataClass, copyDays }) => ({
      name: workload,
      what: `volumes of ${kind}, class ${dataClass}, ${copies(copyDays)}`,
    }));
  const held = [...protectedRoots(resources), ...ofStores];
  return [...new Map(held.map((each) => [each.name, each])).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Makes sure that everything that holds data was named.
 *
 * @throws InputError naming what was not, or what nothing is called.
 */
export function assertAgreed(held: readonly HeldData[], agreed: readonly string[], command: string): void {
  const names = held.map(({ name }) => name);
  const unknown = agreed.filter((name) => name !== ALL && !names.includes(name));
  if (unknown.length > 0) throw new InputError(unknown.map((name) => unknownName(name, names)).join("\n"));
  if (agreed.includes(ALL)) return;
  const missing = held.filter(({ name }) => !agreed.includes(name));
  if (missing.length === 0) return;
  throw new InputError(
    [
      "Nothing was destroyed. These hold data, which would be gone for good:",
      ...describeHeld(missing),
      `Copy what is still needed, then name them: ${command} --delete-data ${names.join(" ")}`,
      `or all of them: ${command} --delete-data ${ALL}`,
    ].join("\n"),
  );
}

/** One indented line each. */
export function describeHeld(held: readonly HeldData[]): readonly string[] {
  const width = Math.max(...held.map(({ name }) => name.length));
  return held.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`);
}

/** Components, or resources of their own, that are protected and whose parent is not. */
function protectedRoots(resources: readonly StateResource[]): readonly HeldData[] {
  const guarded = new Map(resources.filter(({ protect }) => protect === true).map((each) => [each.urn, each]));
  return [...guarded.values()]
    .filter(({ parent }) => parent === undefined || !guarded.has(parent))
    .map(({ urn, type }) => ({ name: nameOf(urn), what: `protected ${lastPart(type)}` }));
}

function unknownName(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const has = names.length === 0 ? "Nothing of the stack holds data." : `What holds data: ${names.join(", ")}.`;
  return `--delete-data ${name}: nothing that holds data has this name.${hint} ${has}`;
}

const copies = (days: number | undefined): string =>
  days === undefined ? "no copies" : `copies kept ${days} day${days === 1 ? "" : "s"}`;

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";
const lastPart = (type: string): string => type.split(":").at(-1) ?? "";
