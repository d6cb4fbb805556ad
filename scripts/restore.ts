import "../plan/recorder/lean-sdk.ts";
import { runRestore } from "../operations/nodes/restore/run.ts";
import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

interface Options extends VerbOptions {
  readonly snapshot?: string;
  readonly list?: boolean;
  readonly tokenFile?: string;
}

/** `npm run restore`: brings the cluster's etcd back to a snapshot. */
const command = onEnvironment(verbCommand("restore", "Bring the cluster's etcd back to a snapshot."))
  .option("--snapshot <name>", "the newest unless given")
  .option("--list", "show the snapshots, and change nothing")
  .option("--token-file <path>", "file with the server token of the snapshot's day; else you are asked")
  .option("--yes", "do not ask; the sandbox never asks")
  .addHelpText(
    "after",
    `
All servers stop, the first one takes the data, and the others join it anew. Pods run on meanwhile. The server token of
the snapshot's day decrypts it: Vault keeps each version of <environment>/k3s/server-token.

Exit codes: 0 done, 1 stopped, with the state told (the same command goes on), 2 refused before anything was touched.

Examples:
  npm run restore -- production --list
  npm run restore -- production --snapshot etcd-snapshot-production-operations-1-1795219200
  npm run restore -- sandbox --token-file ~/token`,
  );

await runVerb(command, async () => {
  const { json = false, rehearse = false, yes = false, list = false, snapshot, ...files } = command.opts<Options>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(files.file) });
  const rehearsed = rehearse || environment.name === SANDBOX;
  return runRestore(environment, { snapshot, list, tokenFile: fileOption(files.tokenFile), rehearsed, yes, json });
});
