import { gunzipSync } from "node:zlib";

export const SERVER = "hcloud:index/server:Server";
export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const INSTANCE = "aws:ec2/instance:Instance";

/** Where user data stands, by resource type. */
export const USER_DATA: Readonly<Record<string, readonly string[]>> = {
  [SERVER]: ["userData"],
  [LAUNCH_TEMPLATE]: ["userData"],
  [INSTANCE]: ["userData", "userDataBase64"],
};

/** A readable layer of user data: the script itself, or a file that is packed into it. */
export interface Layer {
  /** Empty for the user data itself, else where it was packed, such as `packed at line 12`. */
  readonly place: string;
  /** What is packed into it is blanked out: that is a layer of its own. */
  readonly text: string;
}

/** Layers deeper than a file in an archive in user data are no longer configuration. */
const DEEPEST = 3;

/** User data is at most 32 KiB at Hetzner and 16 KiB at AWS; what unpacks to far more is not configuration either. */
const LARGEST = 4 * 1024 * 1024;

/** The text and everything readable that is packed into it by base64, with or without gzip; as a whole or as words. */
export function layersOf(text: string, place = "", depth = 0): readonly Layer[] {
  if (depth === DEEPEST) return [{ place, text }];
  const whole = unpack(text.replaceAll(/\s+/g, ""));
  if (whole !== undefined) return layersOf(whole, place, depth + 1);
  const packed: Layer[] = [];
  const own = text.replaceAll(/[A-Za-z0-9+/]{24,}={0,2}/g, (word, offset: number) => {
    const content = unpack(word);
    if (content === undefined) return word;
    packed.push(...layersOf(content, `packed at line ${lineOf(text, offset)}`, depth + 1));
    return " ".repeat(word.length);
  });
  return [{ place, text: own }, ...packed];
}

/** Line of an offset, counted from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** What base64 holds, if that is text; undefined otherwise. */
function unpack(word: string): string | undefined {
  if (word.length < 16 || word.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(word)) return undefined;
  const bytes = Buffer.from(word, "base64");
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? unzip(bytes) : readable(bytes);
}

function unzip(bytes: Buffer): string | undefined {
  try {
    return readable(gunzipSync(bytes, { maxOutputLength: LARGEST }));
  } catch {
    return undefined; // Cut off or damaged: then it is of no use to the machine either, and looked at as it stands.
  }
}

function readable(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  return /^[\t\n\r\x20-\x7e\u00a0-\ud7ff\ue000-\ufffc]+$/u.test(text) ? text : undefined;
}
