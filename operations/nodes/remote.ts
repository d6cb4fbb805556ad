import { execa } from "execa";
import { NodeControlError } from "./control.ts";

const CONNECT_SECONDS = 15;
const TIMEOUT_MS = 300_000;

/** Runs a command of ours on a node. @throws NodeControlError with what it said */
export type Remote = (
  host: string,
  command: string,
  options?: { readonly input?: string; readonly timeoutMs?: number },
) => Promise<string>;

/** Options of `ssh`: Tailscale SSH knows who calls by the mesh's own identity, so nothing is asked and nothing typed. */
export const SSH_OPTIONS = [
  "-o",
  "BatchMode=yes",
  "-o",
  `ConnectTimeout=${CONNECT_SECONDS}`,
  "-o",
  // The mesh's key stands behind the name; a node that was made anew has another host key.
  "StrictHostKeyChecking=no",
  "-o",
  "UserKnownHostsFile=/dev/null",
  "-o",
  "LogLevel=ERROR",
] as const;

/**
 * Over Tailscale SSH, as root. Secrets go to standard input, never into the command.
 *
 * @param program What to run. @default "ssh"
 */
export const overMesh =
  (program = "ssh"): Remote =>
  async (host, command, { input = "", timeoutMs = TIMEOUT_MS } = {}) => {
    const result = await execa(program, [...SSH_OPTIONS, `root@${host}`, "--", command], {
      input,
      timeout: timeoutMs,
      reject: false,
    });
    if (result.exitCode === 0) return result.stdout;
    const said = result.stderr.trim();
    throw new NodeControlError(
      `${host} did not do as asked: ${said === "" ? (result.originalMessage ?? `exit code ${result.exitCode}`) : said}. ` +
        "This machine has to be in the mesh, with the right to reach the node: see `tailscale status`.",
    );
  };
