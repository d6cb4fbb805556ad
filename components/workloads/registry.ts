import path from "node:path";
import { alertmanager } from "./alertmanager.ts";
import { cloudflared } from "./cloudflared.ts";
import { clusterAutoscaler } from "./cluster-autoscaler.ts";
import { dcgmExporter } from "./dcgm-exporter.ts";
import { driftDetector } from "./drift-detector.ts";
import { egressProxy } from "./egress-proxy.ts";
import { evaluation } from "./evaluation.ts";
import { loadExtensions, type RegisteredKind } from "./extensions.ts";
import { fineTuning } from "./fine-tuning.ts";
import { gateway } from "./gateway.ts";
import { glitchtip } from "./glitchtip.ts";
import { grafana } from "./grafana.ts";
import { ingestion } from "./ingestion.ts";
import { jaeger } from "./jaeger.ts";
import { kubeStateMetrics } from "./kube-state-metrics.ts";
import { litellm } from "./litellm.ts";
import { loki } from "./loki.ts";
import { mlflow } from "./mlflow.ts";
import { n8n } from "./n8n.ts";
import { mongodb } from "./mongodb.ts";
import { nodeExporter } from "./node-exporter.ts";
import { nvidiaDevicePlugin } from "./nvidia-device-plugin.ts";
import { objectStorage } from "./object-storage.ts";
import { ollama } from "./ollama.ts";
import { openWebui } from "./open-webui.ts";
import { otelAgent } from "./otel-agent.ts";
import { otelCollector } from "./otel-collector.ts";
import { phoenix } from "./phoenix.ts";
import { postgres } from "./postgres.ts";
import { prometheus } from "./prometheus.ts";
import { qdrant } from "./qdrant.ts";
import { ray } from "./ray.ts";
import { seaweedfs } from "./seaweedfs.ts";
import { tei } from "./tei.ts";
import { valkeyCache } from "./valkey-cache.ts";
import { valkeyQueue } from "./valkey-queue.ts";
import { vllm } from "./vllm.ts";
import { webAppWorker } from "./web-app-worker.ts";
import { webApp } from "./web-app.ts";
import { weaviate } from "./weaviate.ts";

/** Where extensions stand, unless `SPLITFLEET_EXTENSIONS` names another folder, as tests do. */
const FOLDER = path.join(import.meta.dirname, "../../extensions/workloads");

const builtIn = [
  alertmanager,
  cloudflared,
  clusterAutoscaler,
  dcgmExporter,
  driftDetector,
  egressProxy,
  evaluation,
  fineTuning,
  gateway,
  glitchtip,
  grafana,
  ingestion,
  jaeger,
  kubeStateMetrics,
  litellm,
  loki,
  mlflow,
  mongodb,
  n8n,
  nodeExporter,
  nvidiaDevicePlugin,
  objectStorage,
  ollama,
  openWebui,
  otelAgent,
  otelCollector,
  phoenix,
  postgres,
  prometheus,
  qdrant,
  ray,
  seaweedfs,
  tei,
  valkeyCache,
  valkeyQueue,
  vllm,
  webApp,
  webAppWorker,
  weaviate,
].map((definition): RegisteredKind => ({
  ...definition,
  file: `components/workloads/${definition.kind}.ts`,
}));

const extensions = await loadExtensions(process.env["SPLITFLEET_EXTENSIONS"] ?? FOLDER, builtIn);

/** Every kind of workload that an environment may name: those above, and those of `extensions/workloads/`. */
export const registry: readonly RegisteredKind[] = [...builtIn, ...extensions.kinds];

/** Files of extensions that can not be used; every report on an environment names them. */
export const { problems: extensionProblems } = extensions;
