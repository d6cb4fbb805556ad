import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { copiedDaily } from "./copied-daily.ts";
import { DATA, environment, START } from "./open-webui/environment.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 8080;

/** Chat with the fleet's models in a browser, with a key of its own at the proxy. Keeps conversations in PostgreSQL. */
export const openWebui = defineWorkload({
  kind: "open-webui",
  layer: "interface",
  summary: "Chat with the fleet's models in a browser",
  memory: "1 GiB, at most 1.5 GiB; speech and embeddings are left to others.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { http: { port: HTTP, audience: "mesh" } },
  needs: {
    proxy: { kind: "litellm", port: "api" },
    database: { kind: "postgres", port: "sql" },
    sessions: { kind: "valkey-cache", port: "redis" },
  },
  spec: {
    url: z.url().optional().meta({ description: "Address at which people reach it." }),
    signup: z.boolean().default(false).meta({ description: "Whether people may make themselves an account." }),
    embeddings: z.string().optional().meta({ description: "Model of the catalogue that embeds uploaded files." }),
    storageGiB: z.number().positive().default(5).meta({ description: "For uploaded files." }),
    retentionDays: z
      .int()
      .min(1)
      .default(90)
      .meta({ description: "Age at which uploaded files are deleted, at the next start." }),
  },
  build: (spec, context) => ({
    replicas: 1,
    container: {
      image: context.image("open-webui"),
      // It takes the address of its sessions with the password in it.
      command: ["/bin/sh", "-ec", START],
      env: environment(HTTP, spec, context.needs),
      cpu: { request: 0.2 },
      memoryMiB: { request: 1024, limit: 1536 },
      probes: httpProbes({ port: HTTP, ready: "/health", startSeconds: 600, timeoutSeconds: 5 }),
      scratch: ["/tmp"],
      user: 10001,
    },
    volumes: { files: copiedDaily({ ...spec, path: DATA, copyDays: 7 }) },
    secrets: { session: { class: "generated", keys: ["key"] } },
    erasure: {
      impossible: "It knows people by accounts: delete the person's account, and chats and files go with it.",
    },
  }),
});
