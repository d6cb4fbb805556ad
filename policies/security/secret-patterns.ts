import { CANARY } from "./canary.ts";

/** Something secret found in a text: what it is and where, never the text itself. */
export interface Sighting {
  readonly what: string;
  /** Offset of its first character. */
  readonly start: number;
  readonly length: number;
}

/** A key that lets one machine join the mesh. The one kind of secret that user data may hold, once. */
export const MESH_KEY = "mesh key";

/** Forms in which issuers hand out secrets, in the order in which they are looked for. */
const PATTERNS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "private key", pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g },
  { what: "k3s token", pattern: /K10[0-9a-f]{20,64}::[\w.:-]+/g },
  { what: "Vault token", pattern: /\bhv[sbr]\.[\w-]{20,}/g },
  { what: MESH_KEY, pattern: /\btskey-auth-[\w-]{10,}/g },
  { what: "mesh OAuth client secret", pattern: /\btskey-client-[\w-]{10,}/g },
  { what: "mesh API key", pattern: /\btskey-(?!auth-|client-)[a-z]+-[\w-]{10,}/g },
  { what: "AWS access key id", pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { what: "GitHub token", pattern: /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,})/g },
  { what: "model API key", pattern: /\b(?:sk-(?:ant-|proj-)?[\w-]{20,}|hf_[A-Za-z0-9]{30,})/g },
  { what: "JSON Web Token", pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/g },
  { what: "secret of the environment file", pattern: new RegExp(CANARY, "g") },
  {
    what: "Hetzner Cloud token",
    pattern: /\b(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{64}\b/g,
  },
];

export interface RandomTextOptions {
  /** Characters from which a word is looked at; not below 20. */
  readonly minLength: number;
  /** Bits a character from which a word in mixed case counts as random; English has about 3, base64 of a key 4.3. */
  readonly minEntropy: number;
}

/** What is secret in the text, from first to last: known forms, and words that look as if a generator had made them. */
export function findSecrets(text: string, options: RandomTextOptions): readonly Sighting[] {
  const rest = blank(text, publicParts(text));
  const known = knownSecrets(rest);
  return [...known, ...randomWords(blank(rest, known), options)].toSorted((a, b) => a.start - b.start);
}

/** Secrets of a known form; no place is reported twice. */
function knownSecrets(text: string): readonly Sighting[] {
  const found: Sighting[] = [];
  for (const { what, pattern } of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const sighting = { what, start: match.index, length: match[0].length };
      if (!found.some((other) => overlap(other, sighting))) found.push(sighting);
    }
  }
  return found;
}

/** Hexadecimal words have 4 bits a character at most. */
const MIN_HEX_ENTROPY = 3;
const MIN_HEX_LENGTH = 32;

/** Names and paths are runs of letters, such as `Kubernetes`; random text changes between kinds all the time. */
const LONGEST_MEAN_RUN = 3;

function randomWords(text: string, { minLength, minEntropy }: RandomTextOptions): readonly Sighting[] {
  const found: Sighting[] = [];
  for (const { 0: word, index } of text.matchAll(/[A-Za-z0-9+/_-]{20,}={0,2}/g)) {
    if (word.length < minLength) continue;
    const isRandom = /^(?:[0-9a-f-]+|[0-9A-F-]+)$/.test(word) ? isRandomHex(word) : isRandomMixed(word, minEntropy);
    if (isRandom) found.push({ what: "random text", start: index, length: word.length });
  }
  return found;
}

function isRandomHex(word: string): boolean {
  return (
    word.replaceAll("-", "").length >= MIN_HEX_LENGTH &&
    /\d/.test(word) &&
    /[a-f]/i.test(word) &&
    entropy(word) >= MIN_HEX_ENTROPY
  );
}

function isRandomMixed(word: string, minEntropy: number): boolean {
  const isMixed = /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
  return isMixed && !isName(word) && meanRun(word) < LONGEST_MEAN_RUN && entropy(word) >= minEntropy;
}

/** A name such as `BAAI/bge-small-en-v1`: each part of it is one word, or a word with a number. */
const isName = (word: string): boolean =>
  word.split(/[-_/]/).every((part) => /^(?:[A-Z]?[a-z]*|[A-Z]*)\d{0,3}$/.test(part));

/**
 * What looks random but is meant to be read by everybody: digests and identifiers named as such, host names with an
 * account's id, certificates, public SSH keys.
 */
function publicParts(text: string): readonly Sighting[] {
  const patterns = [
    /\bsha(?:256|384|512)\W{1,3}[0-9a-f]{64,128}\b/gi,
    /\b[0-9a-f]{64}(?: {1,2}|  ?\*)[\w./-]+/g,
    /\b\w*(?:sha|digest|checksum)\w*["']?\s*[:=]\s*["']?[0-9a-f]{40,128}\b/gi,
    /\b[0-9a-f]{32}(?:\.[a-z][a-z0-9-]*)*\.[a-z]{2,}\b/g,
    /"(?:\w*I|i)d"\s*:\s*"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g,
    /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
    /\b(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-\w+) AAAA[A-Za-z0-9+/]+={0,2}/g,
  ];
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({ what: "public", start: match.index, length: match[0].length })),
  );
}

/** Shannon entropy in bits a character. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const character of word) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / word.length) * Math.log2(count / word.length), 0);
}

/** Mean length of runs of one kind: a word with or without a capital, capitals, digits. */
function meanRun(word: string): number {
  const runs = word.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [""];
  return runs.reduce((sum, run) => sum + run.length, 0) / runs.length;
}

function blank(text: string, parts: readonly Sighting[]): string {
  return parts.reduce(
    (rest, { start, length }) => rest.slice(0, start) + " ".repeat(length) + rest.slice(start + length),
    text,
  );
}

const overlap = (a: Sighting, b: Sighting): boolean => a.start < b.start + b.length && b.start < a.start + a.length;
