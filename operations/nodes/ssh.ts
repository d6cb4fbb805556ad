import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Environment } from "../../stacks/environment-file.ts";
import { EXIT, InputError } from "../errors.ts";
import { declaredNodes, resolveNode } from "./inventory.ts";
import { SSH_OPTIONS } from "./remote.ts";

export interface SshOptions {
  /** The node's name, with or without the environment's; for a burst node, the one that `npm run status` shows. */
  readonly node: string;
  /** What is run there, word by word; a shell of one's own where it is empty. */
  readonly command: readonly string[];
  /** Against the simulated clouds. */
  readonly rehearsed: boolean;
  /** What opens the connection. @default "ssh" */
  readonly program?: string;
}

/** Burst nodes have the name that their cloud gives them, and are in no file. */
const BURST = /^ip-\d+-\d+-\d+-\d+$/;

/**
 * Opens a shell on a node, or runs one command there: through the mesh, by Tailscale SSH, which knows who calls.
 *
 * @returns The exit code of what was run, 255 where there was no connection.
 * @throws InputError for a node that does not exist, and where it is simulated
 */
export async function runSsh(environment: Environment, options: SshOptions): Promise<number> {
  const { command, rehearsed, program = "ssh" } = options;
  const declared = declaredNodes(environment);
  const names = declared.map(({ name }) => name);
  const node = BURST.test(options.node) ? options.node : resolveNode(environment.name, options.node, names);
  if (rehearsed) {
    throw new InputError(
      `${node} is simulated: there is nothing to log in to. \`npm run status -- ${environment.name}\` shows it, and ` +
        `a live environment is reached with \`npm run ssh -- <environment> ${options.node}\`.`,
    );
  }
  const absent = declared.find(({ name, enrollment }) => name === node && enrollment !== "enrolled");
  if (absent !== undefined) {
    throw new InputError(
      `${node} is ${absent.enrollment}: it is not in the mesh. Run \`npm run enroll -- ${environment.name} ${node}\` first.`,
    );
  }
  const host = `${node}.${environment.spec.mesh.tailnet}`;
  const remote = command.map(quoted).join(" ");
  const args = [
    ...SSH_OPTIONS,
    ...(remote === "" ? ["-t"] : []),
    `root@${host}`,
    ...(remote === "" ? [] : ["--", remote]),
  ];
  const child = spawn(program, args, { stdio: "inherit" });
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      process.stderr.write(`${program} is not installed. Install the OpenSSH client.\n`);
      return EXIT.refused;
    }
    throw error;
  }
}

/** The words reach the node's shell as they were typed. */
const quoted = (word: string): string => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
