import { labelsOf, type Allocation } from "../../labels.ts";
import { API_SERVER_FLAGS } from "./hardening.ts";

/** VXLAN takes 50 bytes of tailscale0's 1280; one value for every node, whatever its own interface could carry. */
const CLUSTER_MTU = 1230;

export const FLANNEL_CONFIG = "/etc/rancher/k3s/flannel.json";

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** Where a node stands. */
export interface Topology {
  readonly region: string;
  readonly zone: string;
}

/** Where copies of etcd go, and how often. */
export interface SnapshotStore {
  /** Host of the S3 service. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Folder of the bucket: that of the environment, so that no cluster sees another one's. */
  readonly folder: string;
  /** Five fields of cron, in UTC. */
  readonly schedule: string;
  /** Copies that are kept. */
  readonly retention: number;
}

/** Credentials of the snapshots' bucket as `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`; Vault's answer fills it. */
export const SNAPSHOT_CREDENTIALS = "/etc/splitfleet/k3s-snapshots.env";

/** A node's part in the cluster. */
export interface K3sRole {
  readonly role: "server" | "agent";
  /** Private address of a Hetzner node; undefined for a foreign node, which uses its mesh address. */
  readonly privateAddress: string | undefined;
  /** Address of the API server as this node reaches it; undefined for the first server. */
  readonly serverUrl: string | undefined;
  readonly allocation: Allocation;
  readonly taints: readonly Taint[];
  /** Model of the GPUs, for nodes that Cluster Autoscaler starts: it waits for their driver before it starts another. */
  readonly accelerator?: string | undefined;
  /** Set where provider id, region and zone come from the cloud's metadata at boot. */
  readonly cloud: "aws" | undefined;
  /** Region and zone as the scheduler spreads over them; undefined where `cloud` says them. */
  readonly topology: Topology | undefined;
  /** Memory that pods do not get: what the system, the mesh, k3s and Vault need. */
  readonly reservedMemoryMiB: number;
  /** Of a server: who issues the tokens of service accounts; the cluster's own name if undefined. */
  readonly issuer?: string | undefined;
  readonly podRange: string;
  readonly serviceRange: string;
  /** Names and addresses besides its own under which a server is called. */
  readonly tlsNames: readonly string[];
  /** Of a server; undefined where copies stay on its own disk, as k3s makes them twice a day. */
  readonly snapshots?: SnapshotStore | undefined;
}

const SERVER_HARDENING = {
  "secrets-encryption": true,
  "secrets-encryption-provider": "secretbox",
  "write-kubeconfig-mode": "0600",
  "disable-cloud-controller": true,
} as const;

/** What stands in for a cloud's machine id where no cloud controller gives one. */
export const providerId = (environment: string, hostname: string): string => `splitfleet://${environment}/${hostname}`;

export const topologyLabels = (topology: Topology | undefined): Record<string, string> =>
  topology === undefined
    ? {}
    : { "topology.kubernetes.io/region": topology.region, "topology.kubernetes.io/zone": topology.zone };

/** Labels that the node registers with, beside those that only the booted node can say. */
export const registeredLabels = ({
  allocation,
  topology,
  accelerator,
}: Pick<K3sRole, "allocation" | "topology" | "accelerator">): Record<string, string> => ({
  ...labelsOf(allocation),
  ...topologyLabels(topology),
  ...(accelerator === undefined ? {} : { [ACCELERATOR]: accelerator }),
});

/** Cluster Autoscaler, `cloudprovider/aws/README.md`, "Special note on GPU instances". */
const ACCELERATOR = "k8s.amazonaws.com/accelerator";

/** Content of `/etc/rancher/k3s/config.yaml`; the token is a file of its own that Vault's answer fills. */
export function k3sConfig(hostname: string | undefined, node: K3sRole): Record<string, unknown> {
  const { role, privateAddress, serverUrl, allocation, taints, cloud, reservedMemoryMiB } = node;
  return {
    ...(hostname === undefined ? {} : { "node-name": hostname }),
    "token-file": "/etc/splitfleet/k3s-token",
    ...(serverUrl === undefined ? {} : { server: serverUrl }),
    ...(privateAddress === undefined ? {} : { "node-ip": privateAddress }),
    ...(privateAddress === undefined ? { "flannel-iface": "tailscale0" } : {}),
    "node-label": Object.entries(registeredLabels(node)).map(([key, value]) => `${key}=${value}`),
    "node-taint": taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
    "flannel-conf": FLANNEL_CONFIG,
    "protect-kernel-defaults": true,
    "kubelet-arg": [
      `system-reserved=memory=${reservedMemoryMiB}Mi`,
      ...(cloud === "aws" ? [] : [`provider-id=${providerId(allocation.environment, String(hostname))}`]),
    ],
    ...(role === "server"
      ? {
          ...SERVER_HARDENING,
          "kube-apiserver-arg": [...API_SERVER_FLAGS, ...issuerFlags(node.issuer)],
          ...(serverUrl === undefined ? { "cluster-init": true } : {}),
          "agent-token-file": "/etc/splitfleet/k3s-agent-token",
          "cluster-cidr": node.podRange,
          "service-cidr": node.serviceRange,
          "tls-san": node.tlsNames,
          ...snapshotConfig(node.snapshots),
          "flannel-backend": "vxlan",
          // The gateway is a workload of its own, and nothing but the tunnel leads to it.
          disable: ["servicelb", "traefik"],
        }
      : {}),
  };
}

/** The first issuer signs. Tokens of the second are taken, which is k3s's own: it has signed those that are there. */
const issuerFlags = (issuer: string | undefined): readonly string[] =>
  issuer === undefined
    ? []
    : [
        `service-account-issuer=${issuer}`,
        "service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `service-account-jwks-uri=${issuer}/openid/v1/jwks`,
      ];

/**
 * By flags and no Secret: what a Secret says k3s ignores once a flag is set, and can not read in a restore (k3s,
 * "etcd-snapshot").
 */
const snapshotConfig = (store: SnapshotStore | undefined): Record<string, unknown> =>
  store === undefined
    ? {}
    : {
        "etcd-snapshot-schedule-cron": store.schedule,
        "etcd-snapshot-retention": store.retention,
        "etcd-s3": true,
        "etcd-s3-endpoint": store.endpoint,
        "etcd-s3-region": store.region,
        "etcd-s3-bucket": store.bucket,
        "etcd-s3-folder": store.folder,
      };

/** Content of {@link FLANNEL_CONFIG}: the same MTU everywhere, so that no path between two sites has to fragment. */
export const flannelConfig = (podRange: string): string =>
  JSON.stringify({
    Network: podRange,
    EnableIPv4: true,
    EnableIPv6: false,
    Backend: { Type: "vxlan", MTU: CLUSTER_MTU },
  });

/** Units that start k3s when, and only when, the node has got its token from Vault. */
export const k3sUnits = (role: K3sRole["role"]): Record<string, string> => ({
  "k3s-token.path": `[Unit]
Description=Waits for the cluster token

[Path]
PathExists=/etc/splitfleet/k3s-token
Unit=k3s.service

[Install]
WantedBy=multi-user.target
`,
  "k3s.service": `[Unit]
Description=k3s ${role}
Wants=network-online.target
After=network-online.target tailscaled.service
ConditionPathExists=/etc/splitfleet/k3s-token

[Service]
Type=notify
${role === "server" ? `EnvironmentFile=-${SNAPSHOT_CREDENTIALS}\n` : ""}ExecStart=/usr/local/bin/k3s ${role}
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5
`,
});
