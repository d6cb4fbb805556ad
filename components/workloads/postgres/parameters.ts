interface Options {
  readonly connections: number;
  readonly memoryMiB: number;
}

/** Settings of the server, by name: a quarter of the memory is for pages. */
export const serverParameters = ({ connections, memoryMiB }: Options): Readonly<Record<string, string>> => ({
  max_connections: String(connections),
  shared_buffers: `${Math.floor(memoryMiB / 4)}MB`,
  effective_cache_size: `${Math.floor((memoryMiB * 3) / 4)}MB`,
  log_min_duration_statement: "1000",
  // A statement in the log would have the persons' data in it.
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  password_encryption: "scram-sha-256",
});
