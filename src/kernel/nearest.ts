// "Did you mean": the known name that a mistyped one was probably meant to be.

/** Most letters that may differ for a suggestion. */
const DISTANCE_LIMIT = 3

/** The known name that differs least from an unknown one, when it differs by at most three letters and half its length. */
export function nearestName(unknown: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.min(DISTANCE_LIMIT, Math.floor(unknown.length / 2)) + 1
  for (const name of known) {
    if (Math.abs(name.length - unknown.length) >= bestDistance) continue
    const distance = editDistance(unknown.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) {
      best = name
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
