import type { Complaint, Path } from "./problems.ts";
import { parse } from "./schema-problems.ts";
import { environmentSpec, SECTIONS, type EnvironmentSpec } from "./spec/environment.ts";

/** Namespace of the sections among Pulumi's configuration keys. */
export const NAMESPACE = "splitfleet";

export interface Sections {
  /** Undefined if there are complaints. */
  readonly spec: EnvironmentSpec | undefined;
  /** The sections that could be read, whatever is wrong with the others. */
  readonly known: Partial<EnvironmentSpec>;
  readonly complaints: readonly Complaint[];
}

/**
 * Parses the sections of an environment.
 *
 * @param raw Values by section name, without the namespace. A value given as text is read as the engine passes it: `"1"`
 *   is the number that the CLI made text of when it rewrote the file, and `{"a": 1}` a mapping.
 * @param secure Places of encrypted values. They are complaints themselves, and nothing else is said about them.
 */
export function readSections(raw: Readonly<Record<string, unknown>>, secure: readonly Path[] = []): Sections {
  const document = Object.fromEntries(Object.entries(raw).map(([section, value]) => [section, asPassed(value)]));
  const parsed = parse(environmentSpec, document);
  const secrets = secure.map((place) => ({
    path: place,
    got: "a secret",
    expected: "a plain value: sections are read by people, secrets are kept in Vault",
  }));
  if ("value" in parsed) {
    return { spec: secrets.length === 0 ? parsed.value : undefined, known: parsed.value, complaints: secrets };
  }
  const failed = new Set(parsed.complaints.map(({ path }) => path[0]));
  const sound = Object.fromEntries(Object.entries(document).filter(([section]) => !failed.has(section)));
  const known: Partial<EnvironmentSpec> = environmentSpec.partial().safeParse(sound).data ?? {};
  // A section that failed must not be mistaken for one that was left out and took its default.
  for (const section of SECTIONS) if (failed.has(section)) delete known[section];
  const others = parsed.complaints.filter(({ path }) => !secure.some((place) => isWithin(path, place)));
  return { spec: undefined, known, complaints: [...secrets, ...others] };
}

const isWithin = (path: Path, place: Path): boolean => place.every((part, index) => path[index] === part);

function asPassed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
