import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { NODE_ROOT, SNAPSHOT_CREDENTIALS } from "../../../stacks/layers/bundles.ts";
import { NodeControlError, type NodeControl, type NodeState } from "../control.ts";
import type { Remote } from "../remote.ts";
import type { Binary, EtcdSnapshot, Maintenance, SystemUpdates, VaultMember } from "./maintenance.ts";

const POLL_MS = 5_000;
/** Longest wait for a job on a node, restart included. */
const JOB_SECONDS = 1_800;
const RESET_MS = 600_000;
const VAULT = "/etc/splitfleet/vault";
const TOKEN = "/etc/splitfleet/k3s-token";

const health = z.object({ sealed: z.boolean(), standby: z.boolean() });
/** What k3s keeps of each snapshot in the cluster (`ETCDSnapshotFile`, k3s documentation of `etcd-snapshot`). */
const snapshots = z.object({
  items: z.array(
    z.object({
      spec: z.object({ snapshotName: z.string(), nodeName: z.string(), location: z.string() }),
      status: z.object({ creationTime: z.string().optional(), readyToUse: z.boolean().optional() }).prefault({}),
    }),
  ),
});

export interface LiveMaintenanceOptions {
  readonly environment: string;
  /** Domain of the tailnet: a node is reached under its host name in it. */
  readonly tailnet: string;
  /** `VAULT_TOKEN`, for the one call that Vault asks a right for. */
  readonly vaultToken: string | undefined;
  /** @default a timer */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Upgrades and restores over Tailscale SSH. What may cut the connection runs as a unit of systemd and is asked after. */
export class LiveMaintenance implements Maintenance {
  readonly #remote: Remote;
  readonly #control: Pick<NodeControl, "nodes">;
  readonly #options: LiveMaintenanceOptions;

  constructor(remote: Remote, control: Pick<NodeControl, "nodes">, options: LiveMaintenanceOptions) {
    this.#remote = remote;
    this.#control = control;
    this.#options = options;
  }

  async install(
    node: string,
    { component, version }: { readonly component: Binary; readonly version: string },
  ): Promise<void> {
    if (!/^[\w.+-]+$/.test(version)) throw new NodeControlError(`${node}: ${version} is no version of ${component}`);
    const find = `for release in "$(readlink -f ${NODE_ROOT}/current)" $(ls -dt ${NODE_ROOT}/releases/*); do
  ! grep -qsF "${component} ${version} " "$release/versions.txt" || break
  release=
done
[ -n "$release" ] || { echo "no bundle names ${component} ${version}; run \`npm run up\` first" >&2; exit 1; }`;
    await this.#job(node, "splitfleet-install", `${find}\n`, `"$release/bin/upgrade" ${component}`);
  }

  async updates(node: string): Promise<SystemUpdates> {
    const answer = await this.#run(
      node,
      "apt-get update --quiet=2 > /dev/null && apt-get --simulate upgrade | grep -c ^Inst || true\n" +
        "[ ! -e /run/reboot-required ] || echo restart",
    );
    const [packages, restart] = answer.split("\n");
    return { packages: Number(packages), restart: restart === "restart" };
  }

  async updateSystem(node: string): Promise<void> {
    const upgrade = "DEBIAN_FRONTEND=noninteractive apt-get --yes -o Dpkg::Options::=--force-confold upgrade";
    const restart = "{ [ ! -e /run/reboot-required ] || systemctl reboot; }";
    await this.#job(node, "splitfleet-update", "", `sh -c '${upgrade} && ${restart}'`, "[ ! -e /run/reboot-required ]");
  }

