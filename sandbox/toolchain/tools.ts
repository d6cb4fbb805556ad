import { join } from "node:path";
import { NO_RELEASE, RELEASES, type ReleaseSource } from "./releases.ts";

/** How to build an executable from a Go module that pins everything it needs (`go.mod` and `go.sum`). */
export interface GoBuild {
  /** Absolute path of the folder with `go.mod`, `go.sum` and, where the main package is a dependency, `tools.go`. */
  folder: string;
  /** The main package: an import path, or `.`. Tools of one folder share nearly all that there is to compile. */
  package: string;
  /** Passed to `-ldflags`, after `-s -w`. */
  linkerFlags: readonly string[];
  /** Build tags. @default [] */
  tags?: readonly string[];
  /** Measured on two cores with empty Go caches, for what people are told; all tools of the folder together. */
  minutes: number;
  /** What the build leaves in Go's module and build caches plus the executables; all tools of the folder together. */
  diskGiB: number;
}

/** Everything there is to know about one executable; another tool is another entry of {@link TOOLS}. */
export interface ToolDefinition {
  /** The name of the executable, of the tool and of its folder in the cache. */
  name: string;
  /** The version that was proved, and that is built; PATH may have a newer one. */
  version: string;
  /** The oldest version on PATH that was proved to serve. @default version */
  oldest?: string;
  /** Makes the executable print its version; of one that can not, anything that it answers and ends after. */
  versionArguments: readonly string[];
  /** True for an executable that can not say its version: it is taken from the cache only, under the version's name. */
  silent?: boolean;
  /** Added to the environment when asking for the version. */
  versionEnvironment: Readonly<Record<string, string>>;
  release: ReleaseSource;
  build: GoBuild;
}

const modules = join(import.meta.dirname, "modules");

/** A component of the Kubernetes control plane; all three are built from one module. */
const kubernetes = <Name extends string>(name: Name) => ({
  name,
  version: "1.36.1",
  versionArguments: ["--version"],
  versionEnvironment: {},
  release: NO_RELEASE,
  build: {
    folder: join(modules, "kubernetes"),
    package: `k8s.io/kubernetes/cmd/${name}`,
    linkerFlags: ["gitVersion=v1.36.1", "gitMajor=1", "gitMinor=36"].flatMap((variable) => [
      "-X",
      `k8s.io/component-base/version.${variable}`,
    ]),
    minutes: 7.5,
    diskGiB: 2.1,
  },
});

export const TOOLS = {
  pulumi: {
    name: "pulumi",
    version: "3.259.0",
    versionArguments: ["version"],
    versionEnvironment: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    release: RELEASES.pulumi,
    build: {
      folder: join(modules, "pulumi"),
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      linkerFlags: ["-X", "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0"],
      minutes: 6.5,
      diskGiB: 3.2,
    },
  },
  etcd: {
    name: "etcd",
    version: "3.6.16",
    // An older one (3.4.23, as Debian 12 packages it) has no watch progress: every watch of KWOK's began seconds late.
    oldest: "3.5.13",
    versionArguments: ["--version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "etcd"),
      package: "go.etcd.io/etcd/server/v3",
      linkerFlags: [],
      minutes: 2,
      diskGiB: 0.6,
    },
  },
  "kube-apiserver": kubernetes("kube-apiserver"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  kwok: {
    name: "kwok",
    version: "0.8.0",
    versionArguments: ["--version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "kwok"),
      package: "sigs.k8s.io/kwok/cmd/kwok",
      linkerFlags: ["-X", "sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0"],
      minutes: 2,
      diskGiB: 1.2,
    },
  },
  kueue: {
    name: "kueue",
    version: "0.15.0",
    versionArguments: ["--help"],
    silent: true,
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "kueue"),
      package: "sigs.k8s.io/kueue/cmd/kueue",
      linkerFlags: ["-X", "sigs.k8s.io/kueue/pkg/version.GitVersion=v0.15.0"],
      minutes: 5,
      diskGiB: 1.6,
    },
  },
  // Debian 12 has 0.14, which knows neither the ending of a repository that is not there nor `restore --delete`.
  restic: {
    name: "restic",
    version: "0.18.1",
    versionArguments: ["version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "restic"),
      package: "github.com/restic/restic/cmd/restic",
      linkerFlags: [],
      minutes: 2,
      diskGiB: 1,
    },
  },
  // Our own main package on the matcher of cyclonus; the number after the dot counts what changed in ours.
  "cyclonus-flows": {
    name: "cyclonus-flows",
    version: "0.5.6-splitfleet.2",
    versionArguments: ["version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "cyclonus-flows"),
      package: ".",
      linkerFlags: ["-X", "main.version=0.5.6-splitfleet.2"],
      minutes: 2,
      diskGiB: 0.8,
    },
  },
  // The daemon with its command line in one executable, which is the latter where TS_BE_CLI is set.
  tailscaled: {
    name: "tailscaled",
    version: "1.102.3",
    versionArguments: ["--version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "tailscale"),
      package: "tailscale.com/cmd/tailscaled",
      linkerFlags: ["-X", "tailscale.com/version.shortStamp=1.102.3", "-X", "tailscale.com/version.longStamp=1.102.3"],
      tags: ["ts_include_cli"],
      minutes: 4,
      diskGiB: 1.1,
    },
  },
  headscale: {
    name: "headscale",
    version: "0.29.2",
    versionArguments: ["version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "headscale"),
      package: "github.com/juanfont/headscale/cmd/headscale",
      linkerFlags: [],
      minutes: 4.5,
      diskGiB: 1.5,
    },
  },
  // Our own main package on Headscale's policy engine and Tailscale's filter; the number after the dot counts as above.
  "mesh-flows": {
    name: "mesh-flows",
    version: "0.29.2-splitfleet.1",
    versionArguments: ["version"],
    versionEnvironment: {},
    release: NO_RELEASE,
    build: {
      folder: join(modules, "mesh-flows"),
      package: ".",
      linkerFlags: ["-X", "main.version=0.29.2-splitfleet.1"],
      minutes: 2.5,
      diskGiB: 1,
    },
  },
} as const satisfies Record<string, ToolDefinition>;

export type ToolName = keyof typeof TOOLS;

/** The Kubernetes control plane, and KWOK in the kubelets' place. */
export const CONTROL_PLANE_TOOLS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const satisfies readonly ToolName[];

/** What a rehearsal runs besides Pulumi. */
export const REHEARSAL_TOOLS = [
  ...CONTROL_PLANE_TOOLS,
  "kueue",
  "cyclonus-flows",
] as const satisfies readonly ToolName[];
