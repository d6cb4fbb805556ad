import { existsSync } from "node:fs";
import path from "node:path";
import type { Interrupt } from "../../sandbox/session/engine.ts";
import { layoutOf } from "../../sandbox/session/layout.ts";
import { openSession } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { InputError } from "../errors.ts";
import { LiveStack } from "../live.ts";
import { ROOT } from "../run-verb.ts";
import { SANDBOX } from "../select-environment.ts";
import { reportTool } from "../tool-progress.ts";
import type { NodeControl } from "./control.ts";
import { liveNodeControl } from "./control-live.ts";
import { TwinNodeControl } from "./control-twin.ts";
import { liveEngine, type NodeEngine, sessionEngine } from "./replace/engine.ts";
import { ReplacementLedger } from "./replace/ledger.ts";

export interface NodesOptions {
  /** Against the simulated clouds. */
  readonly rehearsed: boolean;
}

/** The running nodes of an environment. */
export interface Nodes {
  readonly control: NodeControl;
  readonly ledger: ReplacementLedger;
  /** Where operations note how far they have come. */
  readonly folder: string;
  /** Whether a person is asked before anything is changed. */
  readonly asks: boolean;
  /** What a command needs that goes on, such as ` --rehearse`. */
  readonly flag: string;
}

/** The running nodes, and the engine that made them. */
export interface Fleet extends Nodes, AsyncDisposable {
  readonly engine: NodeEngine;
}

/** Where live runs keep how far they have come; git ignores it, as it does what rehearsals keep. */
const liveFolder = (environment: string): string => path.join(ROOT, ".sandbox", "live", environment);

/** @throws InputError where the environment is not up in the rehearsal */
export function openNodes(environment: Environment, { rehearsed }: NodesOptions): Nodes {
  const { name } = environment;
  if (!rehearsed) {
    const folder = liveFolder(name);
    return {
      control: liveNodeControl(environment, process.env),
      ledger: new ReplacementLedger(folder),
      folder,
      asks: true,
      flag: "",
    };
  }
  const { folder, world } = layoutOf(ROOT, name);
  const flag = name === SANDBOX ? "" : " --rehearse";
  if (!existsSync(world)) {
    throw new InputError(
      `${name} is not up in the rehearsal: there is no ${world}. Run \`npm run up -- ${name}${flag}\` first.`,
    );
  }
  const control = new TwinNodeControl(folder, environment);
  return { control, ledger: new ReplacementLedger(folder), folder, asks: name !== SANDBOX, flag };
}

/** @throws InputError where the environment is not up */
export async function openFleet(
  environment: Environment,
  { rehearsed, interrupt }: NodesOptions & { readonly interrupt: Interrupt },
): Promise<Fleet> {
  const nodes = openNodes(environment, { rehearsed });
  const pulumi = await resolveTool("pulumi", { onProgress: reportTool });
  const options = { root: ROOT, pulumi, node: process.execPath };
  if (rehearsed) {
    const session = await openSession({ ...options, environment });
    return { ...nodes, engine: sessionEngine(session, { interrupt }), [Symbol.asyncDispose]: () => session.close() };
  }
  const stack = new LiveStack({ ...options, environment: environment.name, user: process.env });
  await stack.check();
  return {
    ...nodes,
    engine: liveEngine(stack, { interrupt }),
    [Symbol.asyncDispose]: () => Promise.resolve(stack[Symbol.dispose]()),
  };
}
