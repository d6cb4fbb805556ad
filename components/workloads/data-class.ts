/** From what everybody may know to what is about a person. */
export const DATA_CLASSES = ["public", "internal", "confidential", "personal"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** Whether what is cleared up to a class may be given data of a class; of an unknown one, nothing may be. */
export const clearedFor = (cleared: string, dataClass: string): boolean =>
  rank(dataClass) >= 0 && rank(cleared) >= rank(dataClass);

const rank = (wanted: string): number => DATA_CLASSES.findIndex((dataClass) => dataClass === wanted);
