/** From the least to the most sensitive. */
const CLASSES: readonly string[] = ["public", "internal", "confidential", "personal"];

/** Whether data of a class may not be where at most `ceiling` is allowed. A class without a rank exceeds everything. */
export function exceeds(held: string, ceiling: string): boolean {
  const rank = CLASSES.indexOf(held);
  return rank === -1 || rank > CLASSES.indexOf(ceiling);
}
