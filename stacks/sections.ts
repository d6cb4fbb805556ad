import { NAMESPACE } from "./namespace.ts";
import type { Complaint, Path } from "./problems.ts";
import { parse } from "./schema-problems.ts";
import { environmentSpec, SECTIONS, type EnvironmentSpec } from "./spec/environment.ts";

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
 * @param raw Values by section name, without the namespace. A value given as text is read as the engine passes it:
 *   `"1"` is the number that the CLI made text of when it rewrote the file, and `{"a": 1}` a mapping.
 * @param secure Places of encrypted values. They are complaints themselves, and nothing else is said about them.
 * @param misplaced Sections that are missing only because their key is misspelt or stands elsewhere, as is known.
 */
export function readSections(
  raw: Readonly<Record<string, unknown>>,
  { secure = [], misplaced = [] }: { readonly secure?: readonly Path[]; readonly misplaced?: readonly string[] } = {},
): Sections {
  const document = Object.fromEntries(Object.entries(raw).map(([section, value]) => [section, asPassed(value)]));
  const parsed = parse(environmentSpec, document);
  const secrets = secure.map((place) => ({
    path: place,
    got: "a secret",
    expected: "a plain value: sections are read by people, secrets are kept in Vault",
  }));
  const wrong = "value" in parsed ? [] : parsed.complaints;
  const complaints = [
    ...secrets,
    ...wrong
      .filter(({ path }) => !secure.some((place) => isWithin(path, place)))
      .filter(({ path, got }) => !(path.length === 1 && got === "nothing" && misplaced.includes(String(path[0]))))
      .map((complaint) => (complaint.path.length === 1 ? withKey(complaint) : complaint)),
  ];
  const failed = new Set([...wrong.map(({ path }) => path[0]), ...misplaced]);
  if ("value" in parsed && failed.size === 0) {
    return { spec: secrets.length === 0 ? parsed.value : undefined, known: parsed.value, complaints };
  }
  const sound = Object.fromEntries(Object.entries(document).filter(([section]) => !failed.has(section)));
  const known: Partial<EnvironmentSpec> = environmentSpec.partial().safeParse(sound).data ?? {};
  // A section that failed must not be mistaken for one that was left out and took its default.
  for (const section of SECTIONS) if (failed.has(section)) delete known[section];
  return { spec: undefined, known, complaints };
}

/** Of a whole section, what is expected is said with the key under which it belongs. */
const withKey = (complaint: Complaint): Complaint => ({
  ...complaint,
  expected: `${NAMESPACE}:${String(complaint.path[0])}: ${complaint.expected}`,
});

const isWithin = (path: Path, place: Path): boolean => place.every((part, index) => path[index] === part);

function asPassed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
