import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** What the launcher, and so the engine that started it, has in its environment. */
export interface Caller {
  /** `SPLITFLEET_REHEARSAL`: the marker folder of the session. */
  readonly rehearsal: string | undefined;
  /** `PULUMI_BACKEND_URL`: where the engine keeps its state. */
  readonly backend: string | undefined;
}

/** The one stack that may use the twin. */
export interface Rehearsal {
  readonly environment: string;
  readonly project: string;
}

/**
 * The rehearsal that `caller` runs in.
 *
 * @param marker The folder whose world this twin simulates.
 * @throws Error when anything points outside the rehearsal: no marker, another one, a backend elsewhere.
 */
export function enterRehearsal(caller: Caller, marker: string): Rehearsal {
  if (caller.rehearsal === undefined || caller.rehearsal === "") {
    throw refusal("SPLITFLEET_REHEARSAL is not set, so this is not known to be a rehearsal");
  }
  if (real(caller.rehearsal) !== real(marker)) {
    throw refusal(`the session's marker is ${caller.rehearsal}, but this twin simulates ${marker}`);
  }
  const file = path.join(marker, "rehearsal.json");
  if (!existsSync(file)) throw refusal(`${file} does not exist, so this is not known to be a rehearsal`);
  const rehearsal = parse(file);

  if (caller.backend === undefined || caller.backend === "") {
    throw refusal(`PULUMI_BACKEND_URL is not set, so the state may be a live one; expected a file:// below ${marker}`);
  }
  const state = caller.backend.startsWith("file://") ? filePath(caller.backend) : undefined;
  if (state === undefined || !`${real(state)}${path.sep}`.startsWith(`${real(marker)}${path.sep}`)) {
    throw refusal(`the backend is ${withoutPassword(caller.backend)}; expected a file:// below ${marker}`);
  }
  return rehearsal;
}

/** @throws Error when a resource belongs to another project or stack than the rehearsal's. */
export function assertRehearsed(urn: string, { environment, project }: Rehearsal): void {
  const [head, projectOf] = urn.split("::");
  const stackOf = head?.split(":").at(-1);
  if (stackOf !== environment || projectOf !== project) {
    throw refusal(`${urn} is of stack ${stackOf} in project ${projectOf}; expected ${environment} in ${project}`);
  }
}

function refusal(what: string): Error {
  return new Error(
    `The simulated clouds refuse to work: ${what}. ` +
      "Use `npm run up`, or `npm run shell` for the Pulumi CLI itself; a live run must not have the twin on its PATH.",
  );
}

function parse(file: string): Rehearsal {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw refusal(`${file} is not JSON (${String(error)})`);
  }
  const { environment, project } = (content ?? {}) as Partial<Record<keyof Rehearsal, unknown>>;
  if (typeof environment === "string" && typeof project === "string") return { environment, project };
  throw refusal(`${file} does not name an environment and a project`);
}

/** Pulumi allows options after `?` and writes local paths without escapes. */
function filePath(url: string): string | undefined {
  const [location = ""] = url.split("?");
  return location.startsWith("file:///") ? fileURLToPath(location) : undefined;
}

/** Links resolved as far as the path exists. */
function real(file: string): string {
  const absolute = path.resolve(file);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = path.dirname(absolute);
  return parent === absolute ? absolute : path.join(real(parent), path.basename(absolute));
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//…@");
}
