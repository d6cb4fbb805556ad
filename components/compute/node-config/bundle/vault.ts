/** A node that Vault runs on. */
export interface VaultRole {
  readonly hostname: string;
  readonly privateAddress: string;
  /** Name of the node in the mesh: Vault as clients of the mesh call it. */
  readonly meshName: string;
  /** The other nodes that Vault runs on: called at their private addresses, known by their names in the mesh. */
  readonly peers: readonly { readonly privateAddress: string; readonly meshName: string }[];
}

const FOLDER = "/etc/splitfleet/vault";

/** Asks for a certificate at once and then each day; it is renewed a month before its end. */
export const CERTIFICATE_TIMER = "splitfleet-vault-certificate.timer";

/** Files by path. The tailnet gives the certificate for the node's own name; without it Vault does not start. */
export const vaultFiles = (role: VaultRole): Record<string, string> => ({
  [`${FOLDER}/vault.hcl`]: configuration(role),
  "/etc/systemd/system/vault.service": UNIT,
  "/etc/systemd/system/splitfleet-vault-certificate.service": certificateUnit(role),
  [`/etc/systemd/system/${CERTIFICATE_TIMER}`]: TIMER,
});

/** Vault that runs takes a new certificate in without a restart, which would seal it. */
const certificateUnit = ({ meshName }: VaultRole): string => `[Unit]
Description=Certificate of Vault
Wants=network-online.target
After=network-online.target tailscaled.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/tailscale cert --min-validity=720h --cert-file=${FOLDER}/tls.crt --key-file=${FOLDER}/tls.key ${meshName}
ExecStartPost=systemctl --no-block reload-or-restart vault.service
Restart=on-failure
RestartSec=60
`;

const TIMER = `[Unit]
Description=Certificate of Vault

[Timer]
OnActiveSec=0
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`;

function configuration({ hostname, privateAddress, meshName, peers }: VaultRole): string {
  const joins = peers
    .map(
      (peer) => `  retry_join {
    leader_api_addr = "https://${peer.privateAddress}:8200"
    leader_tls_servername = "${peer.meshName}"
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
