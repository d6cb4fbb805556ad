import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { CONTROL_PLANE_TOOLS } from "../../sandbox/toolchain/tools.ts";
import { startControlPlane } from "../../sandbox/control-plane/start.ts";

/** Starts a control plane in the folder given, says so on a line of its own, and stays until it is killed. */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: run-control-plane.ts <folder>");
await startControlPlane({ folder, environment: "killed", tools: await resolveTools(CONTROL_PLANE_TOOLS) });
process.stdout.write("ready\n");
setInterval(() => undefined, 60_000);
