import { InterruptListener } from "../../operations/interrupt.ts";
import { up } from "../../operations/up.ts";
import { openSession } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";

/** One `up` of a fixture project in a process that a test can kill: `node run-up.ts <root> <environment> <file>`. */
const [, , root = "", name = "", file = ""] = process.argv;
using interrupt = new InterruptListener(() => undefined);
await using session = await openSession({
  root,
  environment: { name, file, lockFile: `${root}/none` },
  pulumi: await resolveTool("pulumi"),
  node: process.execPath,
});
const { exitCode } = await up(session, { interrupt });
process.exitCode = exitCode;
