/** What a person asked for can not be done as asked; the message says what to do. Nothing was touched. Exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Exit codes of every verb. */
export const EXIT = { ok: 0, failed: 1, refused: 2, interrupted: 130 } as const;
