import "../plan/recorder/lean-sdk.ts";
import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { runErase } from "../operations/erase/run.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { selectEnvironment } from "../operations/select-environment.ts";

interface Options {
  readonly file?: string;
  readonly subjectFile?: string;
  readonly kubeconfig?: string;
  readonly restored?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

function day(text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new InvalidArgumentError("expected a day as YYYY-MM-DD");
}

/** `npm run erase`: removes everything about one person, store by store. */
const command = verbCommand("erase", "Remove everything about a person from every store, and say what is left where.")
  .argument("[environment]", "name of a file stacks/Pulumi.<environment>.yaml (default: sandbox)")
  .option("--file <path>", "an environment file from anywhere instead")
  .option("--subject-file <path>", "file with ids of persons, one a line, or - for standard input; else you are asked")
  .option("--kubeconfig <path>", "of the cluster; else $KUBECONFIG, else ~/.kube/config")
  .option("--restored <day>", "after a restore: the day of the copy; tells who was erased since and is not given", day)
  .option("--dry-run", "list the stores, and ask nothing of them")
  .option("--json", "write a report for each person as one line of JSON, and nothing else, to standard output")
  .addHelpText(
    "after",
    `
An id is never an argument, as every process of the machine could read it. On the cluster it is in a Secret that goes
with the Job that needs it. operations/ledger/<environment>.jsonl keeps a hash of it, which recognises a person and does
not name one: keep the requests themselves, and give all ids again after a restore, with --restored.

Exit codes: 0 everything is erased, 1 a store failed, can not erase or has to be erased by hand, 2 bad input.

Examples:
  npm run erase -- production --dry-run
  npm run erase -- production
  npm run -s erase -- production --subject-file - --json < ids
  npm run erase -- production --restored 2026-11-20 --subject-file ids`,
  );

await runVerb(command, async () => {
  const { file, subjectFile, kubeconfig, restored, dryRun = false, json = false } = command.opts<Options>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  return runErase(environment, {
    dryRun,
    json,
    restored,
    kubeconfig: fileOption(kubeconfig),
    subjectFile: subjectFile === "-" ? subjectFile : fileOption(subjectFile),
  });
});
