import { diesWithParent } from "../session/process.ts";

/**
 * Refuses a machine where the control plane's processes could outlive the one that started them.
 *
 * @throws Error naming the way
 */
export function requireLinux(platform: NodeJS.Platform = process.platform): void {
  if (platform !== "linux") {
    throw new Error(
      `The Kubernetes control plane of a rehearsal runs on Linux, and this is ${platform}. ` +
        "Run the command on a Linux machine or in a Linux container.",
    );
  }
  const [first] = diesWithParent(["true"], "KILL");
  if (first === "true") {
    throw new Error("setpriv is not on PATH; it ends the control plane with the command. Install util-linux.");
  }
}
