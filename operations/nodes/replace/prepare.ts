import { loadCatalogue } from "../../../plan/pricing/catalogue/load.ts";
import type { Environment } from "../../../stacks/environment-file.ts";
import { InputError } from "../../errors.ts";
import type { NodeControl } from "../control.ts";
import { assess } from "./assess.ts";
import type { NodeEngine } from "./engine.ts";
import type { Beginning, OpenReplacement, ReplacementLedger } from "./ledger.ts";
import { priceStepOf } from "./price.ts";
import type { ReplaceReport } from "./report.ts";
import { targetsOfNode } from "./targets.ts";

export interface Prepared {
  readonly beginning: Beginning | OpenReplacement;
  /** Verdict `planned` or `refused`. */
  readonly report: ReplaceReport;
}

interface Question {
  /** The node's name, with or without the environment's. */
  readonly node: string;
  /** Workloads whose data may go without a backup. */
  readonly deleteData: readonly string[];
  /** ISO date */
  readonly today: string;
}

interface Parts {
  readonly control: NodeControl;
  readonly engine: NodeEngine;
  readonly ledger: ReplacementLedger;
}

/** Name of a node's component in the program, such as `inference-1`. */
export const componentOf = (environment: string, node: string): string => node.slice(environment.length + 1);

/**
 * Says what a replacement would do. One that was interrupted is not judged again: what stood against it then was looked at,
 * and half of it is done.
 *
 * @throws InputError for a node that does not exist, and while the replacement of another one is open
 */
export async function prepare(
  environment: Environment,
  { control, engine, ledger }: Parts,
  { node: wanted, deleteData, today }: Question,
): Promise<Prepared> {
  const open = ledger.open();
  if (open !== undefined) return goOn(environment, open, wanted);
  const { node, steps, lost, isAlone, refusals, machines } = await assess(control, environment, wanted, deleteData);
  const targets = targetsOfNode(componentOf(environment.name, node.name), await engine.resources());
  const price = priceStepOf(environment, node.pool, targets?.server, loadCatalogue({ today }));
  return {
    beginning: {
      node: node.name,
      pool: node.pool,
      machine: targets?.server?.id ?? node.machine,
      besides: [...machines],
      steps: [...steps],
    },
    report: {
      environment: environment.name,
      node: node.name,
      pool: node.pool,
      verdict: refusals.length > 0 ? "refused" : "planned",
      refusals: [...refusals],
      price,
      lost: lost.map(({ backupHours = null, ...volume }) => ({ ...volume, backupHours })),
      alone: isAlone,
      steps: steps.map((step) => ({ step, seconds: null })),
      problem: null,
      next: null,
    },
  };
}

function goOn(environment: Environment, open: OpenReplacement, wanted: string): Prepared {
  if (![open.node, componentOf(environment.name, open.node)].includes(wanted)) {
    throw new InputError(
      `the replacement of ${open.node} has begun and not ended. Go on with it first: ` +
        `\`npm run replace -- ${environment.name} ${open.node}\`.`,
    );
  }
  return {
    beginning: open,
    report: {
      environment: environment.name,
      node: open.node,
      pool: open.pool,
      verdict: "planned",
      refusals: [],
      price: null,
      lost: [],
      alone: false,
      steps: open.steps.map((step) => ({ step, seconds: open.done.get(step) ?? null })),
      problem: null,
      next: null,
    },
  };
}
