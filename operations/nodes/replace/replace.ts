import { performance } from "node:perf_hooks";
import type { NodeControl } from "../control.ts";
import { recreate, type NodeEngine } from "./engine.ts";
import type { OpenReplacement, ReplacementLedger } from "./ledger.ts";
import type { Step } from "./steps.ts";

/** A server boots, joins the mesh and gets its configuration within this; AWS may take as long to find a GPU instance. */
const READY_SECONDS = 900;
/** As long as the longest grace that a workload of ours asks for, and a restart elsewhere. */
const DRAIN_SECONDS = 600;

export interface ReplaceParts {
  readonly control: NodeControl;
  readonly engine: NodeEngine;
  readonly ledger: ReplacementLedger;
  /** Is told of each step as it begins. */
  readonly onStep: (step: Step) => void;
  /** Is told of each step that is done. */
  readonly onDone: (step: Step, seconds: number) => void;
  /** Aborted when a person stops it: what is under way is finished, nothing more begun. */
  readonly signal: AbortSignal;
  /** Name of the node's component in the program, such as `inference-1`. */
  readonly component: string;
}

/** A step that did not come to its end. The next run goes on with it. */
export class ReplacementError extends Error {
  override readonly name = "ReplacementError";
  readonly step: Step;

  constructor(node: string, step: Step, cause: unknown) {
    super(`${node}: ${step} has failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.step = step;
  }
}

/**
 * Does what is left of a replacement, step by step, and writes down each that is done.
 *
 * @returns whether it has come to its end; false where a person has stopped it
 * @throws ReplacementError naming the step
 */
export async function replaceNode(open: OpenReplacement, parts: ReplaceParts): Promise<boolean> {
  const { ledger, onStep, onDone, signal } = parts;
  for (const step of open.steps.filter((each) => !open.done.has(each))) {
    if (signal.aborted) return false;
    onStep(step);
    const started = performance.now();
    try {
      await perform(step, open, parts);
    } catch (error) {
      throw new ReplacementError(open.node, step, error);
    }
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    ledger.done(open.node, step, seconds);
    onDone(step, seconds);
  }
  ledger.end(open.node);
  return true;
}

async function perform(step: Step, { node, pool, machine, besides }: OpenReplacement, parts: ReplaceParts) {
  const { control, engine, component } = parts;
  switch (step) {
    case "cordon":
      return control.cordon(node);
    case "drain": {
      const left = await control.drain(node, { graceSeconds: DRAIN_SECONDS });
      if (left.length === 0) return;
      throw new Error(`these pods have not left within ${DRAIN_SECONDS} s: ${left.join(", ")}`);
    }
    case "leave-etcd":
      return control.removeEtcdMember(node);
    case "stop":
      return control.stop(node);
    case "terminate":
      return control.terminateInstance(pool, machine);
    case "delete-node":
      return control.deleteNode(node);
    case "delete-device":
      return control.deleteMeshDevice(node);
    case "create":
      return recreate(engine, component, machine);
    case "admit": {
      const servers = (await control.nodes()).filter(({ role, ready }) => role === "server" && ready);
      return control.admit(node, { server: servers.find(({ name }) => name !== node)?.name });
    }
    case "wait-ready":
      return control.waitReady(node, { timeoutSeconds: READY_SECONDS, not: machine });
    case "wait-successor": {
      await control.waitSuccessor(pool, { timeoutSeconds: READY_SECONDS, besides });
      return;
    }
    case "uncordon":
      return control.uncordon(node);
  }
}
