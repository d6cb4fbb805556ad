import { type ModeOptions, runSleep } from "../operations/mode/run.ts";
import { onEnvironment, runVerb, verbCommand } from "../operations/run-verb.ts";

/** `npm run sleep`: what costs money and keeps nothing goes away, until `npm run wake`. */
const command = onEnvironment(
  verbCommand("sleep", "Take the compute of an environment away and keep its data; `npm run wake` brings it back."),
)
  .option("--yes", "do not ask before a live run")
  .option("--due", "only if it has expired, is outside of its hours, or is idle by --prometheus")
  .option("--prometheus <url>", "where its Prometheus answers, to see whether anybody uses it")
  .addHelpText(
    "after",
    `
Gone: servers of pools without data, burst groups' room, runs, and the pods that stood there. Kept: volumes, secrets,
networks, protected servers, those of Vault, of k3s and of Docker Compose. An environment for production is refused.
Hours and idle hours stand in \`environment\` of its file. The next \`npm run up\` wakes it as well; \`mode: asleep\` in the
file lets it sleep on.

Exit codes: 0 done or not due, 1 it failed or breaks a rule, 2 bad input (nothing was changed), 130 stopped with Ctrl-C.

Examples:
  npm run sleep
  npm run sleep -- staging --due --yes
  npm run sleep -- staging --due --prometheus http://staging-operations-1.staging.ts.net:9090`,
  );

await runVerb(command, () => runSleep(command.args[0], command.opts<ModeOptions>(), new Date()));
