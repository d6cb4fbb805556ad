import { fileOption, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { EXIT } from "../operations/errors.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run kubeconfig`: credentials for the cluster that end within the hour. */
const command = verbCommand("kubeconfig", "Write credentials for the cluster that end within the hour.")
  .argument("<environment>", "name of a file stacks/Pulumi.<environment>.yaml, such as production")
  .option("--output <path>", "where to write it, for your eyes alone; `-` prints it", undefined)
  .option("--file <path>", "an environment file from anywhere, whose name <environment> then is")
  .option("--rehearse", "of the control plane of a rehearsal that runs")
  .addHelpText(
    "after",
    `
A server issues them over the mesh, so this machine has to be in it. Without --output the file is
~/.kube/splitfleet-<environment>.yaml.

Exit codes: 0 written, 2 bad input, no cluster, or no server that answers.

Examples:
  npm run kubeconfig -- production
  npm run -s kubeconfig -- production --output - | kubectl --kubeconfig /dev/stdin get nodes`,
  );

await runVerb(command, async () => {
  const { file, rehearse = false, output } = command.opts<VerbOptions & { readonly output?: string }>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  const { name } = environment;
  const kubeconfig = await import("../operations/nodes/kubeconfig.ts");
  const { overMesh } = await import("../operations/nodes/remote.ts");
  const rehearsed = rehearse || name === SANDBOX;
  const text = rehearsed
    ? kubeconfig.rehearsedKubeconfig(ROOT, name)
    : await kubeconfig.issueKubeconfig(environment, overMesh());
  if (output === "-") {
    process.stdout.write(text);
    return EXIT.ok;
  }
  const target = fileOption(output) ?? kubeconfig.kubeconfigFile(name);
  kubeconfig.writeKubeconfig(target, text);
  process.stdout.write(`${name}: written for an hour. Use it with\n  export KUBECONFIG=${target}\n`);
  return EXIT.ok;
});
