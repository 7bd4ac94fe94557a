/** The command line was used wrongly; the message says where. Exit code 2. */
export class UsageError extends Error {}

/** A whole number of an option, within bounds. */
export function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`${name} takes a whole number from ${least} on, not "${text}"`);
  }
  return number;
}
