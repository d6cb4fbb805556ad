/** What a node's provider decides: who keeps its clock, and whether it lives long enough to be updated. */
export type Provider = "hetzner" | "onprem" | "aws";

/** When a node may be updated, in UTC. */
export interface UpdateWindow {
  /** As systemd names it, such as `Mon`; every day if undefined. */
  readonly day: string | undefined;
  readonly startHour: number;
  readonly hours: number;
}

/** For pools that state none. */
const NIGHT: UpdateWindow = { day: undefined, startHour: 2, hours: 3 };

/** Minutes between the updates of two nodes of a pool. */
const STEP_MINUTES = 15;

/** Hetzner's own time servers (https://docs.hetzner.com/dns-console/dns/general/hetzner-ntp-server/). */
const HETZNER_TIME = ["ntp1.hetzner.de", "ntp2.hetzner.com", "ntp3.hetzner.net"];

/**
 * Kernel settings of the CIS Debian Linux Benchmark that a node of a cluster can have, by section 1.5 (process hardening)
 * and 3.3 (network parameters). Two are not as it has them: a node forwards packets, because pods do, and its answer may
 * leave by another interface than the question came by (private network and mesh), which a strict `rp_filter` would drop.
 */
const SYSCTLS: Readonly<Record<string, number>> = {
  "fs.protected_fifos": 2,
  "fs.protected_hardlinks": 1,
  "fs.protected_regular": 2,
  "fs.protected_symlinks": 1,
  "fs.suid_dumpable": 0,
  "kernel.dmesg_restrict": 1,
  "kernel.kptr_restrict": 2,
  "kernel.randomize_va_space": 2,
  "kernel.yama.ptrace_scope": 1,
  "net.ipv4.conf.all.accept_redirects": 0,
  "net.ipv4.conf.all.accept_source_route": 0,
  "net.ipv4.conf.all.rp_filter": 2,
  "net.ipv4.conf.all.secure_redirects": 0,
  "net.ipv4.conf.all.send_redirects": 0,
  "net.ipv4.conf.default.accept_redirects": 0,
  "net.ipv4.conf.default.accept_source_route": 0,
  "net.ipv4.conf.default.secure_redirects": 0,
  "net.ipv4.conf.default.send_redirects": 0,
  "net.ipv4.icmp_echo_ignore_broadcasts": 1,
  "net.ipv4.icmp_ignore_bogus_error_responses": 1,
  "net.ipv4.ip_forward": 1,
  "net.ipv4.tcp_syncookies": 1,
  "net.ipv6.conf.all.accept_redirects": 0,
  "net.ipv6.conf.all.accept_source_route": 0,
  "net.ipv6.conf.default.accept_redirects": 0,
  "net.ipv6.conf.default.accept_source_route": 0,
};

/**
 * What the kubelet demands when it protects the kernel's defaults (k3s hardening guide); must exist before its first
 * start.
 */
const KUBELET_SYSCTLS: Readonly<Record<string, number>> = {
  "kernel.panic": 10,
  "kernel.panic_on_oops": 1,
  "vm.overcommit_memory": 1,
  "vm.panic_on_oom": 0,
};

const sysctls = (settings: Readonly<Record<string, number>>): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");

/** Logs say who used what: a month of them, and never so much that pods lose the disk. */
const JOURNAL = `[Journal]
Storage=persistent
SystemMaxUse=1G
RuntimeMaxUse=128M
MaxRetentionSec=30day
`;

/** Security updates alone; a node restarts by \`npm run upgrade\`, one at a time, and never by itself. */
const UPDATES = `APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern {
  "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security";
  "origin=Ubuntu,archive=\${distro_codename}-security,label=Ubuntu";
};
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::Remove-Unused-Dependencies "true";
`;

/** A burst node is gone within hours: it starts from a new image instead of being updated. */
const NO_UPDATES = 'APT::Periodic::Enable "0";\n';

/** The moment of a node's updates within the window, as systemd's calendar event: neighbours in a pool are minutes apart. */
function updateEvent(place: number, { day, startHour, hours }: UpdateWindow): string {
  const minutes = startHour * 60 + ((place * STEP_MINUTES) % (hours * 60));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${day === undefined ? "" : `${day} `}*-*-* ${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}:00 UTC`;
}

const updateTimer = (place: number, window: UpdateWindow): string => `[Timer]
OnCalendar=
OnCalendar=${updateEvent(place, window)}
RandomizedDelaySec=0
`;

export interface BaselineArgs {
  readonly provider: Provider;
  readonly inCluster: boolean;
  /** A number that spreads the nodes of a pool over the window. */
  readonly place: number;
  readonly window: UpdateWindow | undefined;
}

/** The operating system's part of a node, by path. */
export const baselineFiles = ({ provider, inCluster, place, window }: BaselineArgs): Record<string, string> => ({
  "/etc/apt/apt.conf.d/52splitfleet": provider === "aws" ? NO_UPDATES : UPDATES,
  "/etc/sysctl.d/90-splitfleet.conf": sysctls(SYSCTLS),
  ...(inCluster ? { "/etc/sysctl.d/91-kubelet.conf": sysctls(KUBELET_SYSCTLS) } : {}),
  "/etc/systemd/journald.conf.d/50-splitfleet.conf": JOURNAL,
  ...(provider === "aws"
    ? {}
    : { "/etc/systemd/system/apt-daily-upgrade.timer.d/50-splitfleet.conf": updateTimer(place, window ?? NIGHT) }),
  // On-prem the room may have a clock of its own; at AWS the image already asks Amazon's.
  ...(provider === "hetzner"
    ? { "/etc/systemd/timesyncd.conf.d/50-splitfleet.conf": `[Time]\nNTP=${HETZNER_TIME.join(" ")}\n` }
    : {}),
});

/** Debian packages of the operating system's part. AWS images bring their clock, and nothing is updated there. */
export const baselinePackages = (provider: Provider): readonly string[] =>
  provider === "aws" ? ["nftables"] : ["nftables", "systemd-timesyncd", "unattended-upgrades"];
