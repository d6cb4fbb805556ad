import { NAMESPACE, PULUMI_KEYS } from "./namespace.ts";
import type { Complaint, Path } from "./problems.ts";
import { SECTIONS } from "./spec/environment.ts";
import { describeValue, nearest, oneOf } from "./words.ts";

export interface Config {
  /** Values by section name. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Places of encrypted values within the sections. */
  readonly secure: readonly Path[];
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Keys that do not belong where they stand. Paths lead from the top of the file. */
  readonly complaints: readonly Complaint[];
  /** Sections that those keys were probably meant to be. */
  readonly misplaced: readonly string[];
}

/** Sorts the keys of a stack's file into our sections, other packages' configuration and what belongs to nobody. */
export function readConfig(document: Readonly<Record<string, unknown>>): Config {
  const config = document["config"] ?? {};
  if (!isMapping(config)) {
    const complaint = {
      path: ["config"],
      got: describeValue(config),
      expected: "a mapping with the keys of `pulumi config`",
    };
    return {
      raw: {},
      secure: [],
      config: {},
      secretKeys: [],
      complaints: [...unknownAtTop(document), complaint],
      misplaced: SECTIONS,
    };
  }
  const entries = Object.entries(config);
  const sections = entries.flatMap(([key, value]) => {
    const section = sectionOf(key);
    return section === undefined ? [] : [{ section, value }];
  });
  const complaints = [...unknownAtTop(document), ...entries.flatMap(([key]) => unknownKey(key))];
  const secretKeys = entries.filter(([, value]) => [...securePaths(value, [])].length > 0).map(([key]) => key);
  return {
    raw: Object.fromEntries(sections.map(({ section, value }) => [section, value])),
    secure: sections.flatMap(({ section, value }) => [...securePaths(value, [section])]),
    config: Object.fromEntries(
      entries.filter(([key]) => !secretKeys.includes(key)).map(([key, value]) => [key, passed(value)]),
    ),
    secretKeys,
    complaints,
    misplaced: complaints.flatMap(({ path, nearest: name = String(path.at(-1)) }) => sectionOf(name) ?? []),
  };
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const SECTION_KEYS = SECTIONS.map((section) => `${NAMESPACE}:${section}`);

const sectionOf = (key: string): string | undefined =>
  SECTION_KEYS.includes(key) ? key.slice(NAMESPACE.length + 1) : undefined;

function unknownAtTop(document: Readonly<Record<string, unknown>>): Complaint[] {
  const valid = ["config", ...PULUMI_KEYS];
  return Object.keys(document)
    .filter((key) => !valid.includes(key))
    .map((key) => ({
      path: [key],
      atKey: true,
      got: "an unknown key",
      expected: `one of the keys ${oneOf(valid)}`,
      nearest: nearest(key, valid),
      ...(key.includes(":") || SECTIONS.some((section) => section === key) ? { fix: "move it below `config`" } : {}),
    }));
}

/** Keys of other namespaces belong to their packages; one without a namespace, or an unknown one in ours, to nobody. */
function unknownKey(key: string): Complaint[] {
  if (SECTION_KEYS.includes(key) || (key.includes(":") && !key.startsWith(`${NAMESPACE}:`))) return [];
  const meant = key.includes(":") ? key : `${NAMESPACE}:${key}`;
  return [
    {
      path: ["config", key],
      atKey: true,
      got: "an unknown key",
      expected: `${NAMESPACE}: and one of the sections ${oneOf(SECTIONS)}`,
      nearest: nearest(meant, SECTION_KEYS),
    },
  ];
}

/** An encrypted value is a mapping with the one key `secure`, as the CLI writes it. */
function* securePaths(value: unknown, path: Path): Iterable<Path> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* securePaths(item, [...path, index]);
  } else if (isMapping(value)) {
    const keys = Object.keys(value);
    if (keys.length === 1 && typeof value["secure"] === "string") yield path;
    else for (const key of keys) yield* securePaths(value[key], [...path, key]);
  }
}

/** As the engine hands it to the program: JSON for what holds other values, plain text for the rest. */
const passed = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
