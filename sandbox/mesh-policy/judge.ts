import { execa } from "execa";
import { z } from "zod";
import type { MeshDevice } from "./devices.ts";

const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

const passage = z.strictObject({
  from: z.int(),
  source: z.string(),
  to: z.int(),
  target: z.string(),
  protocol: z.enum(PROTOCOLS),
  first: z.int(),
  last: z.int(),
});
const login = z.strictObject({ from: z.int(), to: z.int(), account: z.string(), check: z.boolean() });
const answer = z.strictObject({
  engines: z.array(z.string()),
  tests: z.string(),
  unapproved: z.array(z.array(z.string())),
  judged: z.int(),
  open: z.array(passage),
  logins: z.array(login),
});

/** What the engines say of a policy: see `sandbox/toolchain/modules/mesh-flows/main.go`. */
export type Judgement = z.output<typeof answer>;

export interface Question {
  /** The policy file, in JSON or HuJSON. */
  readonly policy: string;
  readonly devices: readonly MeshDevice[];
  /** Accounts that somebody may try to log in as. */
  readonly accounts: readonly string[];
}

/** A policy that the engine does not take; the message says why, in its words. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

/**
 * Asks Headscale's policy engine and Tailscale's packet filter which packets pass between any two devices.
 *
 * @param engine path of the executable `mesh-flows`
 * @throws PolicyError for a policy that it does not take
 */
export async function judge(engine: string, { policy, devices, accounts }: Question): Promise<Judgement> {
  const request = { policy, accounts, devices: devices.map(({ name: _name, ...device }) => device) };
  const result = await execa(engine, [], { input: JSON.stringify(request), reject: false });
  if (result.failed)
    throw new PolicyError(`Headscale does not take the policy: ${result.stderr || result.shortMessage}`);
  return answer.parse(JSON.parse(result.stdout));
}
