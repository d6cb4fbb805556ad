import { join } from "node:path";
import { RELEASES, type ReleaseSource } from "./releases.ts";

/** How to build an executable from a Go module that pins everything it needs (`go.mod` and `go.sum`). */
export interface GoBuild {
  /** Absolute path of the folder with `go.mod`, `go.sum` and, where the main package is a dependency, `tools.go`. */
  folder: string;
  /** The main package: an import path, or `.`. */
  package: string;
  /** Passed to `-ldflags`, after `-s -w`. */
  linkerFlags: readonly string[];
  /** Measured on two cores with empty Go caches, for what people are told. */
  minutes: number;
  /** What the build leaves in Go's module and build caches plus the executable, measured. */
  diskGiB: number;
}

/** Everything there is to know about one executable; another tool is another entry of {@link TOOLS}. */
export interface ToolDefinition {
  /** The name of the executable, of the tool and of its folder in the cache. */
  name: string;
  /** The version that was proved; PATH may have a newer one. */
  version: string;
  /** Makes the executable print its version. */
  versionArguments: readonly string[];
  /** Added to the environment when asking for the version. */
  versionEnvironment: Readonly<Record<string, string>>;
  release: ReleaseSource;
  build: GoBuild;
}

const modules = join(import.meta.dirname, "modules");

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
} as const satisfies Record<string, ToolDefinition>;

export type ToolName = keyof typeof TOOLS;
