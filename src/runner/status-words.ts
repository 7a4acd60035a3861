// How a status looks in a line: its sign, its word, its colour.
import type { StoredStatus } from '../verdict/index.ts'

export const STATUS_SIGNS: Readonly<Record<StoredStatus, string>> = {
  PASS: '✓',
  WARN: '△',
  FAIL: '✗',
  ERROR: '✗',
  INCONCLUSIVE: '?',
  BLOCKED: '■',
  PENDING: '·',
  RUNNING: '…',
  SKIPPED: '–',
  NOT_APPLICABLE: '–',
}
/** The longest status a run shows often; longer ones push their line to the right. */
const STATUS_WIDTH = 7

/** ECMA-48 SGR foreground colours; what did not run stays as it is. */
const COLOURS: Readonly<Partial<Record<StoredStatus, number>>> = {
  PASS: 32,
  WARN: 33,
  INCONCLUSIVE: 33,
  FAIL: 31,
  ERROR: 31,
}

export function statusText(status: StoredStatus): string {
  return `${STATUS_SIGNS[status]} ${status.padEnd(STATUS_WIDTH)}`
}

/** Colours the first occurrence of the status's sign and word. */
export function paintStatus(line: string, status: StoredStatus): string {
  const colour = COLOURS[status]
  if (colour === undefined) return line
  const paint = (text: string): string => `\u001b[${colour}m${text}\u001b[39m`
  const signed = line.replace(STATUS_SIGNS[status], paint)
  return status === 'PASS' ? signed : signed.replace(status, paint)
}
