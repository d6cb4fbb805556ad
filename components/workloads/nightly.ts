import type { Container } from "./contract.ts";

interface Nightly {
  readonly image: string;
  /** Shell script; a failed run is tried again after ten minutes. */
  readonly script: string;
  readonly env: NonNullable<Container["env"]>;
  readonly user: number;
}

/**
 * A sidecar that has its store write a copy of itself to a volume each day: a copy of the store's own files, taken while
 * it writes them, might not be one that it can read.
 */
export const nightly = ({ image, script, env, user }: Nightly): Container => ({
  image,
  command: ["/bin/sh", "-c"],
  args: [`copy() (\nset -e\n${script}\n)\nwhile true; do\n  if copy; then sleep 86400; else sleep 600; fi\ndone`],
  env: { ...env, HOME: "/tmp" },
  cpu: { request: 0.02 },
  memoryMiB: { request: 64, limit: 256 },
  scratch: ["/tmp"],
  user,
});

/** Keeps the newest two entries of a folder. */
export const keepTwo = (folder: string): string =>
  `ls -1t ${folder} | tail -n +3 | while read -r old; do rm -rf "${folder}/$old"; done`;
