import path from "node:path";
import { Command, Option } from "commander";
import { execa, ExecaError } from "execa";
import { reportTool } from "../operations/tool-progress.ts";
import { resolveTools } from "../sandbox/toolchain/resolve.ts";
import { TOOLS, type ToolName } from "../sandbox/toolchain/tools.ts";

const root = path.join(import.meta.dirname, "..");
/** Runs in a browser: its types are another's. */
const FRONT_END = path.join("examples", "web-app", "front-end");
const bin = (...parts: string[]): string => path.join(root, "node_modules", ...parts);

/** A step of the test run, by the name that `--only` takes. */
const STEPS = {
  format: "every source file as prettier writes it",
  types: "the type checker over every file",
  unused: "exports, files and dependencies that nothing uses",
  unit: "unit and graph tests, no process but the tests' own",
  engine: "the real Pulumi engine against the twin, the real Kubernetes control plane",
} as const;
type Step = keyof typeof STEPS;
const NAMES = Object.keys(STEPS) as Step[];
/** Everything that the tests of the last step start; built here, where people see how far it is. */
const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

const program = new Command("npm test --")
  .description("Run every check; stops at the first step that fails.")
  .addOption(new Option("--only <step...>", "run these steps only").choices(NAMES))
  .argument("[filter...]", "test files whose path contains one of these; for the steps `unit` and `engine`")
  .addHelpText(
    "after",
    `\nSteps:\n${NAMES.map((name) => `  ${name.padEnd(8)}${STEPS[name]}`).join("\n")}\n\nExample: npm test -- --only unit -- pricing\n`,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();
const chosen = program.opts<{ only?: Step[] }>().only ?? NAMES;

const node = async (script: string, args: readonly string[]): Promise<void> => {
  await execa(process.execPath, [script, ...args], { cwd: root, stdio: "inherit" });
};
const vitest = (project: string): Promise<void> =>
  node(bin("vitest", "vitest.mjs"), ["run", "--project", project, "--passWithNoTests=false", ...program.args]);

const run: Record<Step, () => Promise<void>> = {
  format: () => node(bin("prettier", "bin", "prettier.cjs"), ["--check", "--log-level", "warn", "."]),
  types: async () => {
    for (const project of [".", FRONT_END]) await node(bin("typescript", "bin", "tsc"), ["--project", project]);
  },
  unused: () => node(bin("knip", "bin", "knip.js"), []),
  unit: () => vitest("unit"),
  engine: async () => {
    await resolveTools(TOOL_NAMES, { onProgress: reportTool });
    await vitest("engine");
  },
};

for (const step of NAMES.filter((name) => chosen.includes(name))) {
  const started = performance.now();
  process.stderr.write(`\n${step}: ${STEPS[step]}\n`);
  try {
    await run[step]();
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    process.stderr.write(`${step} failed\n`);
    process.exit(1);
  }
  process.stderr.write(`${step} passed in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
