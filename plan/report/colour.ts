/** Whether to colour what a stream shows: only on a terminal, and not where `NO_COLOR` asks for none (no-color.org). */
export const wantsColour = (stream: { readonly isTTY?: boolean }): boolean =>
  stream.isTTY === true && process.env["NO_COLOR"] === undefined;
