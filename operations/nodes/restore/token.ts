import { readFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { createInterface } from "node:readline/promises";
import { InputError } from "../../errors.ts";

/** The form of a server token with the hash of the cluster's authority (k3s, "token"). */
const SHAPE = /^K10[0-9a-f]{64}::server:\S+$/;

/**
 * The server token, from a file or from a person, who sees nothing of what is typed. Never from an argument: every process
 * of the machine can read those.
 *
 * @throws InputError where nobody is there, or for another form; it holds nothing of the token
 */
export async function readToken(file: string | undefined): Promise<string> {
  const token = (file === undefined ? await prompted() : await readFile(file, "utf8")).trim();
  if (SHAPE.test(token)) return token;
  throw new InputError(
    "that is no server token of k3s: expected K10, 64 hexadecimal digits, ::server: and the secret. Nothing was touched. " +
      "Vault keeps each version of <environment>/k3s/server-token with its day.",
  );
}

async function prompted(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new InputError("nobody is here to give the server token: add --token-file <path>. Nothing was touched.");
  }
  process.stderr.write("Server token of the snapshot's day: ");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await prompt.question("");
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}
