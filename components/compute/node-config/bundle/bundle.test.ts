import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as nodes from "../testdata/nodes.ts";
import { nodeBundle, type NodeFacts } from "./bundle.ts";

const { agent, burst, compose, coolify, furtherServer, onprem, server } = nodes;

const fileOf = (facts: NodeFacts, name: string): string => {
  const bundle = nodeBundle(facts);
  const content = bundle.installed[name] ?? bundle.files.find(({ path }) => path === name)?.content;
  if (content === undefined) throw new Error(`no file ${name}`);
  return content;
};

const k3sOf = (facts: NodeFacts): unknown => parse(fileOf(facts, "/etc/rancher/k3s/config.yaml"));

test("the same facts give the same hash, and any other fact another", () => {
  expect(nodeBundle(structuredClone(agent)).hash).toBe(nodeBundle(agent).hash);
  const others: NodeFacts[] = [
    { ...agent, hostname: "sandbox-inference-2" },
    { ...agent, place: 1 },
    { ...agent, window: { day: "Sun", startHour: 2, hours: 3 } },
    { ...agent, neighbours: { range: "10.11.0.0/16", servers: [], vault: [] } },
    { ...agent, binaries: { ...agent.binaries, k3s: { version: "v1.36.3+k3s1", sha256: { amd64: "b".repeat(64) } } } },
  ];
  expect(new Set([agent, ...others].map((facts) => nodeBundle(facts).hash)).size).toBe(others.length + 1);
});

test("what the node does not run is no part of its bundle", () => {
  const paths = (facts: NodeFacts) => nodeBundle(facts).files.map(({ path }) => path);
  expect(paths(agent)).toEqual([
    "bin/release",
    "bin/upgrade",
    "bin/health",
    "bin/discover",
    "install/tailscale",
    "install/k3s",
    "packages.txt",
    "versions.txt",
    "units.txt",
    "files/etc/apt/apt.conf.d/52splitfleet",
    "files/etc/sysctl.d/90-splitfleet.conf",
    "files/etc/sysctl.d/91-kubelet.conf",
    "files/etc/systemd/journald.conf.d/50-splitfleet.conf",
    "files/etc/systemd/system/apt-daily-upgrade.timer.d/50-splitfleet.conf",
    "files/etc/systemd/timesyncd.conf.d/50-splitfleet.conf",
    "files/etc/splitfleet/filter.nft",
    "files/etc/systemd/system/splitfleet-filter.service",
    "files/etc/rancher/k3s/config.yaml",
    "files/etc/rancher/k3s/flannel.json",
    "files/etc/systemd/system/k3s-token.path",
    "files/etc/systemd/system/k3s.service",
  ]);
  expect(paths(compose).filter((path) => /k3s|kubelet|vault|rancher/.test(path))).toEqual([]);
  expect(paths(server).filter((path) => /vault|audit|admission/.test(path))).toEqual([
    "install/vault",
    "files/etc/rancher/k3s/admission.yaml",
    "files/etc/rancher/k3s/audit.yaml",
    "files/etc/splitfleet/vault/vault.hcl",
    "files/etc/systemd/system/vault.service",
    "files/etc/systemd/system/splitfleet-vault-certificate.service",
    "files/etc/systemd/system/splitfleet-vault-certificate.timer",
  ]);
});

test("configuration of k3s, Vault and the filter is root's alone", () => {
  for (const { path, mode } of nodeBundle(server).files) {
    if (path.startsWith("files/etc/rancher/") || path.startsWith("files/etc/splitfleet/")) expect(mode).toBe("0600");
  }
});

