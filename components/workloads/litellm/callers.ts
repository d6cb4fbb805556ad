import { clearedFor } from "../data-class.ts";
import type { BuildContext, SecretDeclaration, SecretReference } from "../contract.ts";
import type { Deployment } from "./models.ts";

/** A workload that asks the proxy for models. */
export interface Caller {
  readonly workload: string;
  readonly team: string;
  /** Name of the secret with its key. */
  readonly secret: string;
  /** Variable of the environment with its key. */
  readonly variable: string;
  /** Models that may see its data. */
  readonly models: readonly string[];
}

/** Who asks, and for which models. @throws Error for a workload whose data no model may see */
export function callersOf(
  { consumers, fleet }: Pick<BuildContext, "consumers" | "fleet">,
  deployments: readonly Deployment[],
): readonly Caller[] {
  return consumers
    .filter(({ port }) => port === "api")
    .map(({ workload, team }) => {
      const dataClass = fleet.find(({ name }) => name === workload)?.dataClass ?? "";
      const models = deployments.filter(({ model }) => clearedFor(model.dataClass, dataClass));
      if (models.length === 0) {
        throw new Error(
          `workload ${workload} has ${dataClass} data, and no model of the catalogue may be sent it; ` +
            `add a model with \`dataClass: ${dataClass}\``,
        );
      }
      return {
        workload,
        team,
        secret: `client-${workload}`,
        variable: `CLIENT_${workload.replaceAll("-", "_").toUpperCase()}`,
        models: models.map(({ model }) => model.name),
      };
    });
}

/** Variables of the environment with the callers' keys. */
export const callerKeys = (callers: readonly Caller[]): Record<string, SecretReference> =>
  Object.fromEntries(callers.map(({ variable, secret }) => [variable, { secret, key: "key" }]));

/** A secret of each caller. */
export const callerSecrets = (callers: readonly Caller[]): Record<string, SecretDeclaration> =>
  Object.fromEntries(callers.map(({ secret }) => [secret, { class: "generated", keys: ["key"] }]));

interface Limits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

/** What {@link AUTHENTICATION} reads: the callers without their keys. */
export const callersFile = (callers: readonly Caller[], limits: Limits): string =>
  `${JSON.stringify(
    callers.map(({ workload, team, variable, models }) => ({ workload, team, variable, models, ...limits })),
    undefined,
    2,
  )}\n`;

/**
 * Tells callers apart by their keys. The master key, which may do everything, is taken from the pod itself only: from
 * its sidecar and from operators by port-forward.
 */
export const AUTHENTICATION = `import hmac
import json
import os
from pathlib import Path

from litellm.proxy._types import LitellmUserRoles, ProxyException, UserAPIKeyAuth, hash_token

CALLERS = json.loads(Path(__file__).with_name("callers.json").read_text())


def same(given, variable):
    return hmac.compare_digest(given.encode(), os.environ[variable].encode())


async def authenticate(request, api_key):
    here = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    if same(api_key, "LITELLM_MASTER_KEY"):
        if here:
            return UserAPIKeyAuth(api_key=hash_token(api_key), user_role=LitellmUserRoles.PROXY_ADMIN)
        raise ProxyException("the master key is taken from the pod itself only", "auth_error", "api_key", 403)
    for caller in CALLERS:
        if same(api_key, caller["variable"]):
            return UserAPIKeyAuth(
                api_key=hash_token(api_key),
                key_alias=caller["workload"],
                user_id=caller["workload"],
                team_id=caller["team"],
                team_alias=caller["team"],
                models=caller["models"],
                rpm_limit=caller["requestsPerMinute"],
                tpm_limit=caller["tokensPerMinute"],
                user_role=LitellmUserRoles.INTERNAL_USER,
            )
    raise ProxyException("unknown key", "auth_error", "api_key", 401)
`;
