import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command as Program, InvalidArgumentError } from "commander";
import { today } from "../plan/today.ts";
import { ProjectCopy } from "../sandbox/session/project-copy.ts";
import { SANDBOX } from "../operations/select-environment.ts";
import type { Environment } from "../stacks/environment-file.ts";
import { environmentNames } from "../stacks/environment-names.ts";
import { writeLargeEnvironment } from "./bench/large.ts";
import { bestOf, type Command } from "./bench/measure.ts";

const root = path.join(import.meta.dirname, "..");

/** What is promised, on two idle cores. The ratio to the floor holds on a busy or slow machine as well. */
const LIMITS = {
  planRatio: 1.5,
  /** Of a plan with up to this many resources; each beyond takes {@link LIMITS.secondsPerResource} more. */
  planSeconds: 1.8,
  planResources: 300,
  secondsPerResource: 0.003,
  allPlansSeconds: 4,
  /** What twice the nodes may cost: linear, and a tenth for what the machine does beside. */
  growth: 2.2,
  ruleSeconds: 0.0001,
  upSeconds: 60,
  noopSeconds: 20,
} as const;

interface Line {
  readonly what: string;
  readonly seconds: number;
  /** Times the floor of the same run; not a number where there is none. */
  readonly ratio: number;
  readonly limit: string;
  readonly isWithin: boolean;
}

const program = new Program("npm run bench --")
  .description(
    "Measures the plan of every environment as a multiple of its floor, which is the same imports and as many bare " +
      "registrations; then how a plan grows with its nodes, the rules, and up with and without changes on the sandbox.",
  )
  .option("--runs <number>", "runs of floor and plan, of which the best counts", wholeNumber, 5)
  .option("--no-engine", "leave out what needs the Pulumi CLI")
  .option("--json", "write the figures as JSON to standard output")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const options = program.opts<{ runs: number; engine: boolean; json?: boolean }>();

const environments = await allEnvironments();
const plans = await measurePlans();
const floor = plans.find(({ what }) => what === `floor of ${SANDBOX}`)?.seconds ?? Number.NaN;
const lines = [
  ...plans,
  ...(await measureGrowth()),
  ...(await measureRules()),
  ...(options.engine ? await measureEngine() : []),
];
if (options.json === true) process.stdout.write(`${JSON.stringify(lines)}\n`);
else for (const line of lines) process.stdout.write(`${show(line)}\n`);
process.exitCode = lines.every(({ isWithin }) => isWithin) ? 0 : 1;

interface Measured {
  readonly environment: Environment;
  readonly resources: number;
}

async function allEnvironments(): Promise<readonly Measured[]> {
  const { loadEnvironment } = await import("../stacks/environment-file.ts");
  const { planEnvironment } = await import("../plan/plan.ts");
  const stacks = path.join(root, "stacks");
  const measured: Measured[] = [];
  for (const name of environmentNames(stacks).toSorted()) {
    const environment = await loadEnvironment(path.join(stacks, `Pulumi.${name}.yaml`));
    const { rows } = await planEnvironment(environment, { today: today() });
    measured.push({ environment, resources: rows.length });
  }
  return measured;
}

function plan(name: string, ...args: readonly string[]): Command {
  const bootstrap = path.join(import.meta.dirname, "bootstrap.mjs");
  return { name, file: process.execPath, args: [bootstrap, "plan", ...args, "--json"] };
}

/** Each environment's plan beside its floor, and all of them in one process. */
async function measurePlans(): Promise<readonly Line[]> {
  const commands = environments.flatMap(({ environment: { name }, resources }): Command[] => [
    {
      name: `floor of ${name}`,
      file: process.execPath,
      args: [path.join(import.meta.dirname, "bench", "floor.ts"), String(resources)],
    },
    plan(`plan ${name}`, name),
  ]);
  const all = `plan of all ${environments.length} in one process`;
  const best = await bestOf(options.runs, [...commands, plan(all)], root);
  const seconds = (name: string): number => (best.get(name) ?? Infinity) / 1000;
  const each = environments.flatMap(({ environment: { name }, resources }): Line[] => {
    const least = seconds(`floor of ${name}`);
    const own = seconds(`plan ${name}`);
    const { planRatio, planSeconds, planResources, secondsPerResource } = LIMITS;
    const limit = planSeconds + secondsPerResource * Math.max(0, resources - planResources);
    const ratio = own / least;
    return [
      { what: `floor of ${name}`, seconds: least, ratio: 1, limit: "", isWithin: true },
      {
        what: `plan ${name}, ${resources} rows`,
        seconds: own,
        ratio,
        limit: `${planRatio} times the floor and ${limit.toFixed(2)} s`,
        isWithin: ratio <= planRatio && own <= limit,
      },
    ];
  });
  const together = seconds(all);
  const limit = LIMITS.allPlansSeconds;
  return [
    ...each,
    { what: all, seconds: together, ratio: Number.NaN, limit: `${limit} s`, isWithin: together <= limit },
  ];
}

