// Observed text as a sentence may hold it.

/** Longest observed text shown in an outcome, in UTF-16 code units. */
export const OBSERVED_LENGTH_LIMIT = 160

/** Short, one line, without control characters. */
export function shownText(text: string): string {
  const head = text.slice(0, OBSERVED_LENGTH_LIMIT + 1).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
  if (head.length <= OBSERVED_LENGTH_LIMIT) return head.toWellFormed()
  return `${head.slice(0, OBSERVED_LENGTH_LIMIT - 1)}…`.toWellFormed()
}
