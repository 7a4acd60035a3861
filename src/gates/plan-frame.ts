// Shows the place of a mistake in a plan file, and the key that was probably meant.

/** Widest line shown, in UTF-16 units; longer ones are cut around the place. */
const FRAME_WIDTH_UNITS = 120
/** Most letters that may differ for a suggestion. */
const DISTANCE_LIMIT = 3

/** `message` with line and column, the line itself and a caret below the place; control characters shown as `·`. */
export function frameOf(
  text: string,
  place: { line: number; col: number },
  message: string,
): string {
  const { line, col } = place
  const full = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ')
  const from = Math.max(0, col - 1 - FRAME_WIDTH_UNITS / 2)
  const shown = full
    .slice(from, from + FRAME_WIDTH_UNITS)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '·')
  const gutter = `${line} | `
  return `line ${line}, column ${col}: ${message}\n${gutter}${shown}\n${' '.repeat(gutter.length + col - 1 - from)}^`
}

/** The known key that differs least from an unknown one, when it differs little. */
export function nearestKey(unknown: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.min(DISTANCE_LIMIT, Math.floor(unknown.length / 2)) + 1
  for (const key of known) {
    if (Math.abs(key.length - unknown.length) >= bestDistance) continue
    const distance = editDistance(unknown.toLowerCase(), key.toLowerCase())
    if (distance < bestDistance) {
      best = key
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, swap))
    }
    previous = current
  }
  return previous[b.length]!
}
