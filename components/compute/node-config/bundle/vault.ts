/** A node that Vault runs on. */
export interface VaultRole {
  readonly hostname: string;
  readonly privateAddress: string;
  /** Name of the node in the mesh: Vault as clients of the mesh call it. */
  readonly meshName: string;
  /** Private addresses of the other nodes that Vault runs on. */
  readonly peers: readonly string[];
}

const FOLDER = "/etc/splitfleet/vault";

/** Files by path. The certificate is the ceremony's; without it Vault does not start. */
export const vaultFiles = (role: VaultRole): Record<string, string> => ({
  [`${FOLDER}/vault.hcl`]: configuration(role),
  "/etc/systemd/system/vault.service": UNIT,
});

function configuration({ hostname, privateAddress, meshName, peers }: VaultRole): string {
  const joins = peers
    .map(
      (peer) => `  retry_join {
    leader_api_addr = "https://${peer}:8200"
    leader_ca_cert_file = "${FOLDER}/ca.crt"
  }
`,
    )
    .join("");
  return `api_addr = "https://${meshName}:8200"
cluster_addr = "https://${privateAddress}:8201"
disable_mlock = true
ui = false

storage "raft" {
  path = "/var/lib/vault"
  node_id = "${hostname}"
${joins}}

listener "tcp" {
  address = "0.0.0.0:8200"
  tls_cert_file = "${FOLDER}/tls.crt"
  tls_key_file = "${FOLDER}/tls.key"
  tls_min_version = "tls12"
}
`;
}

/** Swap is closed to it in place of mlock, which integrated storage does not go with (Vault's documentation of disable_mlock). */
const UNIT = `[Unit]
Description=Vault
Wants=network-online.target
After=network-online.target tailscaled.service
ConditionPathExists=${FOLDER}/tls.key

[Service]
Type=notify
ExecStart=/usr/local/bin/vault server -config=${FOLDER}/vault.hcl
ExecReload=/bin/kill --signal HUP $MAINPID
StateDirectory=vault
StateDirectoryMode=0700
MemorySwapMax=0
LimitCORE=0
LimitNOFILE=65536
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=full
KillSignal=SIGINT
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
