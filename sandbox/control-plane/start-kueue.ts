import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { KUEUE_CONFIGURATION } from "../../components/cluster/operators/kueue.ts";
import type { ResolvedTool } from "../toolchain/resolve.ts";
import { ApiServer } from "../twin/kinds/kubernetes/api-server.ts";
import { Refusal } from "../twin/kinds/kubernetes/connection.ts";
import { kueueDefinitions, kueueWebhooks, type WebhookService } from "../twin/kinds/kubernetes/operators/kueue.ts";
import { untilReady } from "../twin/kinds/kubernetes/wait.ts";
import { select } from "../twin/protocol/paths.ts";
import { isObject, type Properties } from "../twin/protocol/values.ts";
import type { ControlPlane } from "./start.ts";

/** Not the program's: what a release of Kueue does not state must not take the conversion away. */
const MANAGER = "control-plane";

/** Far above what an API server takes to serve a new definition. */
const ESTABLISHED_SECONDS = 30;

/** Where its objects are. The pods that a chart makes of it elsewhere are stood in for as those of other operators. */
const NAMESPACE = "kueue-system";
const SERVICE = "kueue-webhook-service";
const CERTIFICATE = "kueue-webhook-server-cert";
/** In the order in which they are written: Kueue waits for the last one. */
const CERTIFICATE_FILES = { first: "tls.key", last: "tls.crt" } as const;

/**
 * Kueue's own controller, with its webhooks and the conversion between the versions of its objects, as a process beside
 * the API server. Resolves when it admits jobs; ends with the control plane.
 *
 * @throws ComponentError with the end of its log when it does not come up; Refusal when the API server refuses its objects
 */
export async function startKueue(controlPlane: ControlPlane, kueue: Pick<ResolvedTool, "path">): Promise<void> {
  const server = await ApiServer.fromKubeconfig(controlPlane.kubeconfig);
  const folder = join(controlPlane.folder, "kueue");
  const certificates = join(folder, "certificates");
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }, { manager: MANAGER });
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace: NAMESPACE, name: CERTIFICATE } };
  await server.apply(secret, { manager: MANAGER });
  // It ends at once where there is no definition of its objects.
  const patience = { seconds: ESTABLISHED_SECONDS, signal: new AbortController().signal };
  for (const definition of await kueueDefinitions()) {
    await server.apply(definition, { manager: MANAGER });
    await untilReady(server, definition, patience);
  }

  await controlPlane.start({
    name: "kueue",
    executable: kueue.path,
    flags: (port) => {
      const configFile = join(folder, `configuration-${port}.yaml`);
      writeFileSync(configFile, stringify(configurationOf(port, certificates)));
      return [
        `--kubeconfig=${controlPlane.kubeconfigOf("kueue")}`,
        `--config=${configFile}`,
        // An API of its own, which the API server could not reach.
        "--feature-gates=VisibilityOnDemand=false",
      ];
    },
    ready: announced(server, async () => (await mountCertificate(server, certificates)) && admits(server)),
  });
}

/** It listens nowhere but on one loopback port, for the API server's questions. */
const configurationOf = (port: number, certDir: string): object => ({
  ...KUEUE_CONFIGURATION,
  namespace: NAMESPACE,
  health: { healthProbeBindAddress: "0" },
  metrics: { bindAddress: "0" },
  leaderElection: { leaderElect: false },
  webhook: { host: "127.0.0.1", port, certDir },
  internalCertManagement: { enable: true, webhookServiceName: SERVICE, webhookSecretName: CERTIFICATE },
});

/** Tells the API server first on which port it answers, once for each port that is tried. */
function announced(server: ApiServer, ready: () => Promise<boolean>): (port: number) => Promise<boolean> {
  let known: number | undefined;
  return async (port) => {
    if (known !== port) {
      const service: WebhookService = { namespace: NAMESPACE, name: SERVICE, port };
      const objects = [serviceObject, ...(await kueueDefinitions(service)), ...(await kueueWebhooks(service))];
      await Promise.all(objects.map((object) => server.apply(object, { manager: MANAGER, force: true })));
      known = port;
    }
    return ready();
  };
}

/** The API server reaches a service of this type without an address inside the cluster. */
const serviceObject: Properties = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: NAMESPACE, name: SERVICE },
  spec: { type: "ExternalName", externalName: "localhost" },
};

/** As the kubelet mounts the secret that Kueue makes for itself. @returns whether it is there */
async function mountCertificate(server: ApiServer, folder: string): Promise<boolean> {
  if (existsSync(join(folder, CERTIFICATE_FILES.last))) return true;
  const secret = await server.get({ apiVersion: "v1", kind: "Secret", namespace: NAMESPACE, name: CERTIFICATE });
  const data = select(secret ?? {}, "data")[0]?.value;
  for (const name of Object.values(CERTIFICATE_FILES)) {
    const content = isObject(data) ? data[name] : undefined;
    if (typeof content !== "string") return false;
    // It reads them as soon as the last one is there.
    const draft = join(folder, `${name}.draft`);
    writeFileSync(draft, Buffer.from(content, "base64"), { mode: 0o600 });
    renameSync(draft, join(folder, name));
  }
  return true;
}

/** Whether its webhooks answer the API server. */
async function admits(server: ApiServer): Promise<boolean> {
  const flavor = { apiVersion: "kueue.x-k8s.io/v1beta2", kind: "ResourceFlavor", metadata: { name: "probe" } };
  try {
    await server.apply(flavor, { dryRun: true });
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
