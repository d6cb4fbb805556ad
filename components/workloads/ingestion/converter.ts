import type { Container } from "../contract.ts";
import { httpProbes } from "../probes.ts";

interface Options {
  readonly image: string;
  readonly port: number;
  /** Cores, and its threads. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Time that one document may take. */
  readonly itemSeconds: number;
}

/** Docling, which turns a document of any kind into text, beside the worker that asks it. */
export const converter = ({ image, port, cpu, memoryMiB, itemSeconds }: Options): Container => ({
  image,
  env: {
    UVICORN_PORT: String(port),
    DOCLING_SERVE_ENABLE_UI: "false",
    DOCLING_NUM_THREADS: String(Math.ceil(cpu)),
    HOME: "/tmp",
  },
  cpu: { request: cpu },
  memoryMiB: { request: memoryMiB },
  probes: httpProbes({ port, ready: "/health", startSeconds: 600, timeoutSeconds: 5 }),
  lifecycle: { graceSeconds: itemSeconds },
  scratch: ["/tmp"],
  user: 1001,
});
