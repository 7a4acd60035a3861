// Asks something again and again while somebody looks, and keeps the last good answer when asking fails.
import { useEffect, useState } from 'react'

export interface Fault {
  readonly code: string
  readonly title: string
  readonly text: string
  readonly hint: string
  readonly status: number
}

export interface Live<T> {
  /** The last good answer. */
  readonly value: T | undefined
  /** Why the newest question was not answered; beside a value it says that the value may be old. */
  readonly fault: Fault | undefined
}

/** What goes wrong is asked again after so long, and then twice as long, up to a minute. */
const RETRY_FIRST_MS = 2_000
const RETRY_LIMIT_MS = 60_000

/**
 * @param name what is asked; another name begins anew, while `nudge` asks again at once and keeps the value
 * @param everyMs absent = ask once
 */
export function useLive<T>(
  name: string,
  ask: () => Promise<T>,
  everyMs?: number,
  nudge?: unknown,
): Live<T> {
  const [held, hold] = useState<Live<T> & { readonly name: string }>({ name, ...NOTHING })
  useEffect(() => {
    const watch = startWatch(ask, everyMs, (next) =>
      hold((last) => {
        const value = next.value ?? (last.name === name ? last.value : undefined)
        const isSame =
          last.name === name && last.value === value && last.fault?.text === next.fault?.text
        return isSame ? last : { name, value, fault: next.fault }
      }),
    )
    return watch.stop
    // `ask` is made anew by each drawing and means the same while the name does.
  }, [name, everyMs, nudge])
  return held.name === name ? held : NOTHING
}

const NOTHING = { value: undefined, fault: undefined } as const

function startWatch<T>(
  ask: () => Promise<T>,
  everyMs: number | undefined,
  tell: (next: Live<T>) => void,
): { stop(): void } {
  let isOver = false
  let isAsking = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = RETRY_FIRST_MS
  const look = async (): Promise<void> => {
    let waitMs = everyMs
    isAsking = true
    try {
      const value = await ask()
      retryMs = RETRY_FIRST_MS
      if (!isOver) tell({ value, fault: undefined })
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (!isOver) tell({ value: undefined, fault })
      // Asking again helps only where nothing answered or the server said it may.
      waitMs = fault.status === 0 || fault.status >= 429 ? retryMs : everyMs
      retryMs = Math.min(2 * retryMs, RETRY_LIMIT_MS)
    }
    isAsking = false
    if (!isOver && waitMs !== undefined) timer = setTimeout(lookIfSeen, waitMs)
  }
  const lookIfSeen = (): void => {
    timer = undefined
    if (!document.hidden) void look().catch(reportBug)
  }
  const wake = (): void => {
    const isIdle = timer === undefined && !isAsking
    if (!document.hidden && isIdle && everyMs !== undefined) lookIfSeen()
  }
  document.addEventListener('visibilitychange', wake)
  void look().catch(reportBug)
  return {
    stop() {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', wake)
    },
  }
}

/** What happens while telling is a mistake of ours: it belongs where the browser shows mistakes. */
function reportBug(thrown: unknown): void {
  reportError(thrown)
}

/** Whatever was thrown as something a person can read; status 0 when no answer came. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Error && 'row' in thrown && 'code' in thrown) {
    const { title, hint, status } = thrown.row as Pick<Fault, 'title' | 'hint' | 'status'>
    return { code: String(thrown.code), title, text: thrown.message, hint, status }
  }
  return {
    code: 'BOARD_NO_ANSWER',
    title: 'The server does not answer',
    text: thrown instanceof Error ? thrown.message : String(thrown),
    hint: 'Is `seaworthy serve` still running? The board asks again by itself.',
    status: 0,
  }
}
