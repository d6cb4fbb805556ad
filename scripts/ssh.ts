import { fileOption, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run ssh`: a shell on a node, through the mesh. */
const command = verbCommand("ssh", "Open a shell on a node through the mesh, or run one command there.")
  .argument("<environment>", "name of a file stacks/Pulumi.<environment>.yaml, such as production")
  .argument("<node>", "the node's name, such as inference-1; `npm run status` lists them")
  .argument("[command...]", "runs this, and ends with its exit code")
  .option("--file <path>", "an environment file from anywhere, whose name <environment> then is")
  .option("--rehearse", "of the simulated clouds, whose nodes have nothing to log in to")
  .passThroughOptions()
  .addHelpText(
    "after",
    `
Tailscale SSH decides by the tailnet's policy who may log in; there is no key. This machine has to be in the mesh.

Exit codes: those of the command; 2 bad input, or a simulated node; 255 no connection.

Examples:
  npm run ssh -- production operations-1
  npm run -s ssh -- production operations-1 -- journalctl --unit k3s --lines 50`,
  );

await runVerb(command, async () => {
  const { file, rehearse = false } = command.opts<VerbOptions>();
  const [name, node = "", ...rest] = command.args;
  const environment = await selectEnvironment(ROOT, { name, file: fileOption(file) });
  const { runSsh } = await import("../operations/nodes/ssh.ts");
  return runSsh(environment, { node, command: rest, rehearsed: rehearse || environment.name === SANDBOX });
});
