// The program that Pulumi runs. Plain JavaScript, so that an old Node gets an answer instead of a syntax error.
import { oldNodeMessage, runsTypeScript } from "./node-version.mjs";

if (!runsTypeScript(process.versions.node)) {
  const { RunError } = await import("@pulumi/pulumi");
  throw new RunError(oldNodeMessage(process.versions.node, process.execPath));
}

export default (await import("./index.ts")).default;
