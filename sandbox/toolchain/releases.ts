/** One release archive whose content somebody checked. */
export interface PinnedArchive {
  /** At least the tool's pinned version. */
  version: string;
  platform: Platform;
  /** SHA-256 of the archive, lower-case hex. */
  sha256: string;
}

/** Where a vendor keeps its release archives, and which of them may be downloaded. */
export interface ReleaseSource {
  /** The vendor's release host; a mirror can be given instead. */
  baseUrl: string;
  /** Path below the base URL; `{version}` and `{platform}` are replaced. */
  path: string;
  /** An archive that is not listed here is never downloaded. */
  archives: readonly PinnedArchive[];
}

/** Operating system and architecture as Node names them. */
export type Platform = `${NodeJS.Platform}-${NodeJS.Architecture}`;

/**
 * The pinned release archives. A sum is entered only from the checksum file that the vendor publishes with the release
 * (for Pulumi `pulumi-<version>-checksums.txt`), read by the person who enters it. Pulumi's archive also holds the
 * official language host, `pulumi-language-nodejs`; the bare CLI that a build gives does without.
 */
export const RELEASES = {
  pulumi: {
    baseUrl: "https://get.pulumi.com",
    path: "releases/sdk/pulumi-v{version}-{platform}.tar.gz",
    archives: [],
  },
} as const satisfies Record<string, ReleaseSource>;

/** For a tool of whose archives nobody entered a sum: it is built where it is not installed. */
export const NO_RELEASE: ReleaseSource = { baseUrl: "", path: "", archives: [] };
