import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { NodeControlError } from "./control.ts";

/** The API of an environment's cluster, with the credentials that `npm run kubeconfig` writes. @throws NodeControlError without them. */
export function connect(environment: string): { readonly core: CoreV1Api; readonly policy: PolicyV1Api } {
  const file = process.env["KUBECONFIG"] ?? path.join(homedir(), ".kube/config");
  const fix = `run \`npm run kubeconfig -- ${environment} --output ${file}\`, or name another file in KUBECONFIG`;
  if (!existsSync(file)) throw new NodeControlError(`${file}: there is no such file; ${fix}`);
  const config = new KubeConfig();
  config.loadFromFile(file);
  const context = `splitfleet-${environment}`;
  if (config.getContextObject(context) === null)
    throw new NodeControlError(`${file} has no context ${context}; ${fix}`);
  config.setCurrentContext(context);
  return { core: config.makeApiClient(CoreV1Api), policy: config.makeApiClient(PolicyV1Api) };
}