  async vaultMembers(): Promise<readonly VaultMember[]> {
    const members = (await this.#control.nodes()).filter(({ versions }) => versions.vault !== undefined);
    return Promise.all(
      members.map(async ({ name }) => {
        const answer = await this.#run(name, `curl --silent ${this.#vaultAddress(name)}/v1/sys/health`);
        const parsed = health.safeParse(parse(answer));
        if (!parsed.success) throw new NodeControlError(`${name}: Vault does not answer; see \`journalctl -u vault\``);
        const { sealed, standby } = parsed.data;
        return { node: name, active: !sealed && !standby, sealed };
      }),
    );
  }

  async stepDown(node: string): Promise<void> {
    const { vaultToken } = this.#options;
    if (vaultToken === undefined) {
      throw new NodeControlError("VAULT_TOKEN is not set; handing Vault's lead over needs the right to sys/step-down");
    }
    const put = `curl --silent --fail --request PUT --header @- ${this.#vaultAddress(node)}/v1/sys/step-down`;
    await this.#run(node, put, `X-Vault-Token: ${vaultToken}\n`);
  }

  async snapshots(): Promise<readonly EtcdSnapshot[]> {
    const server = (await this.#servers()).find(({ ready }) => ready);
    if (server === undefined) {
      throw new NodeControlError("no server answers, so nobody can list the snapshots; look them up in their bucket");
    }
    const answer = await this.#run(server.name, "k3s kubectl get etcdsnapshotfiles.k3s.cattle.io --output json");
    return snapshots
      .parse(parse(answer))
      .items.filter(({ spec, status }) => spec.location.startsWith("s3://") && status.readyToUse === true)
      .map(({ spec, status }) => ({
        name: spec.snapshotName,
        environment: this.#environmentOf(spec.nodeName),
        takenAt: status.creationTime ?? "",
        k3s: undefined,
      }))
      .toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
  }

  async takeSnapshot(node: string, name: string): Promise<void> {
    const known = await this.snapshots();
    if (known.some((each) => each.name.startsWith(`${name}-`))) return;
    await this.#run(node, `k3s etcd-snapshot save --name ${quote(name)}`);
  }

  async stopServer(node: string): Promise<void> {
    // Pods go on: nothing looks after them until the server is back.
    await this.#run(node, "systemctl stop k3s-token.path k3s.service");
  }

  async resetTo(
    node: string,
    { snapshot, token }: { readonly snapshot: string; readonly token: string },
  ): Promise<void> {
    const script = `umask 077
trap 'rm -f /run/splitfleet-restore-token' EXIT
cat > /run/splitfleet-restore-token
set -a
[ ! -r ${SNAPSHOT_CREDENTIALS} ] || . ${SNAPSHOT_CREDENTIALS}
k3s server --cluster-reset --cluster-reset-restore-path=${quote(snapshot)} --token-file=/run/splitfleet-restore-token`;
    await this.#run(node, script, token, RESET_MS);
  }

  async removeData(node: string): Promise<void> {
    await this.#run(node, "rm -rf /var/lib/rancher/k3s/server/db");
  }

  async startServer(node: string, { token }: { readonly token: string }): Promise<void> {
    const start = `umask 077\ncat > ${TOKEN}.new && mv ${TOKEN}.new ${TOKEN}\nsystemctl start k3s-token.path k3s.service`;
    await this.#run(node, start, token, RESET_MS);
  }

  async #servers(): Promise<readonly NodeState[]> {
    return (await this.#control.nodes()).filter(({ role }) => role === "server");
  }

  #environmentOf(node: string): string {
    const { environment } = this.#options;
    return node.startsWith(`${environment}-`) ? environment : `the owner of ${node}`;
  }

  #vaultAddress(node: string): string {
    return `--cacert ${VAULT}/ca.crt https://${this.#host(node)}:8200`;
  }

  #host = (node: string): string => `${node}.${this.#options.tailnet}`;

  #run(node: string, command: string, input = "", timeoutMs?: number): Promise<string> {
    return this.#remote(this.#host(node), command, { input, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }

  /**
   * Runs a command as a transient unit and waits for its end; one that an earlier run has started is waited for.
   *
   * @param until What else has to be so, as a shell condition.
   */
  async #job(node: string, unit: string, before: string, command: string, until = "true"): Promise<void> {
    const start = `systemctl reset-failed ${unit} 2> /dev/null || true
systemctl is-active --quiet ${unit} || [ "$(systemctl show --property ActiveState --value ${unit})" = activating ] ||
  systemd-run --quiet --no-block --service-type=oneshot --unit=${unit} ${command}`;
    await this.#run(node, `${before}${start}`);
    const ask = `systemctl show --property ActiveState --value ${unit}; ${until} && echo done || echo waits`;
    let answer = "";
    for (let waited = 0; waited < JOB_SECONDS * 1000; waited += POLL_MS) {
      // The mesh, or the machine, may be away meanwhile.
      answer = await this.#run(node, ask).catch((error: unknown) => {
        if (error instanceof NodeControlError) return error.message;
        throw error;
      });
      const [state, condition] = answer.split("\n");
      if (state === "failed") {
        throw new NodeControlError(
          `${node}: ${await this.#run(node, `journalctl --unit ${unit} --lines 5 --output cat`)}`,
        );
      }
      if (state === "inactive" && condition === "done") return;
      await (this.#options.pause ?? sleep)(POLL_MS);
    }
    throw new NodeControlError(`${node}: ${unit} has not ended after ${JOB_SECONDS / 60} minutes: ${answer}`);
  }
}

/** For a shell: snapshots are named by people. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
