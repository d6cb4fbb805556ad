import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EnrolmentReport } from "../report.ts";

const STUBS = ["apt-get", "cloud-init", "curl", "dpkg-query", "modprobe", "nvidia-smi", "sysctl", "systemctl"];
const PATH = "/stub:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Downloads by file name, and the checksums that a lock would have for them. */
export interface Downloads {
  readonly folder: string;
  sum(file: string): string;
}

/** How the host's router maps its addresses. */
export type Nat = "endpoint-independent" | "symmetric";

export interface Outcome {
  readonly code: number | null;
  readonly words: string;
  /** What it wrote to the report file; undefined if it wrote none. */
  readonly report: EnrolmentReport | undefined;
  /** Standard output: the report of a dry run. */
  readonly output: string;
  /** What was asked of the host's commands, in order. */
  readonly calls: readonly string[];
}

/**
 * A host in a network namespace behind a router that translates its address, and the internet behind that: real kernels'
 * routing and nftables. The host has this machine's programs and a file system of its own; what installs and starts things
 * there is a stub that notes what it was asked. Needs no root.
 */
export class HostBehindNat implements AsyncDisposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "splitfleet-host-"));
  readonly #processes: ChildProcess[] = [];
  #router = 0;
  #host = 0;

  static async start(downloads: Downloads): Promise<HostBehindNat> {
    const world = new HostBehindNat();
    try {
      await world.#connect(downloads);
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #connect(downloads: Downloads): Promise<void> {
    this.#router = await this.#spawn(["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", HOLD]);
    this.#host = await this.#spawn([...this.#enter(this.#router, ["mount"]), "unshare", "--net", "sh", "-c", HOLD]);
    const internet = await this.#spawn([...this.#enter(this.#router, ["mount"]), "unshare", "--net", "sh", "-c", HOLD]);
    this.#in(
      this.#router,
      `ip link add inside type veth peer name eth0 netns ${this.#host}
       ip link add outside type veth peer name eth0 netns ${internet}
       ip addr add 192.168.77.1/24 dev inside; ip addr add 203.0.113.2/24 dev outside
       ip link set inside up; ip link set outside up; ip link set lo up
       echo 1 > /proc/sys/net/ipv4/ip_forward`,
    );
    this.#in(
      this.#host,
      "ip addr add 192.168.77.2/24 dev eth0; ip link set eth0 up; ip link set lo up; ip route add default via 192.168.77.1",
    );
    this.#in(
      internet,
      "ip addr add 203.0.113.1/24 dev eth0; ip addr add 203.0.113.9/24 dev eth0; ip link set eth0 up; ip link set lo up",
    );
    const server = path.join(import.meta.dirname, "internet.mjs");
    const serve = [process.execPath, server, downloads.folder, "203.0.113.1", "203.0.113.9"];
    await this.#spawn([...this.#enter(internet, ["net", "mount"]), ...serve]);
    this.setNat("endpoint-independent");
    this.reset();
  }

  /** Starts a process that says a line when it is ready. @returns Its id, which is the one that was started. */
  async #spawn([command = "", ...args]: readonly string[]): Promise<number> {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#processes.push(child);
    await once(child.stdout, "data");
    return child.pid ?? 0;
  }

  #enter(pid: number, namespaces: readonly string[]): string[] {
    return ["nsenter", `--target=${pid}`, "--user", "--preserve-credentials", ...namespaces.map((name) => `--${name}`)];
  }

  #in(pid: number, script: string): void {
    const [command = "", ...args] = this.#enter(pid, ["net", "mount"]);
    execFileSync(command, [...args, "sh", "-ec", script], { stdio: ["ignore", "pipe", "inherit"] });
  }

  setNat(nat: Nat): void {
    const how = nat === "symmetric" ? "masquerade fully-random" : "masquerade";
    this.#in(
      this.#router,
      `nft flush ruleset
       nft 'table ip nat { chain out { type nat hook postrouting priority srcnat; oifname "outside" ${how}; }; }'`,
    );
  }

  /** Throws away all that was done to the host. */
  reset(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    for (const name of ["dev", "etc", "local", "proc", "root", "tmp", "usr", "var/lib"]) {
      mkdirSync(path.join(this.#folder, name), { recursive: true });
    }
    for (const name of ["bin", "lib", "lib64", "sbin"]) symlinkSync(`usr/${name}`, path.join(this.#folder, name));
    for (const name of ["alternatives", "group", "ld.so.cache", "passwd"]) {
      cpSync(path.join("/etc", name), path.join(this.#folder, "etc", name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    for (const name of STUBS)
      this.put(`/stub/${name}`, readFileSync(path.join(import.meta.dirname, "stub.sh"), "utf8"));
    this.put("/var/stub/netcheck.pl", readFileSync(path.join(import.meta.dirname, "netcheck.pl"), "utf8"));
    this.put("/etc/os-release", 'ID=debian\nVERSION_ID="13"\n');
    this.put("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma misc\n");
    this.put("/var/stub/gpus", "NVIDIA RTX 6000 Ada Generation, 49140, 580.65.06\n".repeat(2));
  }

  put(file: string, content: string, mode = 0o755): void {
    const target = path.join(this.#folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  }

  /** Content of a file that a run has left; undefined if there is none. */
  read(file: string): string | undefined {
    try {
      return readFileSync(path.join(this.#folder, file), "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Fails, or kills the run, once: at the given call, from 1, of a command that fits the shell pattern. */
  breakAt(how: "fail" | "kill", pattern: string, call = 1): void {
    this.put("/var/stub/break", `${how} ${call} ${pattern}\n`);
  }

  /** @param diskMiB Size of the disk that `/var/lib` is on; this machine's unless given. */
  run(script: string, args: readonly string[] = [], diskMiB?: number): Outcome {
    this.put("/enroll.sh", script, 0o600);
    this.put("/var/stub/calls", "");
    rmSync(path.join(this.#folder, "var/lib/splitfleet/enroll/report.json"), { force: true });
    const root = this.#folder;
    const [command = "", ...enter] = this.#enter(this.#host, ["net", "mount"]);
    const { status, stdout, stderr } = spawnSync(
      command,
      [
        ...enter,
        "unshare",
        "--mount",
        "sh",
        "-ec",
        `mount --rbind /usr ${root}/usr; mount --bind ${root}/local ${root}/usr/local
         mount --rbind /proc ${root}/proc; mount --rbind /dev ${root}/dev
         ${diskMiB === undefined ? "" : `mount -t tmpfs -o size=${diskMiB}m tmpfs ${root}/var/lib`}
         exec chroot ${root} env -i PATH=${PATH} HOME=/root SPLITFLEET_PATIENCE_SECONDS=0 \\
           sh -c 'echo $$ > /var/stub/pid; exec sh /enroll.sh "$@"' enroll ${args.join(" ")}`,
      ],
      { encoding: "utf8", timeout: 15_000 },
    );
    const report = this.read("/var/lib/splitfleet/enroll/report.json");
    return {
      code: status,
      words: stderr,
      output: stdout,
      report: report === undefined ? undefined : (JSON.parse(report) as EnrolmentReport),
      calls: (this.read("/var/stub/calls") ?? "").split("\n").filter((line) => line !== ""),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Holds a namespace until its standard input ends. */
const HOLD = "echo ready; exec cat";

/** Releases as their vendors serve them, with stubs in the places of programs. */
export function makeDownloads(packages: readonly string[]): Downloads & Disposable {
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-downloads-"));
  const archive = path.join(folder, "tailscale_1.102.3_amd64");
  mkdirSync(path.join(archive, "systemd"), { recursive: true });
  for (const program of ["tailscale", "tailscaled"]) {
    copyFileSync(path.join(import.meta.dirname, "stub.sh"), path.join(archive, program));
  }
  writeFileSync(path.join(archive, "systemd/tailscaled.service"), "[Service]\nExecStart=/usr/sbin/tailscaled\n");
  writeFileSync(path.join(archive, "systemd/tailscaled.defaults"), "");
  execFileSync("tar", ["-czf", `${archive}.tgz`, "-C", folder, path.basename(archive)]);
  for (const file of ["k3s", ...packages]) writeFileSync(path.join(folder, file), `${file}\n`);
  writeFileSync(path.join(folder, "clock-offset"), "0");
  return {
    folder,
    sum: (file) =>
      createHash("sha256")
        .update(readFileSync(path.join(folder, file)))
        .digest("hex"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
