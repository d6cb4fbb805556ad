import { clearedFor } from "../data-class.ts";
import {
  type CatalogueModel,
  credential,
  type Egress,
  type SecretDeclaration,
  type SecretReference,
  type ServedModel,
} from "../contract.ts";

/** How LiteLLM calls a provider, and where that answers. */
interface Provider {
  readonly prefix: string;
  readonly host: string;
}

/** From LiteLLM 1.104, `litellm/llms`: the prefix of a provider's models and the address that they are asked at. */
const PROVIDERS: Readonly<Record<string, Provider>> = {
  anthropic: { prefix: "anthropic", host: "api.anthropic.com" },
  deepinfra: { prefix: "deepinfra", host: "api.deepinfra.com" },
  deepseek: { prefix: "deepseek", host: "api.deepseek.com" },
  groq: { prefix: "groq", host: "api.groq.com" },
  mistral: { prefix: "mistral", host: "api.mistral.ai" },
  nebius: { prefix: "nebius", host: "api.studio.nebius.ai" },
  openai: { prefix: "openai", host: "api.openai.com" },
  together: { prefix: "together_ai", host: "api.together.xyz" },
};

/** A model as the proxy calls it. */
export interface Deployment {
  readonly model: ServedModel;
  /** `model`, `api_base` and `api_key` of its `litellm_params`. */
  readonly call: Readonly<Record<string, string>>;
  /** Variable of the environment with the key, and where that comes from. */
  readonly key: readonly [variable: string, secret: SecretReference] | undefined;
  /** Name of the secret that an outside party provides. */
  readonly provided: string | undefined;
}

/** Models that can be asked: those that somebody serves. @throws Error for a provider that LiteLLM can not call */
export const deploymentsOf = (models: Readonly<Record<string, ServedModel>>): readonly Deployment[] =>
  Object.values(models).flatMap((model) => deployment(model) ?? []);

/** Secrets of models that somebody else runs. */
export const providerSecrets = (deployments: readonly Deployment[]): Record<string, SecretDeclaration> =>
  Object.fromEntries(
    deployments.flatMap(({ provided }) =>
      provided === undefined ? [] : [[provided, { class: "provided", keys: ["key"] }] as const],
    ),
  );

function deployment(model: ServedModel): Deployment | undefined {
  const { engine, reference, server, name } = model;
  if (engine === "api") {
    const provider = providerOf(model);
    const secret = `provider-${model.provider}`;
    return {
      model,
      call: { model: `${provider.prefix}/${reference}` },
      key: [variable(secret), { secret, key: "key" }],
      provided: secret,
    };
  }
  if (engine === "endpoint") {
    const secret = `endpoint-${name}`;
    const call = { model: `hosted_vllm/${reference}`, api_base: `${endpointOf(model)}/v1` };
    return { model, call, key: [variable(secret), { secret, key: "key" }], provided: secret };
  }
  if (server === undefined) return undefined;
  const key = server.credentials === undefined ? undefined : credential(server, "key");
  return {
    model,
    call: localCall(model, server.url),
    key: key === undefined ? undefined : [variable(`server-${server.workload}`), key],
    provided: undefined,
  };
}

function localCall({ engine, reference, name }: ServedModel, url: string): Record<string, string> {
  if (engine === "ollama") return { model: `ollama_chat/${reference}`, api_base: url };
  if (engine === "tei") return { model: `openai/${reference}`, api_base: `${url}/v1` };
  return { model: `hosted_vllm/${name}`, api_base: `${url}/v1` };
}

const variable = (secret: string): string => `KEY_${secret.replaceAll("-", "_").toUpperCase()}`;

function providerOf({ name, provider = "" }: CatalogueModel): Provider {
  const known = PROVIDERS[provider];
  if (known !== undefined) return known;
  throw new Error(
    `models.${name}.provider is ${provider}; expected one of ${Object.keys(PROVIDERS).join(", ")}, or a model of the engine endpoint`,
  );
}

function endpointOf({ name, endpoint }: CatalogueModel): string {
  if (endpoint === undefined) throw new Error(`models.${name} has no endpoint; give its pool an \`endpoint\``);
  return endpoint.replace(/\/+$/, "");
}

/** Hosts outside the fleet that serve models of the catalogue. */
export function modelEgress(models: Readonly<Record<string, CatalogueModel>>): readonly Egress[] {
  const hosts = Object.values(models).flatMap((model): [string, Egress][] => {
    const { engine, name } = model;
    if (engine !== "api" && engine !== "endpoint") return [];
    const url = new URL(engine === "api" ? `https://${providerOf(model).host}` : endpointOf(model));
    const port = url.port === "" ? 443 : Number(url.port);
    const purpose = engine === "api" ? `models of ${model.provider}` : `the model ${name} on a rented server`;
    return [[`${url.hostname}:${port}`, { host: url.hostname, port, purpose }]];
  });
  return [...new Map(hosts).values()];
}

/**
 * Who is asked instead of a model that does not answer, by model.
 *
 * @throws Error naming a fallback that is not in the catalogue, or that may not see what the model may see
 */
export function fallbacksOf(deployments: readonly Deployment[]): Readonly<Record<string, readonly string[]>> {
  const models = new Map(deployments.map(({ model }) => [model.name, model]));
  return Object.fromEntries(
    [...models.values()]
      .filter(({ fallbacks }) => fallbacks.length > 0)
      .map(({ name, dataClass, fallbacks }) => [
        name,
        fallbacks.map((fallback) => {
          const target = models.get(fallback);
          if (target === undefined) throw new Error(`models.${name}.fallbacks names ${fallback}, which nobody serves`);
          if (clearedFor(target.dataClass, dataClass)) return fallback;
          throw new Error(
            `models.${name} may be sent ${dataClass} data and falls back to ${fallback}, which may be sent ` +
              `${target.dataClass} data at most; remove it from the fallbacks, or lower the class of ${name}`,
          );
        }),
      ]),
  );
}