describe("k3s", () => {
  const labels = [
    "splitfleet/environment=sandbox",
    "splitfleet/team=platform",
    "splitfleet/data-class=personal",
    "splitfleet/pool=inference",
  ];

  test("of an agent at Hetzner keeps its private address, and of a foreign one uses the mesh's interface", () => {
    expect(k3sOf(agent)).toEqual({
      "node-name": "sandbox-inference-1",
      "token-file": "/etc/splitfleet/k3s-token",
      server: "https://10.10.1.11:6443",
      "node-ip": "10.10.2.11",
      "node-label": [...labels, "topology.kubernetes.io/region=eu-central", "topology.kubernetes.io/zone=fsn1"],
      "node-taint": [],
      "flannel-conf": "/etc/rancher/k3s/flannel.json",
      "protect-kernel-defaults": true,
      "kubelet-arg": ["system-reserved=memory=665Mi", "provider-id=splitfleet://sandbox/sandbox-inference-1"],
    });
    expect(k3sOf(burst)).toEqual({
      "token-file": "/etc/splitfleet/k3s-token",
      server: "https://sandbox-operations-1.example.ts.net:6443",
      "flannel-iface": "tailscale0",
      "node-label": [...labels, "k8s.amazonaws.com/accelerator=NVIDIA-H100-80GB-HBM3"],
      "node-taint": ["splitfleet/burst=true:NoSchedule"],
      "flannel-conf": "/etc/rancher/k3s/flannel.json",
      "protect-kernel-defaults": true,
      "kubelet-arg": ["system-reserved=memory=665Mi"],
    });
  });

  test("founds a cluster on one server only; every server is hardened from its first start", () => {
    const hardened = {
      "secrets-encryption": true,
      "secrets-encryption-provider": "secretbox",
      "write-kubeconfig-mode": "0600",
      "protect-kernel-defaults": true,
    };
    expect(k3sOf(server)).toMatchObject({ ...hardened, "cluster-init": true });
    expect(k3sOf(furtherServer)).toMatchObject({ ...hardened, server: "https://10.10.1.11:6443" });
    expect(k3sOf(furtherServer)).not.toHaveProperty("cluster-init");
  });

  test("has one MTU on every node", () => {
    for (const facts of [agent, server, burst, onprem]) {
      expect(JSON.parse(fileOf(facts, "/etc/rancher/k3s/flannel.json"))).toEqual({
        Network: "10.42.0.0/16",
        EnableIPv4: true,
        EnableIPv6: false,
        Backend: { Type: "vxlan", MTU: 1230 },
      });
    }
  });

  test("starts when its token is there, and is started anew when its configuration changes", () => {
    expect(fileOf(agent, "units.txt").split("\n").slice(-3)).toEqual([
      "k3s.service - restart /etc/rancher/k3s/ /etc/systemd/system/k3s.service",
      "k3s-token.path enable restart /etc/systemd/system/k3s-token.path",
      "",
    ]);
  });
});

describe("Vault", () => {
  test("keeps its data with the nodes beside it and starts when its certificate is there", () => {
    expect(fileOf(server, "/etc/splitfleet/vault/vault.hcl")).toBe(`\
api_addr = "https://sandbox-operations-1.example.ts.net:8200"
cluster_addr = "https://10.10.1.11:8201"
disable_mlock = true
ui = false

storage "raft" {
  path = "/var/lib/vault"
  node_id = "sandbox-operations-1"
  retry_join {
    leader_api_addr = "https://10.10.1.12:8200"
    leader_tls_servername = "sandbox-operations-2.example.ts.net"
  }
  retry_join {
    leader_api_addr = "https://10.10.1.13:8200"
    leader_tls_servername = "sandbox-operations-3.example.ts.net"
  }
}

listener "tcp" {
  address = "0.0.0.0:8200"
  tls_cert_file = "/etc/splitfleet/vault/tls.crt"
  tls_key_file = "/etc/splitfleet/vault/tls.key"
  tls_min_version = "tls12"
}
`);
    expect(fileOf(server, "/etc/systemd/system/vault.service")).toContain(
      "ConditionPathExists=/etc/splitfleet/vault/tls.key\n",
    );
  });

  test("gets its certificate from the tailnet, for its own name, and starts or reloads with it", () => {
    const unit = fileOf(server, "/etc/systemd/system/splitfleet-vault-certificate.service");
    expect(unit).toContain(
      "ExecStart=/usr/local/sbin/tailscale cert --min-validity=720h --cert-file=/etc/splitfleet/vault/tls.crt " +
        "--key-file=/etc/splitfleet/vault/tls.key sandbox-operations-1.example.ts.net\n" +
        "ExecStartPost=systemctl --no-block reload-or-restart vault.service\nRestart=on-failure\n",
    );
    // What the release waits for is the timer: a tailnet without certificates yet does not take the release back.
    expect(fileOf(server, "units.txt")).toContain(
      "splitfleet-vault-certificate.timer enable restart /etc/systemd/system/splitfleet-vault-certificate.timer\n",
    );
    expect(fileOf(server, "units.txt")).not.toContain("certificate.service");
  });

  test("is never started anew by an apply, which would seal it", () => {
    expect(fileOf(server, "units.txt")).toContain("vault.service enable reload /etc/splitfleet/vault/\n");
  });
});

