const PATTERN = /(\d+)\.(\d+)(?:\.(\d+))?(-[0-9A-Za-z.-]+)?/;

/** The first `1.2`, `1.2.3` or `1.2.3-rc.1` in a text, as tools print it; undefined where there is none. */
export function findVersion(text: string): string | undefined {
  return PATTERN.exec(text)?.[0];
}

/**
 * Whether a version is the wanted one or a later one. A pre-release counts as older than its release; two
 * pre-releases of one version count as equal only when they are spelled the same.
 */
export function isAtLeast(version: string, wanted: string): boolean {
  const [left, right] = [parse(version), parse(wanted)];
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return left.suffix === "" || left.suffix === right.suffix;
}

function parse(version: string): { numbers: number[]; suffix: string } {
  const match = PATTERN.exec(version);
  if (match === null) throw new Error(`"${version}" is not a version such as 3.259.0`);
  return { numbers: match.slice(1, 4).map((part) => Number(part ?? 0)), suffix: match[4] ?? "" };
}
