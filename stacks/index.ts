import path from "node:path";
import { Config, getStack, type Output, RunError, runtime } from "@pulumi/pulumi";
import { holdUntilBootstrapped } from "./bootstrap-gate.ts";
import { parseEnvironment } from "./environment-file.ts";
import { fleet, type FleetOutputs } from "./fleet.ts";
import { standIn } from "./layers/compose.ts";
import { askedMode, MODE_VARIABLE } from "./mode.ts";
import { SpecError } from "./problems.ts";
import { SECTIONS } from "./spec/environment.ts";

/** The environment that exists only in the twin. */
const SANDBOX = "sandbox";

const isRehearsal = (): boolean => process.env["SPLITFLEET_REHEARSAL"] !== undefined;

/**
 * A secret that somebody else issues, for a node outside the cluster: set with
 * `pulumi config set --secret secret:<workload>/<secret>/<key>`. A rehearsal asks for none, as the plan does not.
 */
function providedSecret(place: string): Output<string> {
  const value = new Config("secret").getSecret(place);
  if (value !== undefined) return value;
  if (isRehearsal()) return standIn(place);
  throw new RunError(`the secret ${place} has no value; run \`pulumi config set --secret secret:${place}\``);
}

/**
 * The program that Pulumi runs, and the only reader of its configuration. `SPLITFLEET_LOCK_FILE` names the lock where it
 * does not stand beside the environment file; `SPLITFLEET_REHEARSAL` is set in a rehearsal and nowhere else. There,
 * `SPLITFLEET_LEAVE_CHECKS=capacity` leaves it to the rehearsal's own scheduler whether pods have room. `SPLITFLEET_MODE`
 * counts instead of the file's mode for one run.
 */
export default async function program(): Promise<FleetOutputs> {
  const stack = getStack();
  const rehearsed = isRehearsal();
  if (stack === SANDBOX && !runtime.isDryRun() && !rehearsed) {
    throw new RunError(
      "the sandbox is only ever brought up against the twin; run `npm run up`, or `npm run shell` for a shell in which plain `pulumi up` does",
    );
  }
  const config = new Config("splitfleet");
  const sections = SECTIONS.map((section) => [section, config.get(section)] as const).filter(
    ([, value]) => value !== undefined,
  );
  try {
    const { spec, lock } = await parseEnvironment(Object.fromEntries(sections), {
      file: path.join(import.meta.dirname, `Pulumi.${stack}.yaml`),
      lockFile: process.env["SPLITFLEET_LOCK_FILE"],
      leave: rehearsed && process.env["SPLITFLEET_LEAVE_CHECKS"] === "capacity" ? ["capacity"] : [],
    });
    if (!runtime.isDryRun()) {
      const { SPLITFLEET_REHEARSAL: rehearsal, VAULT_CACERT: caFile } = process.env;
      await holdUntilBootstrapped(spec, { rehearsal, caFile });
    }
    return fleet(askedMode(spec, process.env[MODE_VARIABLE]), lock, providedSecret);
  } catch (error) {
    throw error instanceof SpecError ? new RunError(error.message) : error;
  }
}
