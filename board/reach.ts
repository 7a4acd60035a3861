// Whether the server answers, when it last did, and what time it is there: a reader's clock may be wrong by minutes.

const MS_PER_SECOND = 1_000

interface Reach {
  /** False once something was asked and nothing answered. */
  readonly isReached: boolean
  /** By the server's clock; undefined before its first answer. */
  readonly seenAtMs: number | undefined
}

let reach: Reach = { isReached: true, seenAtMs: undefined }
/** What the server's clock is ahead of the reader's. */
let aheadMs = 0
const watchers = new Set<(isAnswer: boolean) => void>()

/** The time at the server, as far as its answers told it. */
export function serverNow(): number {
  return Date.now() + aheadMs
}

/** What the server's clock is ahead of the reader's, as far as its answers told it. */
export function serverAheadMs(): number {
  return aheadMs
}

export function currentReach(): Reach {
  return reach
}

/** @param tell hears whether an answer came, of each that did or did not */
export function watchReach(tell: (isAnswer: boolean) => void): () => void {
  watchers.add(tell)
  return () => watchers.delete(tell)
}

/** Something came from the server. */
export function noteHeard(): void {
  change({ isReached: true, seenAtMs: serverNow() }, true)
}

/** Nothing answered. */
export function noteSilence(): void {
  change({ ...reach, isReached: false }, false)
}

/**
 * An answer with the time at which it was sent, to the second.
 * @param askedAtMs by the reader's clock
 */
export function noteAnswer({ headers }: Pick<Response, 'headers'>, askedAtMs: number): void {
  const sentAtMs = Date.parse(headers.get('date') ?? '')
  if (!Number.isNaN(sentAtMs)) {
    // It was sent between the question and now, within the second that it names.
    const leastMs = sentAtMs - Date.now()
    const mostMs = sentAtMs + MS_PER_SECOND - askedAtMs
    if (aheadMs < leastMs || aheadMs > mostMs) aheadMs = Math.round((leastMs + mostMs) / 2)
  }
  noteHeard()
}

function change(next: Reach, isAnswer: boolean): void {
  reach = next
  for (const tell of watchers) tell(isAnswer)
}
