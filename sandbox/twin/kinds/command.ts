import type { Package } from "../kind.ts";
import { hasOutage } from "../world/settings.ts";
import { installedVersion } from "./version.ts";

/**
 * Commands over SSH: the twin has no machines that would run them, so each succeeds without output. The real provider runs
 * `create` again, or `update` where there is one, when an input changes, and `delete` in the end.
 */
export const command: Package = {
  name: "command",
  version: installedVersion("command"),
  replaceProviderOn: () => [],
  outage: ({ marker }) => {
    if (!hasOutage(marker, "off-the-mesh")) return undefined;
    const message = "dial tcp: lookup of a name of the mesh: no such host";
    return { message, failsPreview: false, leavesObjects: false };
  },
  words: {
    missing: ({ at }, value) => `${at}: ${value} not found`,
    inUse: ({ id }, by) => `${id} is in use by ${by.id}`,
    rateLimited: "ssh: handshake failed: connection reset by peer",
  },
  kinds: {
    "command:remote:Command": {
      idPrefix: "command",
      replaceOn: ["triggers"],
      isDeed: true,
      // It reads nothing back, and calls nobody where nothing is to be run in the end.
      offline: (operation, { inputs }) => operation === "read" || inputs["delete"] === undefined,
      outputs: { stdout: () => "", stderr: () => "" },
      volatile: ["stdout", "stderr"],
    },
  },
};
