import path from "node:path";
import { Command as Program, InvalidArgumentError } from "commander";
import { today } from "../plan/today.ts";
import { ProjectCopy } from "../sandbox/session/project-copy.ts";
import { bestOf, type Command } from "./bench/measure.ts";

const root = path.join(import.meta.dirname, "..");

/** What is promised, on two idle cores. The ratio to the floor holds on a busy or slow machine as well. */
const LIMITS = { planRatio: 1.5, planSeconds: 1.8, upSeconds: 60, noopSeconds: 20 } as const;

interface Line {
  readonly what: string;
  readonly seconds: number;
  /** Times the floor of the same run. */
  readonly ratio: number;
  readonly limit: string;
  readonly isWithin: boolean;
}

const program = new Program("npm run bench --")
  .description(
    "Measures plan, up and an up without changes on the sandbox, as multiples of the floor: " +
      "the same imports and as many bare registrations.",
  )
  .option("--runs <number>", "runs of floor and plan, of which the best counts", wholeNumber, 5)
  .option("--no-engine", "leave out what needs the Pulumi CLI")
  .option("--json", "write the figures as JSON to standard output")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const options = program.opts<{ runs: number; engine: boolean; json?: boolean }>();

const environment = await sandbox();
const floorSeconds = await measurePlan();
const lines = [...floorSeconds, ...(options.engine ? await measureEngine(floorSeconds[0].seconds) : [])];
if (options.json === true) process.stdout.write(`${JSON.stringify(lines)}\n`);
else for (const line of lines) process.stdout.write(`${show(line)}\n`);
process.exitCode = lines.every(({ isWithin }) => isWithin) ? 0 : 1;

async function sandbox(): Promise<{
  readonly name: string;
  readonly file: string;
  readonly lockFile: string;
  readonly resources: number;
}> {
  const { loadEnvironment } = await import("../stacks/environment-file.ts");
  const { planEnvironment } = await import("../plan/plan.ts");
  const loaded = await loadEnvironment(path.join(root, "stacks", "Pulumi.sandbox.yaml"));
  const { rows } = await planEnvironment(loaded, { today: today() });
  return { name: loaded.name, file: loaded.file, lockFile: loaded.lockFile, resources: rows.length };
}

async function measurePlan(): Promise<readonly [Line, Line]> {
  const floor: Command = {
    name: "floor",
    file: process.execPath,
    args: [path.join(import.meta.dirname, "bench", "floor.ts"), String(environment.resources)],
  };
  const plan: Command = { name: "plan", file: "npm", args: ["run", "--silent", "plan", "--", "sandbox", "--json"] };
  const best = await bestOf(options.runs, [floor, plan], root);
  const seconds = (name: string): number => (best.get(name) ?? Infinity) / 1000;
  const ratio = seconds("plan") / seconds("floor");
  return [
    {
      what: `floor for ${environment.resources} resources`,
      seconds: seconds("floor"),
      ratio: 1,
      limit: "",
      isWithin: true,
    },
    {
      what: "plan sandbox, npm included",
      seconds: seconds("plan"),
      ratio,
      limit: `${LIMITS.planRatio} times the floor and ${LIMITS.planSeconds} s`,
      isWithin: ratio <= LIMITS.planRatio && seconds("plan") <= LIMITS.planSeconds,
    },
  ];
}

/** A first and a second `up` in a copy, whose world is empty. */
async function measureEngine(floor: number): Promise<readonly Line[]> {
  const { openSession } = await import("../sandbox/session/session.ts");
  const { resolveTool } = await import("../sandbox/toolchain/resolve.ts");
  const { up } = await import("../operations/up.ts");
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
  return `${what.padEnd(28)}${seconds.toFixed(2).padStart(7)} s${ratio.toFixed(2).padStart(8)} x floor${verdict}`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
  return number;
}
