import { parseLayer } from "../operations/layers/targets.ts";
import {
  fileOption,
  onEnvironment,
  onLayer,
  ROOT,
  runVerb,
  verbCommand,
  type VerbOptions,
} from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run up`: brings an environment up, the sandbox against the simulated clouds, others live or rehearsed. */
const command = onLayer(
  onEnvironment(verbCommand("up", "Bring an environment up: the sandbox, unless another is named.")),
)
  .option("--yes", "do not ask before a live run")
  .option(
    "--operators <folder>",
    "where a live first run puts Vault's shares (default: ~/.config/splitfleet/<environment>)",
  )
  .option(
    "--pgp-key <file...>",
    "public PGP key of an operator: Vault encrypts a share to each, in place of five in the clear",
  )
  .addHelpText(
    "after",
    `
A run against the simulated clouds repairs what an earlier run that was cut off has left. Another environment than the
sandbox is live, with your own Pulumi backend and credentials, unless --rehearse is given.

The first run on an environment with Vault brings up what the clouds make, initialises and unseals Vault, lets the nodes into
the cluster with tokens from there, then brings up the rest. Every step can be repeated: it goes on where it stopped. Later
runs let in the nodes that are new.

With --only nothing above the layer is asked or touched: a firewall changes although Vault is sealed, the API server is
down or this machine is off the mesh.

Exit codes: 0 done, 1 it failed or breaks a rule, 2 bad input (nothing was created), 130 stopped with Ctrl-C.

Examples:
  npm run up
  npm run -s up -- sandbox --json | jq .changes
  npm run up -- production --rehearse
  npm run up -- production --only networks
  npm run up -- --file /tmp/Pulumi.trial.yaml --rehearse`,
  );

await runVerb(command, async () => {
  const options = command.opts<VerbOptions & { operators?: string; pgpKey?: readonly string[] }>();
  const { json = false, file, rehearse = false, yes = false, only: layer, operators } = options;
  const pgpKeys = options.pgpKey?.flatMap((key) => fileOption(key) ?? []);
  const only = layer === undefined ? undefined : parseLayer(layer);
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  if (rehearse || environment.name === SANDBOX) {
    const { runRehearsal } = await import("../operations/run-rehearsal.ts");
    return runRehearsal("up", environment, { json, only });
  }
  const { runLive } = await import("../operations/run-live.ts");
  return runLive("up", environment, { file, json, yes, only, operators: fileOption(operators), pgpKeys });
});
