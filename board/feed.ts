// What the server says of changes while somebody looks: one stream for all tabs that show the same, and none where it is cut.
import { useEffect, useSyncExternalStore } from 'react'
import { followChanges, positionOf } from '../src/client/index.ts'
import type { Change } from '../src/client/index.ts'
import { api } from './api.ts'
import { currentReach, noteAnswer, noteHeard, noteSilence, serverNow, watchReach } from './reach.ts'
import { holdStreamPlace, joinTabs, WORD_PAUSE_MS } from './tabs.ts'

export interface FeedView {
  /** Changes come by themselves; or pages ask again and again; or nothing answers. */
  readonly state: 'live' | 'polling' | 'offline'
  /** When the server last answered, by its own clock. */
  readonly seenAtMs: number | undefined
}

export type FeedNews =
  | { readonly kind: 'told'; readonly changes: readonly Change[] }
  /**
   * A stream begins: what could not be read before may be read now, and what was missed is not known. Anew: the log is no longer the
   * one that was followed, so nothing that was read before may be relied on.
   */
  | { readonly kind: 'begun'; readonly isAnew: boolean }
  /** `currentFeed` says something else. */
  | { readonly kind: 'turned' }

/** What tabs say to each other. */
type Word =
  | { readonly kind: 'hello' }
  | { readonly kind: 'begun'; readonly cursor: string; readonly isAnew: boolean }
  | { readonly kind: 'told'; readonly cursor: string; readonly changes: readonly Change[] }
  | { readonly kind: 'state'; readonly cursor: string | undefined; readonly isOpen: boolean }

/** A leading tab that says nothing for so long is not believed to be live. */
const BELIEF_MS = 2.5 * WORD_PAUSE_MS

/** Who was answered within this is not cut off from the server, whatever became of the stream. */
const SEEN_AGE_MS = 10_000

const listeners = new Set<(news: FeedNews) => void>()
let isOpen = false
let view: FeedView = { state: 'polling', seenAtMs: undefined }

export function currentFeed(): FeedView {
  return view
}

export function hearFeed(listen: (news: FeedNews) => void): () => void {
  listeners.add(listen)
  return () => listeners.delete(listen)
}

export function useFeed(): FeedView {
  return useSyncExternalStore(hearFeed, currentFeed)
}

/** Follows for as long as the page wants it. @param reader whose key or session it is; undefined = nobody's */
export function useFollowing(reader: string | undefined): void {
  useEffect(() => (reader === undefined ? undefined : follow(reader)), [reader])
}

function tellAll(news: FeedNews): void {
  for (const listen of listeners) listen(news)
}

function turn(next: boolean): void {
  isOpen = next
  const { isReached, seenAtMs } = currentReach()
  const state = !isReached ? 'offline' : isOpen ? 'live' : 'polling'
  // While something answers, each answer moves the time, and nobody shows it.
  if (state === view.state) return
  view = { state, seenAtMs }
  tellAll({ kind: 'turned' })
}

function follow(reader: string): () => void {
  const following = new Following()
  const stopWatching = watchReach((isAnswer) => {
    turn(isOpen)
    if (!isAnswer) following.doubt()
  })
  following.begin(reader).catch(reportError)
  return () => {
    stopWatching()
    following.end()
    turn(false)
  }
}

class Following {
  readonly #ending = new AbortController()
  #say: (word: Word) => void = () => undefined
  #cursor: string | undefined
  #isLeading = false
  #connection = new AbortController()
  #belief: ReturnType<typeof setTimeout> | undefined

