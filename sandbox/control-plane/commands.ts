import { basename, join } from "node:path";
import { API_SERVER_FLAGS, serverFiles } from "../../components/compute/node-config/hardening.ts";
import { ETCD_SOCKET, type Layout } from "./layout.ts";

/** Addresses inside the cluster; no packet is ever sent to one. */
export interface ClusterRanges {
  readonly podRange: string;
  readonly serviceRange: string;
}

const LOOPBACK = "127.0.0.1";
/** Who issues service accounts' tokens and whom they are for, as k3s has it. */
const ISSUER = "https://kubernetes.default.svc.cluster.local";

const ETCD_URL = `unix://${ETCD_SOCKET}`;

/** Nothing survives a crash of the machine; a rehearsal need not. */
export const etcdFlags = ({ etcd }: Layout): readonly string[] => [
  `--data-dir=${etcd}`,
  `--listen-client-urls=${ETCD_URL}`,
  `--advertise-client-urls=${ETCD_URL}`,
  `--listen-peer-urls=http://${LOOPBACK}:0`,
  "--unsafe-no-fsync",
];

/** As k3s starts it, with this project's hardening. It announces no address of its own: no pod could reach it. */
export const apiServerFlags = (layout: Layout, { serviceRange }: ClusterRanges, port: number): readonly string[] => [
  `--etcd-servers=${ETCD_URL}`,
  `--bind-address=${LOOPBACK}`,
  `--advertise-address=${LOOPBACK}`,
  "--endpoint-reconciler-type=none",
  `--secure-port=${port}`,
  `--cert-dir=${layout.certificates}`,
  `--token-auth-file=${layout.tokensFile}`,
  "--anonymous-auth=false",
  "--authorization-mode=Node,RBAC",
  "--allow-privileged=true",
  `--service-account-issuer=${ISSUER}`,
  `--api-audiences=${ISSUER},k3s`,
  `--service-account-key-file=${layout.serviceAccountKeyFile}`,
  `--service-account-signing-key-file=${layout.serviceAccountKeyFile}`,
  `--service-cluster-ip-range=${serviceRange}`,
  ...hardening(layout),
];

/** The flags that k3s servers get, with their files where this control plane has them. */
const hardening = ({ server, logs }: Layout): readonly string[] => {
  const files = Object.keys(serverFiles());
  return API_SERVER_FLAGS.map((flag) => {
    const separator = flag.indexOf("=");
    const [name, value] = [flag.slice(0, separator), flag.slice(separator + 1)];
    const file = files.includes(value) ? join(server, basename(value)) : undefined;
    const log = value.startsWith("/") ? join(logs, basename(value)) : undefined;
    return `--${name}=${file ?? log ?? value}`;
  });
};

export const controllerManagerFlags = (
  layout: Layout,
  { podRange, serviceRange }: ClusterRanges,
  kubeconfig: string,
  port: number,
): readonly string[] => [
  ...clientFlags(layout, kubeconfig, port),
  `--service-account-private-key-file=${layout.serviceAccountKeyFile}`,
  `--root-ca-file=${layout.caFile}`,
  "--allocate-node-cidrs=true",
  `--cluster-cidr=${podRange}`,
  `--service-cluster-ip-range=${serviceRange}`,
  // By default it makes a folder below /usr.
  `--flex-volume-plugin-dir=${join(layout.folder, "volume-plugins")}`,
];

export const schedulerFlags = clientFlags;

/** Of a component that works on the API server's objects and serves nothing but its own health. */
function clientFlags(layout: Layout, kubeconfig: string, port: number): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    "--authentication-skip-lookup=true",
    "--leader-elect=false",
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${layout.caFile}`,
    `--tls-private-key-file=${join(layout.certificates, "apiserver.key")}`,
  ];
}
