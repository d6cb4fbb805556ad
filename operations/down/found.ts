/** One thing as its provider lists it. */
export interface Found {
  readonly provider: string;
  /** In the provider's word, such as `volume`. */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  /** The environment that its label, tag or host name states; undefined where none is stated. */
  readonly environment: string | undefined;
  /** Why it can not be deleted, whoever asks. */
  readonly stays?: string;
}

/** What one provider has, and its way of removing it. */
export interface Inventory {
  readonly provider: string;
  /**
   * Everything that bills or that keeps something from going, in the order in which it has to go.
   *
   * @throws Unasked where the provider can not be asked.
   */
  list(): Promise<readonly Found[]>;
  /** Resolves when it is gone, or bills no more. @throws Error in the provider's words where it refuses. */
  remove(found: Found): Promise<void>;
}

/** A provider can not be asked: no credentials, no program, no answer. */
export class Unasked extends Error {
  override readonly name = "Unasked";
}

/** The label of everything that the program makes. */
export const OWNER_LABEL = "splitfleet/environment";
