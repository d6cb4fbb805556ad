import type { Container, Handle } from "../contract.ts";
import { postgresEnvironment } from "./cluster.ts";

interface Psql {
  /** One with `psql`. */
  readonly image: string;
  /** As the consumer reaches it; its database has the name of its user. */
  readonly database: Handle;
  /** Path of the statements. */
  readonly file: string;
}

/** A run of psql in a consumer's own database; it stops at the first error. */
export const psql = ({ image, database, file }: Psql): Container => ({
  image,
  command: ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", `--file=${file}`],
  env: postgresEnvironment(database),
  cpu: { request: 0.1 },
  memoryMiB: { request: 64 },
  user: 10001,
});
