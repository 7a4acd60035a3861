// Asks something when the server tells of a change, or again and again where it does not, and keeps the last good answer when asking fails.
import { useEffect, useState } from 'react'
import type { Change } from '../src/client/index.ts'
import { faultOf } from './board-fault.ts'
import type { Fault } from './board-fault.ts'
import { currentFeed, hearFeed } from './feed.ts'
import type { FeedNews } from './feed.ts'

export interface Live<T> {
  /** The last good answer. */
  readonly value: T | undefined
  /** Why the newest question was not answered; beside a value it says that the value may be old. */
  readonly fault: Fault | undefined
}

/** When something is asked again. */
export interface Rhythm {
  /** While nothing tells of changes; while something does, far more seldom. */
  readonly everyMs: number
  /** A change after which it is asked at once. */
  isAbout(change: Change): boolean
}

/** What goes wrong is asked again after so long, and then twice as long, up to a minute. */
const RETRY_FIRST_MS = 2_000
const RETRY_LIMIT_MS = 60_000
/** What tells of its changes is looked at this often all the same: claims of runs end, and evidence ages, without a fact. */
const TOLD_EVERY_MS = 20_000
/** Many changes at once are one question; after an answer that took long there is a longer pause. */
const GATHER_MS = 250
const GATHER_ANSWERS = 2

/**
 * @param name what is asked; another name begins anew, while `nudge` asks again at once and keeps the value
 * @param every absent = ask once
 */
export function useLive<T>(
  name: string,
  ask: () => Promise<T>,
  every?: number | Rhythm,
  nudge?: unknown,
): Live<T> {
  const [held, hold] = useState<Live<T> & { readonly name: string }>({ name, ...NOTHING })
  const { everyMs, isAbout }: Partial<Rhythm> =
    typeof every === 'number' ? { everyMs: every } : (every ?? {})
  useEffect(() => {
    const watch = new Watch(ask, { everyMs, isAbout }, (next) =>
      hold((last) => {
        const kept = last.name === name ? last.value : undefined
        // That there is nothing (null) is an answer too.
        const value = next.fault === undefined ? next.value : kept
        const isSame =
          last.name === name && last.value === value && last.fault?.text === next.fault?.text
        return isSame ? last : { name, value, fault: next.fault }
      }),
    )
    return watch.begin()
    // `ask` and `isAbout` are made anew by each drawing and mean the same while the name does.
  }, [name, everyMs, nudge])
  return held.name === name ? held : NOTHING
}

const NOTHING = { value: undefined, fault: undefined } as const

interface WatchTerms {
  readonly everyMs: number | undefined
  readonly isAbout: Rhythm['isAbout'] | undefined
}

class Watch<T> {
  readonly #ask: () => Promise<T>
  readonly #terms: WatchTerms
  readonly #tell: (next: Live<T>) => void
  #isOver = false
  #isAsking = false
  /** Something changed while it was asked: the answer may be from before. */
  #isWanted = false
  #isRefused = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #retryMs = RETRY_FIRST_MS
  #gatherMs = GATHER_MS

  constructor(ask: () => Promise<T>, terms: WatchTerms, tell: (next: Live<T>) => void) {
    this.#ask = ask
    this.#terms = terms
    this.#tell = tell
  }

  /** @returns what ends it */
  begin(): () => void {
    const wake = (): void => {
      const isIdle = this.#timer === undefined && !this.#isAsking
      const isRepeated = this.#terms.everyMs !== undefined || this.#isWanted
      if (!document.hidden && isIdle && isRepeated) this.#lookIfSeen()
    }
    const stopHearing = hearFeed((news) => this.#hear(news))
    document.addEventListener('visibilitychange', wake)
    this.#look().catch(reportError)
    return () => {
      this.#isOver = true
      clearTimeout(this.#timer)
      document.removeEventListener('visibilitychange', wake)
      stopHearing()
    }
  }

  #hear(news: FeedNews): void {
    const { everyMs, isAbout } = this.#terms
    if (news.kind === 'told') {
      if (isAbout !== undefined && news.changes.some(isAbout)) this.#want()
    } else if (news.kind === 'begun') {
      if (news.isAnew || everyMs !== undefined || this.#isRefused) this.#want()
    } else if (this.#timer !== undefined && !this.#isWanted) {
      this.#wait(this.#pauseMs())
    }
  }

  #want(): void {
    if (this.#isWanted) return
    this.#isWanted = true
    if (!this.#isAsking) this.#wait(this.#gatherMs)
  }

  #wait(ms: number | undefined): void {
    clearTimeout(this.#timer)
    this.#timer = ms === undefined ? undefined : setTimeout(() => this.#lookIfSeen(), ms)
  }

  #lookIfSeen(): void {
    this.#timer = undefined
    if (!document.hidden) this.#look().catch(reportError)
  }

  async #look(): Promise<void> {
    this.#isAsking = true
    this.#isWanted = false
    const askedMs = performance.now()
    try {
      const value = await this.#ask()
      this.#retryMs = RETRY_FIRST_MS
      this.#isRefused = false
      if (!this.#isOver) this.#tell({ value, fault: undefined })
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (!this.#isOver) this.#tell({ value: undefined, fault })
      // Asking again helps only where nothing answered or the server said it may.
      this.#isRefused = fault.status === 0 || fault.status >= 429
    }
    this.#isAsking = false
    this.#gatherMs = Math.max(GATHER_MS, GATHER_ANSWERS * (performance.now() - askedMs))
    if (this.#isOver) return
    this.#wait(this.#isWanted ? this.#gatherMs : this.#pauseMs())
    if (this.#isRefused) this.#retryMs = Math.min(2 * this.#retryMs, RETRY_LIMIT_MS)
  }

  #pauseMs(): number | undefined {
    const { everyMs, isAbout } = this.#terms
    if (this.#isRefused) return this.#retryMs
    if (everyMs === undefined || isAbout === undefined) return everyMs
    return currentFeed().state === 'live' ? Math.max(everyMs, TOLD_EVERY_MS) : everyMs
  }
}
