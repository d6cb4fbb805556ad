import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { openWebui } from "./open-webui.ts";

test("what the entry says counts at every start, and models come by a key of its own", () => {
  const { container } = buildExample(openWebui, { embeddings: "embeddings" });
  expect(container.env).toMatchObject({
    ENABLE_PERSISTENT_CONFIG: "false",
    ENABLE_SIGNUP: "false",
    ENABLE_OLLAMA_API: "false",
    OPENAI_API_BASE_URL: "http://litellm.team-example.svc.cluster.local:4000/v1",
    OPENAI_API_KEY: { workload: "litellm", secret: "client-open-webui", key: "key" },
    RAG_EMBEDDING_MODEL: "embeddings",
    WEBSOCKET_MANAGER: "redis",
  });
});

test("the password of its sessions stands in no argument", () => {
  const { container } = buildExample(openWebui);
  expect(container.command?.at(-1)).toContain('redis://:$SESSIONS_PASSWORD@$SESSIONS"');
  expect(container.env?.["SESSIONS_PASSWORD"]).toEqual({ workload: "valkey-cache", secret: "login", key: "password" });
});
