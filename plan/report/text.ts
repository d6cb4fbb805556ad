/** The first characters of a text, with a mark where something is left out. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

/** Breaks a text at spaces into lines of at most `width`; `most` lines, so that one finding never takes a report. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const shown = lines.slice(0, most).map((line) => cut(line, width));
  return lines.length <= most ? shown : [...shown.slice(0, -1), cut(`${shown.at(-1) ?? ""} …`, width)];
}
