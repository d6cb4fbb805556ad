import "../plan/recorder/lean-sdk.ts";
import { EXIT } from "../operations/errors.ts";
import { InterruptListener } from "../operations/interrupt.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";
import { describeChanges } from "../operations/summary.ts";

interface Options {
  readonly check?: string;
  readonly prove?: boolean;
  readonly up?: boolean;
  readonly rehearse?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `npm run mesh-policy`: the policy file of a tailnet, made from the environments in it. */
const command = verbCommand("mesh-policy", "Print the policy of an environment's tailnet: who may reach whom, and why.")
  .argument("[environment]", "an environment in the tailnet; the sandbox, unless another is named")
  .option("--check <path>", "compare with a policy file, such as one exported from the admin console")
  .option("--prove", "judge every packet between any two devices by Headscale's policy engine and Tailscale's filter")
  .option("--up", "put it in place by the stack organisation, after a preview and a question")
  .option("--rehearse", "with --up: in the simulated clouds, as always for the sandbox")
  .option("--yes", "with --up: do not ask before a live run")
  .option(
    "--json",
    "write a report as JSON, and nothing else, to standard output; see docs/reference/mesh-policy.schema.json",
  )
  .addHelpText(
    "after",
    `
A tailnet has one policy file. It is made from all environments in stacks/ with the same mesh.tailnet; see docs/mesh.md
for the stack "organisation", which puts it in place.

Exit codes: 0 printed, and nothing differs; 1 the checked file differs, or the policy lets through something else than is
declared, or it could not be put in place; 2 bad input, or nobody agreed (nothing was changed).

Examples:
  npm run -s mesh-policy -- factory > policy.hujson
  npm run mesh-policy -- factory --check exported.hujson
  npm run mesh-policy -- factory --prove
  npm run mesh-policy -- factory --up --rehearse`,
  );

await runVerb(command, async () => {
  const { check, prove = false, up = false, rehearse = false, yes = false, json = false } = command.opts<Options>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0] });
  const { deriveMeshPolicy } = await import("../operations/mesh-policy/run.ts");
  const report = await deriveMeshPolicy(environment, { root: ROOT, check: fileOption(check), prove });
  const { differences = [], proof, file, tailnet } = report;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else if (check === undefined && !prove && !up) process.stdout.write(file);
  for (const { section, only, entry } of differences) {
    say(`${only === "derived" ? "missing there" : "only there"}: ${section} ${JSON.stringify(entry)}`);
  }
  for (const line of proof?.differences ?? []) say(line);
  if (proof !== undefined) {
    const { engines, judged, passing } = proof;
    say(`${judged} kinds of packets judged by ${engines.join(" and ")}: ${passing} connections declared.`);
  }
  if (check !== undefined) say(differences.length === 0 ? `${check} is the derived policy.` : `${check} differs.`);
  if (differences.length + (proof?.differences.length ?? 0) > 0) return EXIT.failed;
  return up ? put({ tailnet, rehearsed: rehearse || environment.name === SANDBOX, yes, say }) : EXIT.ok;
});

interface Wish {
  readonly tailnet: string;
  readonly rehearsed: boolean;
  readonly yes: boolean;
  readonly say: (line: string) => void;
}

async function put({ tailnet, rehearsed, yes, say }: Wish): Promise<number> {
  const { putLive, rehearsePut } = await import("../operations/mesh-policy/put.ts");
  using interrupt = new InterruptListener(say);
  const options = { root: ROOT, tailnet, interrupt };
  const result = rehearsed ? await rehearsePut(options) : await putLive({ ...options, yes, say });
  if (result === undefined) return EXIT.refused;
  for (const { severity, message } of result.diagnostics) if (severity === "error") say(message);
  say(`${tailnet}: ${describeChanges(result.changes)}`);
  if (interrupt.interrupted) return EXIT.interrupted;
  return result.exitCode === 0 ? EXIT.ok : EXIT.failed;
}
