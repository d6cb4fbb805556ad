import path from "node:path";
import { Config, getStack, type Output, RunError, runtime } from "@pulumi/pulumi";
import { holdUntilBootstrapped } from "./bootstrap-gate.ts";
import { parseEnvironment } from "./environment-file.ts";
import { ORGANISATION } from "./environment-names.ts";
import { fleet, type FleetOutputs } from "./fleet.ts";
import { standIn } from "./layers/compose.ts";
import { askedMode, MODE_VARIABLE } from "./mode.ts";
import { organisation, type OrganisationOutputs } from "./organisation.ts";
import { SpecError } from "./problems.ts";
import { SECTIONS } from "./spec/environment.ts";
import { loadTailnet } from "./tailnet.ts";

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

/** The stack of what the environments in this folder share that are in the tailnet named by `splitfleet:tailnet`. */
async function sharedProgram(config: Config): Promise<OrganisationOutputs> {
  const tailnet = config.require("tailnet");
  const environments = await loadTailnet(import.meta.dirname, tailnet);
  if (environments.length === 0) throw new RunError(`no environment in stacks/ has \`mesh.tailnet: ${tailnet}\``);
  return organisation({ tailnet, environments, overwrite: config.getBoolean("overwritePolicy") ?? false });
}

/**
 * The program that Pulumi runs, and the only reader of its configuration. `SPLITFLEET_LOCK_FILE` names the lock where it
 * does not stand beside the environment file; `SPLITFLEET_REHEARSAL` is set in a rehearsal and nowhere else. There,
 * `SPLITFLEET_LEAVE_CHECKS=capacity` leaves it to the rehearsal's own scheduler whether pods have room. `SPLITFLEET_MODE`
 * counts instead of the file's mode for one run.
 */
export default async function program(): Promise<FleetOutputs | OrganisationOutputs> {
  const stack = getStack();
  if (stack === SANDBOX && !runtime.isDryRun() && !isRehearsal()) {
    throw new RunError(
      "the sandbox is only ever brought up against the twin; run `npm run up`, or `npm run shell` for a shell in which plain `pulumi up` does",
    );
  }
  const config = new Config("splitfleet");
  try {
    return await (stack === ORGANISATION ? sharedProgram(config) : environmentProgram(stack, config));
  } catch (error) {
    throw error instanceof SpecError ? new RunError(error.message) : error;
  }
}

async function environmentProgram(stack: string, config: Config): Promise<FleetOutputs> {
  const sections = SECTIONS.map((section) => [section, config.get(section)] as const).filter(
    ([, value]) => value !== undefined,
  );
  const { spec, lock } = await parseEnvironment(Object.fromEntries(sections), {
    file: path.join(import.meta.dirname, `Pulumi.${stack}.yaml`),
    lockFile: process.env["SPLITFLEET_LOCK_FILE"],
    leave: isRehearsal() && process.env["SPLITFLEET_LEAVE_CHECKS"] === "capacity" ? ["capacity"] : [],
  });
  if (!runtime.isDryRun()) {
    const { SPLITFLEET_REHEARSAL: rehearsal, VAULT_CACERT: caFile } = process.env;
    await holdUntilBootstrapped(spec, { rehearsal, caFile });
  }
  return fleet(askedMode(spec, process.env[MODE_VARIABLE]), lock, providedSecret);
}
