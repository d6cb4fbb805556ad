/**
 * The part of the Compose file format that we write: what both the current specification and Debian's docker-compose
 * 1.29.2 accept. Neither top-level `name` nor the long form of `env_file` is among it.
 */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, ComposeNetwork>>;
  readonly volumes: Readonly<Record<string, ComposeVolume>>;
}

export interface ComposeService {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly user: string;
  readonly read_only: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly init?: boolean;
  readonly mem_limit: string;
  readonly memswap_limit: string;
  readonly cpus?: number;
  readonly cpu_shares: number;
  readonly pids_limit: number;
  readonly shm_size?: string;
  readonly restart: "unless-stopped" | "no";
  readonly stop_grace_period?: string;
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly labels: Readonly<Record<string, string>>;
  readonly healthcheck?: Healthcheck;
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
  readonly network_mode?: string;
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  readonly dns?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
}

export type Condition = "service_started" | "service_healthy" | "service_completed_successfully";

export interface Healthcheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period?: string;
}

export interface ComposeNetwork {
  /** Without a way to anywhere but the containers in it. */
  readonly internal?: true;
  readonly driver_opts: Readonly<Record<string, string>>;
}

export interface ComposeVolume {
  readonly driver: "local";
  readonly driver_opts: Readonly<Record<string, string>>;
}

/** Text that Compose must not look for variables in. */
export const literal = (text: string): string => text.replaceAll("$", "$$$$");

/** Name of one of a workload's containers; `_` stands in no workload's name, so that none is mistaken for another. */
export const serviceName = (workload: string, part?: string): string =>
  part === undefined ? workload : `${workload}_${part}`;
