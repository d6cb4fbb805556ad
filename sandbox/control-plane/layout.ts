import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { serverFiles } from "../../components/compute/node-config/hardening.ts";

/** A socket in the folder where the processes start: another user of this machine cannot read what etcd holds. */
export const ETCD_SOCKET = "etcd.sock:0";

/** Where one control plane keeps its files; the folder is its owner's alone. */
export interface Layout {
  readonly folder: string;
  /** Held while a control plane runs here. */
  readonly lockFile: string;
  readonly tokensFile: string;
  readonly serviceAccountKeyFile: string;
  /** The API server makes its serving certificate here. */
  readonly certificates: string;
  /** The serving certificate with the authority that signed it. */
  readonly caFile: string;
  /** The administrator's; it exists exactly while the API server serves. */
  readonly kubeconfig: string;
  readonly etcd: string;
  readonly etcdSocket: string;
  /** Admission and audit policy, word for word as a k3s server gets them. */
  readonly server: string;
  readonly logs: string;
}

export function layoutOf(folder: string): Layout {
  const certificates = join(folder, "certificates");
  return {
    folder,
    lockFile: join(folder, "run.lock"),
    tokensFile: join(folder, "tokens.csv"),
    serviceAccountKeyFile: join(folder, "service-account.key"),
    certificates,
    caFile: join(certificates, "apiserver.crt"),
    kubeconfig: join(folder, "kubeconfig.yaml"),
    etcd: join(folder, "etcd"),
    etcdSocket: join(folder, ETCD_SOCKET),
    server: join(folder, "server"),
    logs: join(folder, "logs"),
  };
}

/** Makes the folders and what the API server reads at its start. What etcd holds stays; certificates are new. */
export function prepare(layout: Layout): void {
  for (const folder of [layout.folder, layout.server, layout.logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }
  for (const leftover of [layout.certificates, layout.kubeconfig, layout.etcdSocket]) {
    rmSync(leftover, { recursive: true, force: true });
  }
  for (const [path, content] of Object.entries(serverFiles())) {
    writeFileSync(join(layout.server, basename(path)), content);
  }
}
