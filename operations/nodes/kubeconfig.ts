import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { layoutOf as controlPlaneLayout } from "../../sandbox/control-plane/layout.ts";
import { layoutOf } from "../../sandbox/session/layout.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { serverUrl } from "../../stacks/layers/nodes.ts";
import { InputError } from "../errors.ts";
import { NodeControlError } from "./control.ts";
import { declaredNodes, type DeclaredNode } from "./inventory.ts";
import type { Remote } from "./remote.ts";

const ACCOUNT = "splitfleet-operator";
/** Long enough for an operation, and of no use to anybody tomorrow. */
const LIFETIME = "1h";

/** Run on a server: a token of an account that is there for operators, then the authority behind the API server. */
const ISSUE = `set -eu
account=${ACCOUNT}
k3s kubectl --namespace kube-system get serviceaccount $account > /dev/null 2>&1 ||
  k3s kubectl --namespace kube-system create serviceaccount $account > /dev/null
k3s kubectl get clusterrolebinding $account > /dev/null 2>&1 ||
  k3s kubectl create clusterrolebinding $account --clusterrole=cluster-admin --serviceaccount=kube-system:$account > /dev/null
k3s kubectl --namespace kube-system create token $account --duration=${LIFETIME}
cat /var/lib/rancher/k3s/server/tls/server-ca.crt
`;

/**
 * A kubeconfig with credentials that end within the hour, issued by a server over the mesh: who may log in there as root, by
 * the tailnet's policy, may do anything to the cluster already. Its context is the one that the provider asks for.
 *
 * @returns The file's text; it holds a secret.
 * @throws InputError for an environment without a cluster, NodeControlError where no server answers
 */
export async function issueKubeconfig(environment: ResolvedEnvironment, remote: Remote): Promise<string> {
  const { spec } = environment;
  const servers = declaredNodes(environment).filter(({ role }) => role === "server");
  if (servers.length === 0)
    throw new InputError(`${spec.environment.name} has no cluster: no pool has cluster: server.`);
  const failures: string[] = [];
  for (const server of servers) {
    try {
      return render(environment, server, await remote(server.meshName, ISSUE));
    } catch (error) {
      if (!(error instanceof NodeControlError)) throw error;
      failures.push(error.message);
    }
  }
  throw new NodeControlError(failures.join("\n"));
}

function render({ spec }: ResolvedEnvironment, { pool, id, name }: DeclaredNode, answer: string): string {
  const [token = "", ...certificate] = answer.trim().split("\n");
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || certificate[0] !== "-----BEGIN CERTIFICATE-----") {
    throw new NodeControlError(`${name} answered in another form than expected: no token and certificate`);
  }
  const context = `splitfleet-${spec.environment.name}`;
  const authority = Buffer.from(`${certificate.join("\n")}\n`).toString("base64");
  const url = serverUrl(spec, { pool, number: Number(id) }, "mesh");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster: { server: url, "certificate-authority-data": authority } }],
    users: [{ name: context, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  });
}

/** The kubeconfig of a rehearsal's control plane. @throws InputError where none runs */
export function rehearsedKubeconfig(root: string, environment: string): string {
  const { kubeconfig } = controlPlaneLayout(path.join(layoutOf(root, environment).folder, "control-plane"));
  if (existsSync(kubeconfig)) return readFileSync(kubeconfig, "utf8");
  throw new InputError(
    `${environment} has no control plane at work: \`npm run up\` keeps Kubernetes objects in a plain store, and ` +
      `\`npm run rehearse -- ${environment}\` ends its own when it is done.`,
  );
}

/** Where an environment's kubeconfig goes if nobody says otherwise. */
export const kubeconfigFile = (environment: string): string =>
  path.join(homedir(), ".kube", `splitfleet-${environment}.yaml`);

/** Writes a kubeconfig for its owner's eyes; what stood there is replaced as a whole. */
export function writeKubeconfig(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
  renameSync(draft, file);
}
