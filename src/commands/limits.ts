/**
 * The longest value that the model copies. Linux takes values of arrays up to INT_MAX; a string that
 * long is more than the language has.
 */
export const LARGEST_VALUE = 2 ** 28;
