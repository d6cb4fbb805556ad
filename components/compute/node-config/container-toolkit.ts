import { type Architecture, type Binary, fetchChecked, HEADER, sumOf } from "./install.ts";

/**
 * NVIDIA's container toolkit: the packages that k3s finds the runtime `nvidia` by, in the order of their dependencies. k3s
 * looks for it when it starts, so it has to be there first.
 */
export const TOOLKIT_PACKAGES = [
  "libnvidia-container1",
  "libnvidia-container-tools",
  "nvidia-container-toolkit-base",
  "nvidia-container-toolkit",
] as const;

/** Packages with their versions as `dpkg` knows them. @throws Error if the lock lacks one. */
export const toolkitReleases = (
  binaries: Readonly<Record<string, Binary>>,
): { readonly name: string; readonly binary: Binary }[] =>
  TOOLKIT_PACKAGES.map((name) => {
    const binary = binaries[name];
    if (binary === undefined) throw new Error(`binaries.${name} is not in the lock; run \`npm run resolve\``);
    return { name, binary };
  });

/** A script that downloads and checks the packages, and has `apt-get` install them with what they depend on. */
export function installToolkit(binaries: Readonly<Record<string, Binary>>, architecture: Architecture): string {
  const packages = toolkitReleases(binaries).map(({ name, binary }) => ({
    file: `${name}_${binary.version}_${architecture}.deb`,
    sum: sumOf(name, binary, architecture),
  }));
  return `${HEADER}: "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
${packages.map(({ file, sum }) => fetchChecked(`https://nvidia.github.io/libnvidia-container/stable/deb/${architecture}/${file}`, file, sum)).join("")}export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet > /dev/null
apt-get install --yes --quiet --no-install-recommends -o DPkg::Lock::Timeout=300 \\
  ${packages.map(({ file }) => `./${file}`).join(" ")} > /dev/null
`;
}