  async begin(reader: string): Promise<void> {
    const { signal } = this.#ending
    // A page over plain HTTP from another machine has no locks: then each tab follows while it is seen.
    if (!('locks' in navigator)) return this.#followSeen(signal)
    const name = `seaworthy.changes.${await digestOf(reader)}`
    if (signal.aborted) return
    const tabs = joinTabs<Word>(name, {
      lead: (leading) => this.#lead(leading),
      hear: (word) => this.#hear(word),
    })
    signal.addEventListener('abort', () => tabs.leave(), { once: true })
    this.#say = (word) => {
      if (!signal.aborted) tabs.say(word)
    }
    this.#say({ kind: 'hello' })
  }

  end(): void {
    clearTimeout(this.#belief)
    this.#ending.abort()
  }

  /** Something was asked and nothing answered: then a stream that says nothing is not to be trusted either. */
  doubt(): void {
    if (isOpen && this.#isLeading) this.#connection.abort()
  }

  #hear(word: Word): void {
    if (this.#ending.signal.aborted) return
    if (word.kind === 'hello') {
      if (this.#isLeading) this.#sayState()
      return
    }
    if (this.#isLeading) return
    clearTimeout(this.#belief)
    this.#belief = setTimeout(() => turn(false), BELIEF_MS)
    const known = this.#cursor === undefined ? -1 : positionOf(this.#cursor)
    const isNew = word.cursor !== undefined && positionOf(word.cursor) > known
    this.#cursor = word.cursor ?? this.#cursor
    const isHeard = word.kind !== 'state' || word.isOpen
    // What was said before this tab listened, or while it did not believe, is not known to it.
    const isBegun = word.kind === 'begun' || (isHeard && !isOpen)
    if (isHeard) noteHeard()
    turn(isHeard)
    if (isBegun) tellAll({ kind: 'begun', isAnew: word.kind === 'begun' && word.isAnew })
    if (word.kind === 'told' && isNew) tellAll({ kind: 'told', changes: word.changes })
  }

  #sayState(): void {
    this.#say({ kind: 'state', cursor: this.#cursor, isOpen })
  }

  async #lead(signal: AbortSignal): Promise<void> {
    clearTimeout(this.#belief)
    this.#isLeading = true
    const words = setInterval(() => this.#sayState(), WORD_PAUSE_MS)
    const restart = (): void => this.#connection.abort()
    addEventListener('offline', restart)
    try {
      while (!signal.aborted && !(await holdStreamPlace(() => this.#stream(signal))))
        await sleep(WORD_PAUSE_MS, signal).catch(() => undefined)
    } finally {
      removeEventListener('offline', restart)
      clearInterval(words)
      this.#isLeading = false
      turn(false)
    }
  }

  async #followSeen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const hiding = new AbortController()
      const hide = (): void => void (document.hidden && hiding.abort())
      document.addEventListener('visibilitychange', hide)
      if (!document.hidden) await this.#stream(AbortSignal.any([signal, hiding.signal]))
      turn(false)
      document.removeEventListener('visibilitychange', hide)
      await nextOf(signal, [[document, 'visibilitychange']])
    }
  }

  /** Until the signal, or until the reader may read no more, of which the questions of the page tell. */
  #stream(signal: AbortSignal): Promise<void> {
    const open = async (since: string | undefined, each: AbortSignal): Promise<Response> => {
      this.#connection = new AbortController()
      const askedAtMs = Date.now()
      const response = await api.changes(since, AbortSignal.any([each, this.#connection.signal]))
      noteAnswer(response, askedAtMs)
      return response
    }
    const ports = {
      open,
      sleep,
      hope: hopeAgain,
      chance: () => Math.random(),
    }
    return followChanges(
      ports,
      {
        begun: (cursor, isGapless) => {
          const isAnew = !isGapless && this.#cursor !== undefined
          this.#cursor = cursor
          turn(true)
          this.#say({ kind: 'begun', cursor, isAnew })
          tellAll({ kind: 'begun', isAnew })
        },
        told: (changes, cursor) => {
          this.#cursor = cursor
          this.#say({ kind: 'told', cursor, changes })
          if (changes.length > 0) tellAll({ kind: 'told', changes })
        },
        heard: () => {
          noteHeard()
          this.#sayState()
        },
        cut: (status) => {
          // Something between may keep streams from the page and nothing else: then questions are answered.
          const { seenAtMs = -Infinity } = currentReach()
          if (status === undefined && serverNow() - seenAtMs > SEEN_AGE_MS) noteSilence()
          turn(false)
          this.#sayState()
        },
      },
      { since: this.#cursor, signal },
    )
  }
}

/** The network is back, or away: then it is tried at once; or something is answered again. */
function hopeAgain(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let wasSilent = !currentReach().isReached
  const stop = watchReach((isAnswer) => {
    if (isAnswer && wasSilent) resolve()
    wasSilent ||= !isAnswer
  })
  const events: readonly (readonly [EventTarget, string])[] = [
    [globalThis, 'online'],
    [globalThis, 'offline'],
  ]
  return Promise.race([promise, nextOf(signal, events)]).finally(stop)
}

/** Resolves with the first of these events, or the signal. */
function nextOf(
  signal: AbortSignal,
  events: readonly (readonly [EventTarget, string])[],
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = new AbortController()
  for (const [target, name] of [...events, [signal, 'abort'] as const])
    target.addEventListener(name, () => resolve(), { signal: over.signal })
  if (signal.aborted) resolve()
  return promise.finally(() => over.abort())
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  if (signal.aborted) return Promise.reject(signal.reason)
  const timer = setTimeout(resolve, ms)
  const stop = (): void => {
    clearTimeout(timer)
    reject(signal.reason)
  }
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', stop))
}

/** Names a key without telling it. */
async function digestOf(reader: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(reader))
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