/** Whether a plan costs as much more as it has nodes more. */
async function measureGrowth(): Promise<readonly Line[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-bench-"));
  try {
    const sizes = [500, 1000].map((nodes) => ({ nodes, what: `plan of ${nodes} nodes` }));
    const commands = sizes.map(({ nodes, what }) =>
      plan(what, "--file", writeLargeEnvironment(root, path.join(folder, String(nodes)), nodes)),
    );
    const best = await bestOf(Math.min(options.runs, 2), commands, root);
    const [half = Number.NaN, whole = Number.NaN] = sizes.map(({ what }) => (best.get(what) ?? Infinity) / 1000);
    const growth = whole / half;
    const limit = `${LIMITS.growth} times the half of it: ${growth.toFixed(2)}`;
    return [
      { what: "plan of 500 nodes", seconds: half, ratio: Number.NaN, limit: "", isWithin: true },
      { what: "plan of 1000 nodes", seconds: whole, ratio: Number.NaN, limit, isWithin: growth <= LIMITS.growth },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every rule over the rows of the largest environment. */
async function measureRules(): Promise<readonly Line[]> {
  const { record } = await import("../plan/recorder/record.ts");
  const { fleet } = await import("../stacks/fleet.ts");
  const { rules } = await import("../policies/registry.ts");
  const { exampleSurroundings } = await import("../policies/example.ts");
  const { runRules } = await import("../policies/run.ts");
  const [largest] = environments.toSorted((one, other) => other.resources - one.resources);
  if (largest === undefined) return [];
  const { environment } = largest;
  const { rows } = await record(environment, async () => fleet(environment.spec, environment.lock));
  const started = performance.now();
  runRules(rules, rows, exampleSurroundings);
  const seconds = (performance.now() - started) / 1000;
  const limit = LIMITS.ruleSeconds * rows.length * rules.length;
  return [
    {
      what: `${rules.length} rules over ${rows.length} rows`,
      seconds,
      ratio: Number.NaN,
      limit: `${limit.toFixed(2)} s, ${LIMITS.ruleSeconds * 1000} ms a row and rule`,
      isWithin: seconds <= limit,
    },
  ];
}

/** A first and a second `up` in a copy, whose world is empty. */
async function measureEngine(): Promise<readonly Line[]> {
  const { openSession } = await import("../sandbox/session/session.ts");
  const { resolveTool } = await import("../sandbox/toolchain/resolve.ts");
  const { up } = await import("../operations/up.ts");
  const environment = environments.find((each) => each.environment.name === SANDBOX)?.environment;
  if (environment === undefined) throw new Error(`stacks/ has no environment ${SANDBOX}`);
  using copy = new ProjectCopy(root);
  await using session = await openSession({
    root: copy.root,
    environment,
    pulumi: await resolveTool("pulumi"),
    node: process.execPath,
  });
  const lines: Line[] = [];
  for (const { what, limit } of [
    { what: "up sandbox", limit: LIMITS.upSeconds },
    { what: "up sandbox, nothing to do", limit: LIMITS.noopSeconds },
  ]) {
    const { exitCode, durationMs, output } = await up(session);
    if (exitCode !== 0) throw new Error(`${what} failed:\n${output}`);
    const seconds = durationMs / 1000;
    lines.push({ what, seconds, ratio: seconds / floor, limit: `${limit} s`, isWithin: seconds <= limit });
  }
  return lines;
}

function show({ what, seconds, ratio, limit, isWithin }: Line): string {
  const verdict = limit === "" ? "" : `  ${isWithin ? "within" : "OVER"} ${limit}`;
  const times = Number.isNaN(ratio) ? " ".repeat(16) : `${ratio.toFixed(2).padStart(8)} x floor`;
  return `${what.padEnd(34)}${seconds.toFixed(2).padStart(7)} s${times}${verdict}`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
  return number;
}
