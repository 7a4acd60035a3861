// What a reader is told of their clock before they sign.

/** Nobody minds less; the second of an answer's date, and the way it takes, are far below it. */
const MINDED_MS = 60_000
const MS_PER_MINUTE = 60_000

/**
 * The time of what is signed is the server's, as the page reckons it: that is the one it is judged by.
 * @param aheadMs what the server's clock is ahead of the reader's
 * @returns undefined where the two are near enough
 */
export function clockNote(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) <= MINDED_MS) return undefined
  const minutes = Math.round(Math.abs(aheadMs) / MS_PER_MINUTE)
  const side = aheadMs > 0 ? 'behind' : 'ahead of'
  const amount = minutes === 1 ? 'a minute' : `${minutes.toLocaleString('en')} minutes`
  return `The clock of this device is ${amount} ${side} the server’s. What you sign is dated by the server’s.`
}
