import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { referredName, secretName, secretsUsedBy, type Workload } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { accountOf } from "./account.ts";
import { withAnnotations } from "./annotations.ts";
import { type ControllerKind, controllerKind } from "./form.ts";

/** Where a workload's secrets come from. */
export interface SecretSource {
  /** Path of the KV v2 mount. */
  readonly kv: string;
  /** Path of the Kubernetes login. */
  readonly loginMount: string;
  readonly environment: string;
  /** What must exist first: the operator and its custom resource definitions. */
  readonly dependsOn: pulumi.Resource[];
}

/** A secret that a workload's pods read. */
interface ReadSecret {
  /** Workload that declares it. */
  readonly owner: string;
  readonly secret: string;
  /** Of the Kubernetes secret, in the reader's namespace. */
  readonly name: string;
}

/** What a workload's pods read: its own secrets, and those of others that it has a credential of. */
export function secretsOf({ name, workload }: Pick<PlannedWorkload, "name" | "workload">): ReadSecret[] {
  const own = Object.keys(workload.secrets ?? {}).map((secret): ReadSecret => ({
    owner: name,
    secret,
    name: secretName(name, secret),
  }));
  const referred = secretsUsedBy(workload).flatMap((reference): ReadSecret[] =>
    reference.workload === undefined
      ? []
      : [{ owner: reference.workload, secret: reference.secret, name: referredName(name, reference) }],
  );
  return [...new Map([...own, ...referred].map((read) => [read.name, read])).values()];
}

/** Path below the KV mount. */
export const secretPath = (environment: string, workload: string, secret: string): string =>
  `${environment}/${workload}/${secret}`;

/** Name of the Vault role that a workload's pods log in with. */
export const vaultRole = (environment: string, workload: string): string => `${environment}-${workload}`;

const API = "secrets.hashicorp.com/v1beta1";

/** The operator can restart these; pods of the others read the secret anew as they start. */
const RESTARTABLE: readonly ControllerKind[] = ["Deployment", "StatefulSet", "DaemonSet"];

/** How a rotated secret reaches what is not restarted for it. */
const readAnew = (kind: ControllerKind): string => (kind === "CustomResource" ? "by its operator" : "by each run");

/** What of a secret is none, as the workload declares that it belongs to. */
const fixedIn = (fleet: readonly PlannedWorkload[], owner: string, secret: string): Readonly<Record<string, string>> =>
  fleet.find(({ name }) => name === owner)?.workload.secrets?.[secret]?.fixed ?? {};

/** What the Kubernetes secret has beside Vault's keys. */
function rendering(workload: Workload, fixed: Readonly<Record<string, string>>): object {
  const labels = workload.form === "operated" ? workload.secretLabels : undefined;
  const templates = Object.entries(fixed).map(([key, text]) => [key, { text }] as const);
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(templates.length === 0 ? {} : { transformation: { templates: Object.fromEntries(templates) } }),
  };
}

/** The operator's resources for the secrets that a workload reads; none if it reads no secret. */
export function secretObjects(
  name: string,
  planned: PlannedWorkload,
  source: SecretSource,
  metadata: (object: string) => kubernetes.types.input.meta.v1.ObjectMeta,
  fleet: readonly PlannedWorkload[],
  parent: pulumi.Resource,
): kubernetes.apiextensions.CustomResource[] {
  const { name: workload } = planned;
  const read = secretsOf(planned);
  const kind = controllerKind(planned.workload);
  if (read.length === 0) return [];
  const login = new kubernetes.apiextensions.CustomResource(
    `${name}-login`,
    {
      apiVersion: API,
      kind: "VaultAuth",
      metadata: metadata(workload),
      spec: {
        method: "kubernetes",
        mount: source.loginMount,
        kubernetes: {
          role: vaultRole(source.environment, workload),
          serviceAccount: accountOf(planned),
          audiences: ["vault"],
        },
      },
    },
    { parent, dependsOn: source.dependsOn },
  );
  const synced = read.map(
    ({ owner, secret, name: object }) =>
      new kubernetes.apiextensions.CustomResource(
        `${name}${object.slice(workload.length)}`,
        {
          apiVersion: API,
          kind: "VaultStaticSecret",
          metadata: RESTARTABLE.includes(kind)
            ? metadata(object)
            : withAnnotations(metadata(object), { "splitfleet/read-anew": readAnew(kind) }),
          spec: {
            vaultAuthRef: workload,
            type: "kv-v2",
            mount: source.kv,
            path: secretPath(source.environment, owner, secret),
            refreshAfter: "60s",
            hmacSecretData: true,
            destination: { name: object, create: true, ...rendering(planned.workload, fixedIn(fleet, owner, secret)) },
            ...(RESTARTABLE.includes(kind) ? { rolloutRestartTargets: [{ kind, name: workload }] } : {}),
          },
        },
        { parent, dependsOn: [login] },
      ),
  );
  return [login, ...synced];
}
