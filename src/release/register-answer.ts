// Door of release for a browser: a service's register as the API answers it, and how its waivers stand, the same as at the command line.
import { describeMoment, readMoment } from '../register/index.ts'
import type { Register, RegisterAct, RegisteredFreeze } from '../register/index.ts'

type ValueOf<M> = M extends ReadonlyMap<string, infer V> ? V : never

/** Not the acts' whole text: who did what when, to which entry. */
export interface PresentedAct {
  readonly statement: string
  readonly person: string
  readonly at: string
  readonly kind: RegisterAct['change']['kind']
  readonly about: string
  /** The reason, note or finding that came with it. */
  readonly words: string
}

export interface PresentedRegister {
  readonly risks: readonly ValueOf<Register['risks']>[]
  readonly waivers: readonly ValueOf<Register['waivers']>[]
  readonly conditions: readonly ValueOf<Register['conditions']>[]
  readonly freezes: readonly (Omit<RegisteredFreeze, 'overrides'> & {
    readonly overrides: Readonly<Record<string, ValueOf<RegisteredFreeze['overrides']>>>
  })[]
  readonly budget: Register['budget'] | null
  readonly roster: Register['roster'] | null
  readonly policy: Register['policy']
  readonly launches: readonly ValueOf<Register['launches']>[]
  readonly glasses: readonly ValueOf<Register['glasses']>[]
  readonly cab: readonly ValueOf<Register['cab']>[]
  readonly controls: Register['controls']
  readonly proposals: readonly {
    readonly statement: string
    readonly about: string
    readonly kind: RegisterAct['change']['kind']
    readonly people: readonly string[]
    readonly at: string
    readonly words: string
  }[]
  readonly acts: readonly PresentedAct[]
}

export type PresentedWaiver = PresentedRegister['waivers'][number]

/** People who have to approve a waiver, beside whoever asked. Source: release semantics, section 5. */
export const APPROVALS_WANTED_COUNT = 2

/** A longer life takes security's approval to have force. Source: release semantics, section 5. */
export const UNSECURED_LIFETIME_MS = 30 * 86_400_000

/** Decisions that may rest on a waiver when nobody says how many. */
export const DEFAULT_USE_COUNT = 3

/** Waivers that were asked for this version and environment; for another one they have no force. */
export function waiversOf(
  { waivers }: Pick<PresentedRegister, 'waivers'>,
  release: { readonly version: string; readonly environment: string },
): readonly PresentedWaiver[] {
  return waivers.filter(
    ({ request }) =>
      request.version === release.version && request.environment === release.environment,
  )
}

export type WaiverState = 'REVOKED' | 'EXPIRED' | 'REQUESTED' | 'APPROVED'

/** What people made of a waiver; whether it has force for a release is the verdict's to say. */
export function waiverStateOf(
  { request, approvals, revoked }: PresentedWaiver,
  nowMs: number,
): WaiverState {
  if (revoked) return 'REVOKED'
  if (nowMs >= Date.parse(request.expiresAt)) return 'EXPIRED'
  return approvals.length < APPROVALS_WANTED_COUNT ? 'REQUESTED' : 'APPROVED'
}

/** The first free id with this letter: R1, R2 … */
export function nextId(letter: string, taken: readonly { readonly id: string }[]): string {
  const ids = new Set(taken.map((each) => each.id))
  for (let number = 1; ; number++) if (!ids.has(`${letter}${number}`)) return `${letter}${number}`
}

/**
 * The last instant of a day in the zone of the release, as commands read a date too.
 *
 * @param day `YYYY-MM-DD`; what is no day comes back as it is, for the server to refuse in its own words
 */
export function endOfDay(day: string, zone: string): string {
  const end = readMoment(day, zone, 0)
  return end.ok ? new Date(end.value).toISOString() : day
}

/** The day that an instant is of in the zone of the release, `YYYY-MM-DD`. */
export function dayAt(atMs: number, zone: string): string {
  return describeMoment(atMs, zone).slice(0, 'YYYY-MM-DD'.length)
}
