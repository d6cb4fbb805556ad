import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { goModuleFolder, type GoModule } from "../../../../toolchain/go-module.ts";
import { select, textAt, withValue } from "../../../protocol/paths.ts";
import { isObject, type Properties } from "../../../protocol/values.ts";
import {
  contextWith,
  definitionsOf,
  deployed,
  fullName,
  mapWith,
  type Operator,
  readValues,
  resourcesWith,
} from "./operator.ts";

const MODULE: GoModule = {
  path: "sigs.k8s.io/kueue",
  version: "v0.15.0",
  sum: "h1:9Khzc2ne6/eWuZx5o+R4KlVBzh3kZkTIMzpPC2e8Spg=",
};

/** Where the API server finds Kueue's webhooks. */
export interface WebhookService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Kinds of which Kueue converts between the versions; of the others both versions have the same fields. */
const CONVERTED: ReadonlySet<string> = new Set([
  "clusterqueues.kueue.x-k8s.io",
  "cohorts.kueue.x-k8s.io",
  "localqueues.kueue.x-k8s.io",
  "multikueueclusters.kueue.x-k8s.io",
  "workloads.kueue.x-k8s.io",
]);

/** Kueue's definitions, and where it runs with the conversion that its own manifests give them. */
export async function kueueDefinitions(service?: WebhookService): Promise<Properties[]> {
  const definitions = await definitionsOf(MODULE, "config/components/crd/bases");
  if (service === undefined) return definitions;
  const webhook = { clientConfig: { service: { ...service, path: "/convert" } }, conversionReviewVersions: ["v1"] };
  return definitions.map((definition) =>
    CONVERTED.has(textAt(definition, "metadata.name") ?? "")
      ? withValue(definition, "spec.conversion", { strategy: "Webhook", webhook })
      : definition,
  );
}

/** What it wants to be asked about: jobs, and objects of its own. Other frameworks are not switched on. */
const JUDGED: ReadonlySet<string> = new Set(["batch", "kueue.x-k8s.io"]);

/** Kueue's webhooks from its own manifests, under the names that it looks for. */
export async function kueueWebhooks(service: WebhookService): Promise<Properties[]> {
  const folder = await goModuleFolder(MODULE, "config/components/webhook");
  const text = await readFile(path.join(folder, "manifests.yaml"), "utf8");
  return parseAllDocuments(text).map((document) => {
    const manifest = document.toJS() as Properties;
    const webhooks = select(manifest, "webhooks[*]")
      .map(({ value }) => value)
      .filter(isObject)
      .filter((webhook) => select(webhook, "rules[*].apiGroups[*]").every(({ value }) => JUDGED.has(String(value))))
      .map((webhook) => {
        const own = textAt(webhook, "clientConfig.service.path") ?? "";
        return withValue(webhook, "clientConfig.service", { ...service, path: own });
      });
    const name = `kueue-${textAt(manifest, "metadata.name") ?? ""}`;
    return { ...withValue(manifest, "metadata.name", name), webhooks };
  });
}

const manager = z.strictObject({
  priorityClassName: z.string().default(""),
  image: z.strictObject({ repository: z.string(), tag: z.string() }),
  resources: resourcesWith({ cpu: "500m", memory: "512Mi" }, { cpu: "2", memory: "512Mi" }),
  podSecurityContext: contextWith({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }),
  containerSecurityContext: contextWith({
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  }),
});

/** Defaults are those of the chart's values.yaml, but for the image: there it is one of a registry for tests. */
const values = z.strictObject({
  controllerManager: z.strictObject({ replicas: z.int().min(0).default(1), nodeSelector: mapWith(), manager }),
  managerConfig: z.strictObject({ controllerManagerConfigYaml: z.string().optional() }).prefault({}),
});

/** Kueue's release: the pods of its controller. The controller itself runs beside the API server of a rehearsal. */
export const kueue: Operator = {
  chart: "kueue",
  version: "0.15.0",
  definitions: () => kueueDefinitions(),
  objects: (release) => {
    const { controllerManager } = readValues(release, values);
    const { replicas, nodeSelector } = controllerManager;
    const { priorityClassName, image, resources, podSecurityContext, containerSecurityContext } =
      controllerManager.manager;
    return deployed(release, {
      name: `${fullName(release)}-controller-manager`,
      labels: { "control-plane": "controller-manager" },
      replicas,
      nodeSelector,
      priorityClassName,
      securityContext: podSecurityContext,
      containers: [
        {
          name: "manager",
          image: `${image.repository}:${image.tag}`,
          resources,
          securityContext: containerSecurityContext,
        },
      ],
    });
  },
};
