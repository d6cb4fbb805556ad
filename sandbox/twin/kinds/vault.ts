import type { Claim, Kind, Package, Reference } from "../kind.ts";
import { textAt } from "../protocol/paths.ts";
import type { Properties } from "../protocol/values.ts";
import type { WorldObject } from "../world/objects.ts";
import { isUnsealed } from "../../vault/state.ts";
import { hasOutage } from "../world/settings.ts";
import type { World } from "../world/world.ts";
import { hexOf, uuidOf } from "./derive.ts";
import { installedVersion } from "./version.ts";

const MOUNT = "vault:index/mount:Mount";
const AUTH_BACKEND = "vault:index/authBackend:AuthBackend";
const APP_ROLE = "vault:appRole/authBackendRole:AuthBackendRole";
const KUBERNETES_CONFIG = "vault:kubernetes/authBackendConfig:AuthBackendConfig";
const KUBERNETES_ROLE = "vault:kubernetes/authBackendRole:AuthBackendRole";
const AWS_ROLE = "vault:aws/authBackendRole:AuthBackendRole";

const AWS_CLIENT = "vault:aws/authBackendClient:AuthBackendClient";

/** What lies in an auth backend and vanishes when it is disabled. */
const IN_AUTH_BACKEND = [APP_ROLE, KUBERNETES_CONFIG, KUBERNETES_ROLE, AWS_ROLE, AWS_CLIENT];

/**
 * Vault as a plain store: mounts, policies and roles exist at unique paths. Nothing is sealed, leased or checked for
 * meaning. What replaces follows the force-new fields of the provider `hashicorp/vault`; a mount or auth backend is
 * moved to another path in place.
 */
