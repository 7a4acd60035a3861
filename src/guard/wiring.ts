// Refuses at construction what plain JavaScript does not: a word that nobody knows, a port that was forgotten.
import { GuardFault } from './errors.ts'
import type { GuardSink } from './model.ts'

/** @throws GuardFault GUARD_TERMS_INVALID */
export function expectWord(what: string, got: unknown, known: readonly string[]): void {
  if (!known.includes(got as string)) throw refuse(what, known.join(' or '), shown(got))
}

/** @throws GuardFault GUARD_TERMS_INVALID unless every one of them is a function of the object */
export function expectPort(what: string, got: unknown, functions: readonly string[]): void {
  const port = (typeof got === 'object' || typeof got === 'function' ? got : null) as Readonly<
    Record<string, unknown>
  > | null
  const missing = functions.filter((name) => typeof port?.[name] !== 'function')
  if (missing.length > 0)
    throw refuse(
      what,
      functions.map((name) => `${name}()`).join(', '),
      `none of ${missing.join(', ')}`,
    )
}

/** @throws GuardFault GUARD_TERMS_INVALID */
export function expectFunction(what: string, got: unknown): void {
  if (typeof got !== 'function') throw refuse(what, 'a function', shown(got))
}

/** @throws GuardFault GUARD_TERMS_INVALID for what is no whole number within the bounds */
export function expectCount(what: string, got: unknown, least: number, most: number): void {
  if (Number.isSafeInteger(got) && (got as number) >= least && (got as number) <= most) return
  throw refuse(what, `a whole number from ${least} to ${most}`, String(got).slice(0, 100))
}

/** Who listens may fail: what the guard does must not hang on it. */
export function quietSink(sink: GuardSink | undefined): GuardSink {
  return (event) => {
    try {
      sink?.(event)
    } catch {
      // The one who would be told is the one who failed.
    }
  }
}

function shown(got: unknown): string {
  return typeof got === 'string' ? JSON.stringify(got.slice(0, 100)) : typeof got
}

function refuse(what: string, expected: string, got: string): GuardFault {
  return new GuardFault('GUARD_TERMS_INVALID', `${what}: expected ${expected}, got ${got}`)
}
