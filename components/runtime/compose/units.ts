import { createHash } from "node:crypto";
import { calendarEvents } from "./schedule.ts";

/** One container that runs and ends. */
export interface Task {
  readonly service: string;
  /** Changes with what it does; a task without schedule runs once for each. */
  readonly fingerprint: string;
  readonly retries: number;
  /** A run that takes longer is stopped; without one it may take as long as it likes. */
  readonly deadlineSeconds?: number;
  /** Five cron fields, in UTC; without one it runs as soon as it can. */
  readonly schedule?: string;
}

/** Every unit of ours on the node begins with it. */
const PREFIX = "splitfleet-compose";

export const fingerprintOf = (definition: unknown): string =>
  createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, 16);

/** Content of the node's systemd units by name: the filter at boot, the restart of what is unhealthy, and every task. */
export function systemdUnits(root: string, tasks: readonly Task[]): Record<string, string> {
  const release = `${root}/current/bin/release`;
  return {
    [`${PREFIX}-filter.service`]: `[Unit]
Description=Packet filter of the compose project
Before=docker.service
ConditionPathExists=${root}/current/filter.nft

[Service]
Type=oneshot
RemainAfterExit=true
ExecStart=/usr/sbin/nft -f ${root}/current/filter.nft

[Install]
WantedBy=multi-user.target
`,
    [`${PREFIX}-heal.service`]: `[Unit]
Description=Restarts unhealthy containers of the compose project
ConditionPathExists=${release}

[Service]
Type=oneshot
ExecStart=${release} heal
`,
    [`${PREFIX}-heal.timer`]: `[Unit]
Description=Looks for unhealthy containers of the compose project

[Timer]
OnBootSec=5min
OnUnitActiveSec=30s

[Install]
WantedBy=timers.target
`,
    ...Object.fromEntries(tasks.flatMap((task) => Object.entries(taskUnits(root, release, task)))),
  };
}

function taskUnits(root: string, release: string, task: Task): Record<string, string> {
  const { service, fingerprint, retries, deadlineSeconds, schedule } = task;
  const name = `${PREFIX}-task-${service}`;
  const done = `${root}/done/${service}-${fingerprint}`;
  const once = schedule === undefined;
  return {
    [`${name}.service`]: `[Unit]
Description=Task ${service} of the compose project
Wants=network-online.target
After=network-online.target docker.service
${once ? `ConditionPathExists=!${done}\n` : ""}
[Service]
Type=oneshot
ExecStart=${release} run ${service} ${retries}
${once ? `ExecStartPost=/usr/bin/touch ${done}\n` : ""}ExecStopPost=-/usr/bin/docker rm --force splitfleet-run-${service}
TimeoutStartSec=${deadlineSeconds ?? "infinity"}
${once ? "\n[Install]\nWantedBy=multi-user.target\n" : ""}`,
    ...(once
      ? {}
      : {
          [`${name}.timer`]: `[Unit]
Description=Schedule of task ${service} of the compose project

[Timer]
${calendarEvents(schedule)
  .map((event) => `OnCalendar=${event}\n`)
  .join("")}Persistent=true

[Install]
WantedBy=timers.target
`,
        }),
  };
}
