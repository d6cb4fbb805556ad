import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { downAlert, METRICS, PANELS, PORTS, valkeyServer } from "./valkey/server.ts";

/** Work that waits. Refuses new work rather than lose any, and writes each change to disk within a second. */
export const valkeyQueue = defineWorkload({
  kind: "valkey-queue",
  layer: "orchestration",
  summary: "Valkey for queues of work that must not be lost",
  memory: "`maximumMiB`, half of it while the file is written anew, and 32 MiB; 32 MiB for the exporter.",
  runtimes: ["kubernetes", "compose"],
  ports: PORTS,
  backups: "optional",
  metrics: METRICS,
  alerts: [
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
  ],
  panels: PANELS,
  spec: {
    maximumMiB: z.int().min(16).default(256).meta({ description: "Most that waiting work may take." }),
    retentionDays: z.int().min(1).default(30).meta({ description: "Age at which work that nobody took is deleted." }),
  },
  build: ({ maximumMiB, retentionDays }, context) =>
    valkeyServer({
      context,
      maximumMiB,
      overheadMiB: 32 + Math.ceil(maximumMiB / 2),
      configuration: ["maxmemory-policy noeviction", 'save ""', "appendonly yes", "appendfsync everysec"],
      // The file holds at most twice the data, and as much again while it is written anew.
      volumes: {
        data: {
          path: "/data",
          sizeGiB: Math.max(1, Math.ceil((maximumMiB * 4) / 1024)),
          keep: true,
          retentionDays,
          backup: { everyHours: 24, keepDays: Math.min(7, retentionDays) },
        },
      },
      erase: ERASE,
    }),
});

/**
 * Removes each entry of a list, set or hash and each value that has the person's id in it; then writes the file anew,
 * because it still has them. The id comes by standard input: an argument is for every process of the node to read.
 */
const ERASE = `printf %s "$SUBJECT" | valkey-cli -h "$HOST" -x EVAL '
local subject, erased = ARGV[1], 0
local function about(text) return string.find(text, subject, 1, true) ~= nil end
local cursor = "0"
repeat
  local page = redis.call("SCAN", cursor, "COUNT", 500)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local kind = redis.call("TYPE", key).ok
    if about(key) or (kind == "string" and about(redis.call("GET", key))) then
      erased = erased + redis.call("UNLINK", key)
    elseif kind == "list" then
      for _, item in ipairs(redis.call("LRANGE", key, 0, -1)) do
        if about(item) then erased = erased + redis.call("LREM", key, 1, item) end
      end
    elseif kind == "set" then
      for _, item in ipairs(redis.call("SMEMBERS", key)) do
        if about(item) then erased = erased + redis.call("SREM", key, item) end
      end
    elseif kind == "zset" then
      for _, item in ipairs(redis.call("ZRANGE", key, 0, -1)) do
        if about(item) then erased = erased + redis.call("ZREM", key, item) end
      end
    elseif kind == "hash" then
      local fields = redis.call("HGETALL", key)
      for index = 1, #fields, 2 do
        if about(fields[index]) or about(fields[index + 1]) then
          erased = erased + redis.call("HDEL", key, fields[index])
        end
      end
    elseif kind == "stream" then
      for _, entry in ipairs(redis.call("XRANGE", key, "-", "+")) do
        for _, value in ipairs(entry[2]) do
          if about(value) then
            erased = erased + redis.call("XDEL", key, entry[1])
            break
          end
        end
      end
    end
  end
until cursor == "0"
return erased
' 0
valkey-cli -h "$HOST" BGREWRITEAOF`;
