// What a request for a run is, what a runner offers, and who may take what; pure.
import { canonicalBytes } from '../kernel/index.ts'
import type { ContentDigest, Json } from '../kernel/index.ts'
import type { RunHolder } from '../gates/index.ts'
import type { Subject } from '../verdict/index.ts'

/** How long a request waits for a runner when nobody says otherwise, and at most. */
export const WAIT_DEFAULT_S = 30 * 60
export const WAIT_LIMIT_S = 24 * 60 * 60
/** A runner that took a request starts its run within this, or the request waits again. */
export const CLAIM_MS = 60_000
/** A runner that was not heard of for so long does not wait any more. */
export const SEAT_SILENCE_MS = 45_000
/** Rows of runners that are gone are forgotten after a day. */
export const SEAT_KEPT_MS = 24 * 60 * 60 * 1000
/** Clocks of runner and control plane may differ by this much. */
export const CLOCK_SKEW_LIMIT_MS = 5 * 60 * 1000

export const REQUEST_STATES = [
  'waiting',
  'claimed',
  'running',
  'finished',
  'abandoned',
  'declined',
  'expired',
  'cancelled',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

export const DISPATCH_EVENTS = ['run.requested', 'run.claimed', 'run.request-ended'] as const

/** What somebody asked for. */
export interface RunWish {
  /** Secret ones masked: their values are the runner's. */
  readonly parameters: Readonly<Record<string, string>>
  readonly subject: Subject
  /** A runner has to offer all of them. */
  readonly labels: readonly string[]
  /** Gates that the person confirmed when they asked. */
  readonly confirmed: readonly string[]
  /** `cut-off` goes on with a run that was cut off, where there is one on the same terms; `none` opens a new one. */
  readonly resume: 'cut-off' | 'none'
  /** Runs gates again that were cut off and may have changed something: the person looked at what they left. */
  readonly repeat: boolean
}

export interface RunRequest {
  readonly requestId: string
  readonly planHash: ContentDigest
  readonly service: string
  readonly version: string
  readonly environment: string
  readonly wish: RunWish
  readonly askedBy: string
  readonly askedAt: string
  /** RFC 3339; no runner takes it from then on. */
  readonly expiresAt: string
  readonly state: RequestState
  /** Since when. */
  readonly stateAt: string
  /** Why it came to this; one sentence. */
  readonly reason: string | null
  readonly runId: string | null
  readonly runnerId: string | null
  readonly isCancelAsked: boolean
}

/** A request with what only the room itself looks at. */
export interface StoredRequest extends RunRequest {
  readonly holderId: string | null
  readonly heldUntil: string | null
}

/** What a runner takes; null = any. */
export interface RunnerOffer {
  readonly services: readonly string[] | null
  readonly environments: readonly string[]
  readonly labels: readonly string[]
}

/** A runner that waits, or waited lately. */
export interface Seat {
  readonly seatId: string
  readonly runnerId: string
  readonly name: string
  readonly machine: string
  readonly offer: RunnerOffer
  readonly openedAt: string
  readonly seenAt: string
}

type Wanted = Pick<RunRequest, 'service' | 'environment'> & {
  readonly wish: Pick<RunWish, 'labels'>
}

/** Why a runner with this offer does not take the request; undefined when it does. */
export function offerGap(
  offer: RunnerOffer,
  { service, environment, wish }: Wanted,
): string | undefined {
  if (offer.services !== null && !offer.services.includes(service))
    return `takes no runs of ${service}`
  if (!offer.environments.includes(environment)) return `takes no runs in ${environment}`
  const lacking = wish.labels.filter((label) => !offer.labels.includes(label))
  return lacking.length === 0 ? undefined : `has no label ${lacking.join(', ')}`
}

export function isSeatWarm({ seenAt }: Pick<Seat, 'seenAt'>, nowMs: number): boolean {
  return Date.parse(seenAt) >= nowMs - SEAT_SILENCE_MS
}

/** Why nobody takes the request: one sentence that names what waits and what it lacks. */
export function describeLack(request: Wanted, seats: readonly Seat[], nowMs: number): string {
  const warm = seats.filter((seat) => isSeatWarm(seat, nowMs))
  const asked = [
    `runs of ${request.service} in ${request.environment}`,
    ...(request.wish.labels.length === 0
      ? []
      : [`with the labels ${request.wish.labels.join(', ')}`]),
  ].join(' ')
  if (warm.length === 0) return `no runner waits; asked for was one that takes ${asked}`
  const gaps = warm.map((seat) => `${seat.name} ${offerGap(seat.offer, request) ?? 'was busy'}`)
  return `no runner that waits takes ${asked}: ${gaps.slice(0, 5).join('; ')}`
}

/** What a runner signs to say that it waits. */
export function seatWord(word: {
  readonly runner: string
  readonly machine: string
  readonly offer: RunnerOffer
  readonly at: string
}): Uint8Array {
  const { services, environments, labels } = word.offer
  const offer: Json = { services, environments, labels }
  return canonicalBytes({ ...word, offer, use: 'seaworthy.runner-seat/1' })
}

/** What a runner signs to take a request: nobody without its key takes one in its name. */
export function claimWord(word: {
  readonly runner: string
  readonly request: string
  readonly holder: RunHolder
  readonly at: string
}): Uint8Array {
  const { id, machine, pid } = word.holder
  return canonicalBytes({ ...word, holder: { id, machine, pid }, use: 'seaworthy.runner-claim/1' })
}
