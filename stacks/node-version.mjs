// Plain JavaScript for Node 18 and newer: it runs before anyone knows whether this Node can read TypeScript.

/** The lowest Node this project runs on; `engines` in package.json says the same. */
export const MINIMUM_NODE = "22.18";

/**
 * Whether a Node runs TypeScript files without a flag or a build. Type stripping is on since 22.18 and, in the line
 * after it, since 23.6 (https://nodejs.org/api/typescript.html, "History").
 *
 * @param {string} version such as `process.versions.node`
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/**
 * What a user of plain `pulumi up` must do when the `node` that Pulumi found is too old.
 *
 * @param {string} version
 * @param {string} executable path of that Node
 */
export function oldNodeMessage(version, executable) {
  return [
    `Splitfleet needs Node ${MINIMUM_NODE} or newer, and Pulumi started Node ${version} (${executable}).`,
    "Either install Node 24 and put it first on PATH, or run `npm run shell` in the project's folder:",
    "it opens a shell in which `pulumi` finds the right Node, and everything else a rehearsal needs.",
  ].join("\n");
}
