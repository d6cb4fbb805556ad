import type { Container } from "./contract.ts";

interface EraseJob {
  readonly image: string;
  /** Shell script that has the store forget `$SUBJECT`. */
  readonly script: string;
  readonly env?: NonNullable<Container["env"]>;
  readonly user: number;
}

/** A run that asks a store over its own HTTP interface to forget a person. */
export const eraseJob = ({ image, script, env, user }: EraseJob): Container => ({
  image,
  command: ["/bin/sh", "-ec"],
  args: [script],
  ...(env === undefined ? {} : { env }),
  cpu: { request: 0.05 },
  memoryMiB: { request: 32 },
  user,
});
