import type { Alert } from "../contract.ts";
import { downAlert } from "../valkey/observability.ts";

export const ALERTS: readonly Alert[] = [
  downAlert("ValkeyQueueDown", "no work is taken or given out"),
  {
    name: "ValkeyQueueFilling",
    expression: "redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8",
    forMinutes: 10,
    severity: "page",
    summary: "The queue is nearly full: soon it refuses new work",
    runbook: [
      "Look at the queue's length: workers that stopped or are too few let it grow.",
      "Start more workers, or repair those that fail.",
      "Raise `maximumMiB` if the work that waits is wanted.",
    ],
  },
  {
    name: "ValkeyQueueNotWritten",
    expression: "redis_aof_last_write_status == 0",
    forMinutes: 2,
    severity: "page",
    summary: "The queue can not be written to disk: what waits would be lost with the pod",
    runbook: [
      "Look at the room on its volume, and grow it if it is full.",
      "Read the log: it names the error of the last write.",
    ],
  },
];
