/** A kernel cannot be had; the message says why and what to do. */
export class KernelsError extends Error {
  override readonly name = "KernelsError";
}
