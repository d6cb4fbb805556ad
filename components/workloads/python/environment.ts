import { credential, type Handle, type SecretReference } from "../contract.ts";

type Environment = Readonly<Record<string, string | SecretReference>>;

/** What `model_registry.py` reads, and MLflow's own client. */
export const registryEnvironment = (registry: Handle): Environment => ({
  MLFLOW_TRACKING_URI: registry.url,
  MLFLOW_TRACKING_USERNAME: credential(registry, "username"),
  MLFLOW_TRACKING_PASSWORD: credential(registry, "password"),
});

/** What `telemetry.py` reads; without Prometheus a run reports to nobody. */
export const reportEnvironment = (
  { name, team }: { readonly name: string; readonly team: string },
  prometheus: Handle | undefined,
): Environment => ({
  WORKLOAD: name,
  TEAM: team,
  ...(prometheus === undefined ? {} : { PROMETHEUS_URL: prometheus.url }),
});
