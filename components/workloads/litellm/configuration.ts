import type { Deployment } from "./models.ts";

interface Options {
  readonly timeoutSeconds: number;
  /** 0 for no cache. */
  readonly cacheSeconds: number;
  /** Prefix of the cache's keys. */
  readonly name: string;
  readonly hasCache: boolean;
  readonly hasCollector: boolean;
  readonly hasDatabase: boolean;
  /** What the environment may cost in a month; all callers together spend no more on models. */
  readonly monthlyEuros: number | undefined;
  /** False to ask for each answer that is to be cached. */
  readonly cachesUnasked: boolean;
  readonly logsPrompts: boolean;
}

/** Where the shared counters and answers are; one address of three parts is faster than a URL, which opens a pool of its own. */
const REDIS = {
  host: "os.environ/CACHE_HOST",
  port: "os.environ/CACHE_PORT",
  password: "os.environ/CACHE_PASSWORD",
};

/** The proxy's own configuration file, as data. */
export function configuration(
  deployments: readonly Deployment[],
  fallbacks: Readonly<Record<string, readonly string[]>>,
  options: Options,
): object {
  const { timeoutSeconds, cacheSeconds, name, hasCache, hasCollector, hasDatabase, cachesUnasked, logsPrompts } =
    options;
  const chains = Object.entries(fallbacks).map(([model, others]) => ({ [model]: others }));
  return {
    model_list: deployments.map(({ model, call, key }) => ({
      model_name: model.name,
      litellm_params: { ...call, ...(key === undefined ? {} : { api_key: `os.environ/${key[0]}` }) },
      model_info: {
        // Callers read it in the header x-litellm-model-id: who answered, and if that is a fallback.
        id: model.name,
        // `tier` is a word of its own there.
        fleet_tier: model.tier,
        data_class: model.dataClass,
        ...(model.provider === undefined ? {} : { provider: model.provider }),
        ...(model.engine === "tei" ? { mode: "embedding" } : { max_input_tokens: model.contextTokens }),
      },
    })),
    router_settings: {
      routing_strategy: "simple-shuffle",
      num_retries: 1,
      timeout: timeoutSeconds,
      allowed_fails: 3,
      cooldown_time: 30,
      enable_pre_call_checks: true,
      fallbacks: chains,
      context_window_fallbacks: chains,
      ...(hasCache ? { redis_host: REDIS.host, redis_port: REDIS.port, redis_password: REDIS.password } : {}),
    },
    litellm_settings: {
      request_timeout: timeoutSeconds,
      telemetry: false,
      turn_off_message_logging: !logsPrompts,
      drop_params: true,
      // Without it a key's list of models is not looked at.
      enable_post_custom_auth_checks: true,
      // Counted in US dollars, as teams' budgets are, so the stricter one while a euro is worth more.
      // https://docs.litellm.ai/docs/proxy/users
      ...(hasDatabase && options.monthlyEuros !== undefined
        ? { max_budget: options.monthlyEuros, budget_duration: "30d" }
        : {}),
      callbacks: ["prometheus", ...(hasCollector ? ["otel"] : [])],
      ...(hasCache && cacheSeconds > 0
        ? {
            cache: true,
            cache_params: {
              type: "redis",
              ...REDIS,
              ttl: cacheSeconds,
              namespace: name,
              mode: cachesUnasked ? "default_on" : "default_off",
              supported_call_types: ["acompletion", "aembedding"],
            },
          }
        : {}),
    },
    general_settings: {
      master_key: "os.environ/LITELLM_MASTER_KEY",
      custom_auth: "authentication.authenticate",
      custom_auth_run_common_checks: true,
      infer_model_from_keys: false,
      ...(hasDatabase
        ? {
            database_connection_pool_limit: 10,
            // Each workload is a user there, and its key is its team's.
            apply_user_budget_to_team_keys: true,
            store_prompts_in_spend_logs: false,
            maximum_spend_logs_retention_period: "30d",
            allow_requests_on_db_unavailable: true,
          }
        : {}),
    },
  };
}
