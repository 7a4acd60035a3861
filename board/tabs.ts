// Lets one of the tabs that show the same thing do something for all of them, and another one when it is gone or says nothing.

/** A tab that leads says something at least this often. */
export const WORD_PAUSE_MS = 10_000
/** One that says nothing for so long is frozen by its browser, or stuck. */
const SILENCE_LIMIT_MS = 25_000
/** What a browser opens to one server at once over HTTP/1.1 is six; the rest is for questions. */
const STREAM_LIMIT_COUNT = 3

export interface TabEars<Word> {
  /** Does it for all tabs until the signal; another tab may have to do it then. */
  lead(signal: AbortSignal): Promise<void>
  /** What another tab says. */
  hear(word: Word): void
}

export interface Tabs<Word> {
  /** Tells the other tabs. */
  say(word: Word): void
  leave(): void
}

/** @param name the same in tabs that show the same thing, and in no others */
export function joinTabs<Word>(name: string, ears: TabEars<Word>): Tabs<Word> {
  const channel = new BroadcastChannel(name)
  const leaving = new AbortController()
  let heardAtMs = performance.now()
  let isLeading = false
  channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    heardAtMs = performance.now()
    ears.hear(data)
  })
  const lead = async (stolen: AbortSignal): Promise<void> => {
    isLeading = true
    try {
      await ears.lead(AbortSignal.any([leaving.signal, stolen]))
    } finally {
      isLeading = false
      heardAtMs = performance.now()
    }
  }
  const takeTurns = async (): Promise<void> => {
    let isStealing = false
    while (!leaving.signal.aborted) {
      const impatience = new AbortController()
      const watch = setInterval(() => {
        const isSilent = performance.now() - heardAtMs > SILENCE_LIMIT_MS
        if (!isLeading && isSilent && !document.hidden) impatience.abort()
      }, WORD_PAUSE_MS)
      const terms = isStealing
        ? { steal: true }
        : { signal: AbortSignal.any([leaving.signal, impatience.signal]) }
      await holdLock(name, terms, lead)
      clearInterval(watch)
      isStealing = impatience.signal.aborted
    }
  }
  takeTurns().catch(reportError)
  return {
    say: (word) => channel.postMessage(word),
    leave() {
      leaving.abort()
      channel.close()
    },
  }
}

/** Resolves when it was done, called off, or stolen by another tab; the signal says the last of these. */
async function holdLock(
  name: string,
  terms: LockOptions,
  use: (stolen: AbortSignal) => Promise<void>,
): Promise<void> {
  const stolen = new AbortController()
  let using: Promise<void> | undefined
  try {
    await navigator.locks.request(name, terms, () => (using = use(stolen.signal)))
  } catch (thrown) {
    if (!(thrown instanceof DOMException) || thrown.name !== 'AbortError') throw thrown
  } finally {
    stolen.abort()
    await using
  }
}

/** @returns false where other tabs, which show something else, have as many streams as may be */
export async function holdStreamPlace(use: () => Promise<void>): Promise<boolean> {
  for (let nth = 0; nth < STREAM_LIMIT_COUNT; nth++) {
    const terms = { ifAvailable: true }
    const isHeld = await navigator.locks.request(`seaworthy.stream.${nth}`, terms, async (lock) => {
      if (lock !== null) await use()
      return lock !== null
    })
    if (isHeld) return true
  }
  return false
}
