import type { Environment } from "../../stacks/environment-file.ts";
import { inMode } from "../../stacks/mode.ts";
import type { Mode } from "../../stacks/spec/identity.ts";
import { EXIT, InputError } from "../errors.ts";
import { fileOption, ROOT, type VerbOptions } from "../run-verb.ts";
import { SANDBOX, selectEnvironment } from "../select-environment.ts";
import { activityOf } from "./activity.ts";
import { reasonToSleep, shouldWake } from "./due.ts";

export interface ModeOptions extends VerbOptions {
  /** Acts only where the environment file says that it is time to. */
  readonly due?: boolean;
  /** Where the environment's Prometheus answers. */
  readonly prometheus?: string;
}

/** Puts an environment to sleep, unless it is one for production. Returns the exit code. */
export async function runSleep(name: string | undefined, options: ModeOptions, now: Date): Promise<number> {
  const environment = await chosen(name, options);
  const { purpose, idleHours } = environment.spec.environment;
  if (purpose === "production") {
    throw new InputError(
      `"${environment.name}" is for production and does not sleep. \`npm run brake -- ${environment.name}\` stops its ` +
        "runs and holds its endpoints at their floor.",
    );
  }
  if (options.due !== true) return run("asleep", environment, options);
  const { prometheus } = options;
  const activity =
    prometheus === undefined || idleHours === undefined ? undefined : await activityOf(prometheus, idleHours);
  const reason = reasonToSleep(environment.spec.environment, now, activity);
  if (reason === undefined) return say(`${environment.name}: not due to sleep.`);
  say(`${environment.name} goes to sleep: ${reason}.`);
  return run("asleep", environment, options);
}

/** Wakes an environment. Returns the exit code. */
export async function runWake(name: string | undefined, options: ModeOptions, now: Date): Promise<number> {
  const environment = await chosen(name, options);
  if (options.due === true && !shouldWake(environment.spec.environment, now)) {
    return say(`${environment.name}: not due to wake.`);
  }
  return run("awake", environment, options);
}

/** Pulls or releases the brake. Returns the exit code. */
export async function runBrake(
  name: string | undefined,
  { release = false, ...options }: ModeOptions & { readonly release?: boolean },
): Promise<number> {
  return run(release ? "awake" : "braked", await chosen(name, options), options);
}

const chosen = (name: string | undefined, { file }: ModeOptions): Promise<Environment> =>
  selectEnvironment(ROOT, { name, file: fileOption(file) });

async function run(
  mode: Mode,
  environment: Environment,
  { json = false, file, rehearse = false, yes = false }: ModeOptions,
): Promise<number> {
  const changed = inMode(environment, mode);
  if (rehearse || environment.name === SANDBOX) {
    const { runRehearsal } = await import("../run-rehearsal.ts");
    return runRehearsal("up", changed, { json });
  }
  const { runLive } = await import("../run-live.ts");
  return runLive("up", changed, { file, json, yes });
}

function say(text: string): number {
  process.stderr.write(`${text}\n`);
  return EXIT.ok;
}