export const vault: Package = {
  name: "vault",
  version: installedVersion("vault"),
  replaceProviderOn: () => [],
  outage: (world) => {
    const message = hasOutage(world.marker, "off-the-mesh")
      ? "dial tcp: lookup of a name of the mesh: no such host"
      : hasOutage(world.marker, "vault-sealed") || !isUnsealed(world.marker)
        ? "Error making API request. Code: 503. Errors: * Vault is sealed"
        : undefined;
    return message === undefined ? undefined : { message, failsPreview: false, leavesObjects: false };
  },
  words: {
    missing: (_reference, value) => `no handler for route "auth/${value}/". route entry not found.`,
    inUse: ({ id }, by) => `${id} is in use by ${by.id}`,
    rateLimited: "Error making API request. Code: 429. Errors: request path: rate limit quota exceeded",
  },
  kinds: {
    [MOUNT]: {
      idPrefix: "mount",
      replaceOn: ["type", "local", "namespace", "externalEntropyAccess", "sealWrap"],
      claims: (inputs) => [pathClaim(inputs, "path", `path is already in use at ${textAt(inputs, "path")}/`)],
      outputs: {
        accessor: ({ id, inputs }) => `${textAt(inputs, "type")}_${hexOf(id, 8)}`,
        defaultLeaseTtlSeconds: () => 0,
        maxLeaseTtlSeconds: () => 0,
        forceNoCache: () => false,
        sealWrap: () => false,
        auditNonHmacRequestKeys: () => [],
        auditNonHmacResponseKeys: () => [],
      },
    },
    "vault:index/policy:Policy": {
      idPrefix: "policy",
      replaceOn: ["name", "namespace"],
      naming: { property: "name", maxLength: 255, randomDigits: 7, mark: "defaults" },
      // Writing a policy that exists would overwrite it, so two resources of one name would fight for ever.
      claims: (inputs) => [pathClaim(inputs, "name", `policy ${textAt(inputs, "name")} already exists`)],
    },
    [AUTH_BACKEND]: {
      idPrefix: "auth",
      replaceOn: ["type", "local", "namespace"],
      claims: (inputs) => [
        {
          key: `${namespaceOf(inputs)}/${authPath(inputs)}`,
          conflict: `path is already in use at ${authPath(inputs)}/`,
        },
      ],
      outputs: {
        path: ({ inputs }) => authPath(inputs),
        accessor: ({ id, inputs }) => `auth_${textAt(inputs, "type")}_${hexOf(id, 8)}`,
        tune: () => ({ defaultLeaseTtl: "", maxLeaseTtl: "", listingVisibility: "", tokenType: "default-service" }),
      },
      cascade: inside,
    },
    "vault:index/audit:Audit": {
      idPrefix: "audit",
      replaceOn: ["type", "path", "options", "description", "local", "namespace"],
      claims: (inputs) => [
        { key: textAt(inputs, "path") ?? textAt(inputs, "type") ?? "", conflict: "path already in use" },
      ],
      outputs: { path: ({ inputs }) => textAt(inputs, "type") ?? "" },
    },
    [APP_ROLE]: role("approle", "roleName", { roleId: ({ id }) => uuidOf(id), tokenType: () => "default" }),
    [KUBERNETES_CONFIG]: {
      idPrefix: "config",
      replaceOn: ["backend", "namespace"],
      references: [backend()],
      claims: (inputs) => [
        { key: textAt(inputs, "backend") ?? "kubernetes", conflict: "another resource configures the auth backend" },
      ],
      outputs: { kubernetesCaCert: () => "", disableIssValidation: () => true, disableLocalCaJwt: () => false },
      secretOutputs: ["tokenReviewerJwt", "tokenReviewerJwtWo"],
    },
    [KUBERNETES_ROLE]: role("kubernetes", "roleName", {
      aliasNameSource: () => "serviceaccount_uid",
      tokenType: () => "default",
    }),
    [AWS_ROLE]: {
      ...role("aws", "role", { roleId: ({ id }) => uuidOf(id), tokenType: () => "default" }, ["authType"]),
      admit: ({ inputs, world }) => {
        const hasKey = world
          .ofType(AWS_CLIENT)
          .some((client) => client.inputs["backend"] === inputs["backend"] && client.inputs["accessKey"] !== undefined);
        if (inputs["resolveAwsUniqueIds"] === false || hasKey) return;
        throw new Error(
          `Error making API request. Code: 400. Errors: * unable to resolve ARN ${String(inputs["boundIamPrincipalArns"])} to internal ID: NoCredentialProviders`,
        );
      },
    },
    [AWS_CLIENT]: {
      idPrefix: "client",
      replaceOn: ["backend", "namespace"],
      references: [backend()],
      claims: (inputs) => [
        { key: textAt(inputs, "backend") ?? "aws", conflict: "another resource configures the auth backend" },
      ],
      outputs: { maxRetries: () => -1 },
      secretOutputs: ["accessKey", "secretKey"],
    },
    "vault:kv/secretV2:SecretV2": {
      idPrefix: "secret",
      replaceOn: ["mount", "name", "namespace"],
      references: [{ at: "mount", to: MOUNT, by: "path" }],
      claims: ({ mount, name }) => [
        {
          key: `${String(mount)}/${String(name)}`,
          conflict: `another resource writes ${String(mount)}/data/${String(name)}`,
        },
      ],
      outputs: { path: ({ inputs: { mount, name } }) => `${String(mount)}/data/${String(name)}` },
      secretOutputs: ["dataJson"],
    },
  },
};

function role(
  defaultBackend: string,
  name: string,
  outputs: NonNullable<Kind["outputs"]>,
  replaceOn: readonly string[] = [],
): Kind {
  return {
    idPrefix: "role",
    replaceOn: ["backend", name, "namespace", ...replaceOn],
    references: [backend()],
    claims: (inputs) => [
      {
        key: `${namespaceOf(inputs)}/${textAt(inputs, "backend") ?? defaultBackend}/${textAt(inputs, name)}`,
        conflict: `role ${textAt(inputs, name)} already exists in auth/${textAt(inputs, "backend") ?? defaultBackend}`,
      },
    ],
    outputs,
  };
}

function backend(): Reference {
  return { at: "backend", to: AUTH_BACKEND, by: "path" };
}

function inside(authBackend: WorldObject, world: World): WorldObject[] {
  return IN_AUTH_BACKEND.flatMap((type) => world.ofType(type)).filter(
    ({ inputs }) => textAt(inputs, "backend") === authPath(authBackend.inputs),
  );
}

function pathClaim(inputs: Properties, at: string, conflict: string): Claim {
  return { key: `${namespaceOf(inputs)}/${textAt(inputs, at)}`, conflict };
}

/** An auth backend without a path is enabled at its type. */
function authPath(inputs: Properties): string {
  return textAt(inputs, "path") ?? textAt(inputs, "type") ?? "";
}

function namespaceOf(inputs: Properties): string {
  return textAt(inputs, "namespace") ?? "";
}
