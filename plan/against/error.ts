/** The other commit can not be planned; the message says why and what to do. */
export class AgainstError extends Error {
  override readonly name = "AgainstError";
}
