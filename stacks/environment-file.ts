import path from "node:path";
import { extensionProblems } from "../components/workloads/registry.ts";
import { readConfig } from "./config-keys.ts";
import { readLock } from "./lock-file.ts";
import { NAMESPACE } from "./namespace.ts";
import { type Complaint, type Path, type Problem, SpecError, unplaced } from "./problems.ts";
import { readSections } from "./sections.ts";
import { checkEnvironment, type LeavableChecks } from "./spec/checks/all.ts";
import { type EnvironmentSpec, SECTIONS } from "./spec/environment.ts";
import type { EnvironmentLock } from "./spec/lock.ts";
import { readDocument } from "./text-file.ts";

/** What is provisioned: an environment and what was resolved for it, checked against each other. */
export interface ResolvedEnvironment {
  readonly spec: EnvironmentSpec;
  readonly lock: EnvironmentLock;
}

export interface Environment extends ResolvedEnvironment {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  /** Absolute path. */
  readonly lockFile: string;
  /** What the engine passes to the program: by full key such as `splitfleet:pools`, mappings and lists as JSON text. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys whose value is encrypted in the file; they have no value in `config`. */
  readonly secretKeys: readonly string[];
  /** What the program shall find in its environment, beside what every run has. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  /** Path of the lock, if it is neither beside the environment file nor in `stacks/`. */
  readonly lockFile?: string | undefined;
  /** Checks that somebody else makes. @default none */
  readonly leave?: readonly LeavableChecks[] | undefined;
}

/**
 * Reads an environment file and its lock.
 *
 * @param file Path of the file; problems name it as it is given here.
 * @throws SpecError with every problem of both files.
 */
export async function loadEnvironment(file: string, options: LoadOptions = {}): Promise<Environment> {
  const { examined, problems, config, secretKeys } = await read(file, options);
  if (problems.length > 0 || examined.resolved === undefined) throw new SpecError(problems);
  const { resolved, lockFile } = examined;
  return {
    ...resolved,
    name: resolved.spec.environment.name,
    file: path.resolve(file),
    lockFile: path.resolve(lockFile),
    config,
    secretKeys,
  };
}

/**
 * Reads an environment file alone, for what writes its lock. What compares the two is not checked.
 *
 * @param file Path of the file; problems name it as it is given here.
 * @throws SpecError with every problem of the file.
 */
export async function loadSpec(file: string): Promise<EnvironmentSpec> {
  const { examined, problems } = await read(file, { withoutLock: true });
  if (problems.length > 0 || examined.spec === undefined) throw new SpecError(problems);
  return examined.spec;
}

async function read(file: string, options: LoadOptions & Pick<Source, "withoutLock">) {
  const { document } = await readDocument([file], {
    what: "an environment file",
    fix: "see stacks/ for the environments there are; `--file` takes one from anywhere",
    sharedWithPulumi: true,
  });
  if (document.problems.length > 0) throw new SpecError(document.problems);
  const { raw, secure, misplaced, config, secretKeys, complaints } = readConfig(document.value);
  const place = (complaint: Complaint): Problem => document.place(complaint, fromTop(complaint.path));
  const examined = await examine(raw, { file, secure, misplaced, place, ...options });
  const problems = [...complaints.map((complaint) => document.place(complaint)), ...examined.problems];
  return { examined, problems, config, secretKeys };
}

/**
 * Does for configuration that the engine has read what {@link loadEnvironment} does for a file.
 *
 * @param raw Values by section name, without the namespace.
 * @param file What problems call the configuration, and beside which the lock is looked for.
 * @throws SpecError with every problem of the configuration and the lock.
 */
export async function parseEnvironment(
  raw: Readonly<Record<string, unknown>>,
  { file, ...options }: LoadOptions & { readonly file: string },
): Promise<ResolvedEnvironment> {
  const examined = await examine(raw, { file, place: (complaint) => unplaced(complaint, file), ...options });
  if (examined.resolved === undefined) throw new SpecError(examined.problems);
  return examined.resolved;
}

/** `["pools", "burst"]` stands in the file at `config`, `splitfleet:pools`, `burst`. */
const fromTop = ([section, ...rest]: Path): Path => ["config", `${NAMESPACE}:${section}`, ...rest];

interface Source extends LoadOptions {
  readonly file: string;
  readonly secure?: readonly Path[];
  readonly misplaced?: readonly string[];
  readonly withoutLock?: boolean;
  place(complaint: Complaint): Problem;
}

interface Examined {
  /** Undefined if there are problems, or without a lock. */
  readonly resolved: ResolvedEnvironment | undefined;
  /** Undefined if a section is wrong. */
  readonly spec: EnvironmentSpec | undefined;
  readonly problems: readonly Problem[];
  readonly lockFile: string;
}

async function examine(raw: Readonly<Record<string, unknown>>, source: Source): Promise<Examined> {
  const { spec, known, complaints } = readSections(raw, source);
  // Only a file that is named like a stack's says which stack it belongs to.
  const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(path.basename(source.file))?.[1];
  const name = known.environment?.name ?? stack;
  const alone = name === undefined || source.withoutLock === true;
  const found = alone ? undefined : await readLock(source.file, name, source.lockFile);
  const lock = found?.lock;
  const lockFile = found?.file ?? "";
  const given = [...Object.keys(raw), ...(source.misplaced ?? [])];
  const absent = SECTIONS.filter((section) => !given.includes(section));
  const facts = { ...known, lock, stack, files: { environment: source.file, lock: lockFile }, absent };
  const checked = checkEnvironment(facts, source.leave);
  const problems = [
    ...[...complaints, ...checked.filter(({ inLock }) => inLock !== true)].map((complaint) => source.place(complaint)),
    ...(found?.problems ?? []),
    ...checked.flatMap((complaint) =>
      complaint.inLock === true && found !== undefined ? [found.document.place(complaint)] : [],
    ),
    ...extensionProblems.map((problem) => ({ path: "", ...problem })),
  ];
  const resolved = problems.length > 0 || spec === undefined || lock === undefined ? undefined : { spec, lock };
  return { resolved, spec, problems, lockFile };
}