describe("Docker", () => {
  test("comes from Debian, with many small networks", () => {
    expect(fileOf(compose, "packages.txt").split("\n")).toEqual([
      "busybox-static",
      "docker-cli",
      "docker-compose",
      "docker.io",
      "nftables",
      "systemd-timesyncd",
      "unattended-upgrades",
      "",
    ]);
    expect(JSON.parse(fileOf(compose, "/etc/docker/daemon.json"))).toMatchObject({
      "default-address-pools": [{ base: "172.30.0.0/16", size: 28 }],
      "live-restore": true,
    });
  });

  test("comes with Coolify by its own installer of the release in the lock, which stays at it", () => {
    const script = fileOf(coolify, "install/coolify");
    expect(script.split("\n").slice(6, 9)).toEqual([
      "curl --fail --silent --show-error --location --retry 5 --output coolify.sh " +
        "https://raw.githubusercontent.com/coollabsio/coolify/v4.3.11/scripts/install.sh",
      `echo "${"a".repeat(64)}  coolify.sh" | sha256sum --check --quiet -`,
      "AUTOUPDATE=false bash coolify.sh 4.3.11",
    ]);
    expect(nodeBundle(coolify).installed).not.toHaveProperty("/etc/docker/daemon.json");
    const { coolify: _coolify, ...binaries } = coolify.binaries;
    expect(() => nodeBundle({ ...coolify, binaries })).toThrow(
      "binaries.coolify is not in the lock; run `npm run resolve`",
    );
  });
});

describe("updates", () => {
  const timer = (facts: NodeFacts) =>
    fileOf(facts, "/etc/systemd/system/apt-daily-upgrade.timer.d/50-splitfleet.conf").split("\n")[2];

  test("come at night, to the nodes of a pool one after the other, or in the pool's own window", () => {
    expect([0, 1, 12].map((place) => timer({ ...agent, place }))).toEqual([
      "OnCalendar=*-*-* 02:00:00 UTC",
      "OnCalendar=*-*-* 02:15:00 UTC",
      "OnCalendar=*-*-* 02:00:00 UTC",
    ]);
    expect(timer(onprem)).toBe("OnCalendar=Sun *-*-* 05:15:00 UTC");
  });

  test("do not come to a burst node, which is gone within hours", () => {
    expect(fileOf(burst, "/etc/apt/apt.conf.d/52splitfleet")).toBe('APT::Periodic::Enable "0";\n');
    expect(fileOf(burst, "packages.txt")).toBe("nftables\n");
  });
});

test("every download is checked before it is used", () => {
  for (const facts of [agent, server, burst, coolify]) {
    for (const { path, content } of nodeBundle(facts).files.filter((file) => file.path.startsWith("install/"))) {
      const lines = content.split("\n");
      const download = lines.findIndex((line) => line.startsWith("curl "));
      expect(lines[download + 1], path).toMatch(/^echo "a{64} {2}\S+" \| sha256sum --check --quiet -$/);
    }
  }
});
