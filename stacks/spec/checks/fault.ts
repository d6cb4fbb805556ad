/** What a fault of a definition reads like; the rest of the complaint names the entry and the definition's file. */
export interface Fault {
  readonly got: string;
  readonly expected: string;
  /** What to do in the definition's file. */
  readonly fix: string;
}
