import { createInterface } from "node:readline/promises";
import { InputError } from "./errors.ts";

/**
 * Asks a yes-or-no question on standard error.
 *
 * @throws InputError where nobody is there to answer.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new InputError(`${question}\nNobody is here to answer: add --yes to agree.`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
