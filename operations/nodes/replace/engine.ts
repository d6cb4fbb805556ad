import type { OperationOptions, OperationResult } from "../../../sandbox/session/engine.ts";
import type { Session } from "../../../sandbox/session/session.ts";
import type { StateResource } from "../../../sandbox/session/state.ts";
import { replacementArguments, targetArguments } from "../../layers/targets.ts";
import type { LiveStack } from "../../live.ts";
import { recover } from "../../recover.ts";
import { refreshKnown } from "../../up.ts";
import { NodeControlError } from "../control.ts";
import { targetsOfNode } from "./targets.ts";

/** What a replacement asks of the engine. */
export interface NodeEngine {
  /** Repairs what a run that was cut off has left, such as its lock, where that can be done without asking. */
  repair(): Promise<void>;
  resources(): Promise<readonly StateResource[]>;
  /** Runs `up` on the given URNs and on nothing else. */
  up(urns: { readonly replace: readonly string[]; readonly update: readonly string[] }): Promise<OperationResult>;
  setProtection(urns: readonly string[], isProtected: boolean): Promise<void>;
}

/**
 * Makes a node's server anew, with its key and whatever hangs on it. Where the old server is gone already, as after an
 * interruption, it only completes what is missing. Protection is lifted for these resources alone, and put back whatever
 * happens.
 *
 * @param name Of the node's component, such as `inference-1`.
 * @param machine Id of the server that goes.
 * @throws NodeControlError with the engine's words
 */
export async function recreate(engine: NodeEngine, name: string, machine: string): Promise<void> {
  await engine.repair();
  const targets = targetsOfNode(name, await engine.resources());
  if (targets === undefined) {
    throw new NodeControlError(`the stack has no node ${name}: run \`npm run up\`, which creates what the file names`);
  }
  const isOld = targets.server?.id === machine;
  const urns = isOld ? targets : { replace: [], update: [...targets.replace, ...targets.update] };
  if (isOld && targets.protected.length > 0) await engine.setProtection(targets.protected, false);
  try {
    const result = await engine.up(urns);
    if (result.exitCode !== 0) throw new NodeControlError(complaintOf(result));
  } finally {
    await engine.repair();
    const bare = (await engine.resources()).filter(
      (resource) => targets.protected.includes(resource.urn) && resource.delete !== true && resource.protect !== true,
    );
    if (bare.length > 0) {
      await engine.setProtection(
        bare.map(({ urn }) => urn),
        true,
      );
    }
  }
}

function complaintOf({ diagnostics, output }: OperationResult): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
  return `the engine has failed: ${errors.length > 0 ? errors.join("\n") : output.trim()}`;
}

/** The engine of a rehearsal. */
export function sessionEngine(session: Session, options: OperationOptions = {}): NodeEngine {
  let hasRepaired = false;
  const repair = async (): Promise<void> => {
    if ((await recover(session)) !== undefined) hasRepaired = true;
  };
  return {
    repair,
    resources: () => Promise.resolve(session.state().resources ?? []),
    up: async ({ replace, update }) => {
      await repair();
      const only = [...targetArguments(update), ...replacementArguments(replace)];
      if (hasRepaired) {
        const refreshed = await refreshKnown(session, [...update, ...replace], options);
        if (refreshed !== undefined && refreshed.exitCode !== 0) return refreshed;
      }
      return session.run(["up", "--yes", "--skip-preview", ...only], options);
    },
    setProtection: async (urns, isProtected) => {
      const verb = isProtected ? "protect" : "unprotect";
      await session.command(["state", verb, "--yes", "--stack", session.environment, ...urns]);
    },
  };
}

/** The engine of a live stack, with the user's own Pulumi. */
export const liveEngine = (stack: LiveStack, options: OperationOptions = {}): NodeEngine => ({
  // Whose lock it is can not be known there: Pulumi says so, and how to take it off.
  repair: () => Promise.resolve(),
  resources: async () => (await stack.state()).resources ?? [],
  up: ({ replace, update }) => stack.run("up", { ...options, targets: update, replace }),
  setProtection: (urns, isProtected) => (isProtected ? stack.protect(urns) : stack.unprotect(urns)),
});
