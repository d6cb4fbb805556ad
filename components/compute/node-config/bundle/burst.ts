import { readFileSync } from "node:fs";

/** What a burst node needs to know to join the cluster without a secret. */
export interface BurstRole {
  /** Address of Vault in the mesh. */
  readonly vault: string;
  /** Mount of the login by AWS, such as `splitfleet/aws`. */
  readonly mount: string;
  /** Vault's role for the pool's instance profile. */
  readonly role: string;
  /** Where Vault keeps the agents' token, as its API has it. */
  readonly secret: string;
  /** GPUs of an instance. */
  readonly gpus: number;
  /** Oldest NVIDIA driver that the pool's GPUs and workloads run on. */
  readonly leastDriver: string;
}

const FOLDER = "/usr/local/lib/splitfleet";
const PROGRAMS = ["metadata.py", "join.py", "interruption.py"] as const;

/** Units of a burst node; each is enabled. */
export const BURST_UNITS = ["splitfleet-join.service", "splitfleet-interruption.service"] as const;

/** A signed question is good for Vault that it names, and for no other one. */
export const serverId = (vault: string): string => new URL(vault).hostname;

/**
 * Files by path: how the node gets the cluster's token by the identity of its instance profile, and how it empties itself
 * when AWS takes it away.
 */
export const burstFiles = ({ vault, ...role }: BurstRole): Record<string, string> => ({
  ...Object.fromEntries(
    PROGRAMS.map((program) => [
      `${FOLDER}/${program}`,
      readFileSync(new URL(`burst/${program}`, import.meta.url), "utf8"),
    ]),
  ),
  "/etc/splitfleet/join.json": JSON.stringify({ vault: vault.replace(/\/$/, ""), server: serverId(vault), ...role }),
  [`/etc/systemd/system/${BURST_UNITS[0]}`]: JOIN_UNIT,
  [`/etc/systemd/system/${BURST_UNITS[1]}`]: INTERRUPTION_UNIT,
});

const SANDBOX = `NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes`;

/** Tried until it succeeds: profile, mesh and Vault may each come later than the node. */
const JOIN_UNIT = `[Unit]
Description=Fetches the cluster token by the identity of the instance
Wants=network-online.target
After=network-online.target tailscaled.service
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=/usr/bin/python3 ${FOLDER}/join.py
${SANDBOX}
ReadWritePaths=/etc/splitfleet
ProtectSystem=full
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

const INTERRUPTION_UNIT = `[Unit]
Description=Empties the node before AWS takes it away
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/python3 ${FOLDER}/interruption.py
${SANDBOX}
ProtectSystem=strict
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
`;
