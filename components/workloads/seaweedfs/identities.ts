import type { SecretReference } from "../contract.ts";

/** A workload that reads and writes objects. */
interface Identity {
  readonly workload: string;
  /** Name of the secret with its keys. */
  readonly secret: string;
  /** What variables of the environment with its keys begin with. */
  readonly prefix: string;
}

export const identityOf = (workload: string): Identity => ({
  workload,
  secret: `client-${workload}`,
  prefix: `CLIENT_${workload.replaceAll("-", "_").toUpperCase()}`,
});

/** Variables of the environment with the keys of a secret. */
export const keysOf = (prefix: string, secret: string): Record<string, SecretReference> => ({
  [`${prefix}_ACCESS_KEY_ID`]: { secret, key: "access-key-id" },
  [`${prefix}_SECRET_ACCESS_KEY`]: { secret, key: "secret-access-key" },
});

interface Ports {
  readonly s3: number;
  readonly metrics: number;
}

/** Writes who may do what, with the keys of the environment, where the server alone reads it; then becomes the server. */
export function startScript(ports: Ports, clients: readonly Identity[], buckets: readonly string[]): string {
  const allowed = buckets.flatMap((bucket) => ["Read", "Write", "List", "Tagging"].map((verb) => `${verb}:${bucket}`));
  const identity = (name: string, prefix: string, actions: readonly string[]) => ({
    name,
    credentials: [{ accessKey: `$${prefix}_ACCESS_KEY_ID`, secretKey: `$${prefix}_SECRET_ACCESS_KEY` }],
    actions,
  });
  const identities = [
    identity("root", "ROOT", ["Admin"]),
    ...clients.map(({ workload, prefix }) => identity(workload, prefix, allowed)),
  ];
  return [
    "umask 077",
    "cat > /tmp/s3.json <<EOF",
    JSON.stringify({ identities }, undefined, 2),
    "EOF",
    [
      "exec weed -logtostderr=true server -dir=/data -ip=127.0.0.1 -ip.bind=0.0.0.0",
      "-master.volumeSizeLimitMB=1024 -volume.max=0 -filer",
      `-s3 -s3.port=${ports.s3} -s3.config=/tmp/s3.json -metricsPort=${ports.metrics}`,
    ].join(" "),
  ].join("\n");
}
