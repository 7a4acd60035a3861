// Words of webhooks: endpoints, events, deliveries, and which facts an endpoint wants.
import type { BreakerTerms, CoolDown } from './cool-down.ts'

export const WEBHOOK_EVENTS = [
  'webhook.endpoint-created',
  'webhook.endpoint-changed',
  'webhook.endpoint-disabled',
  'webhook.endpoint-failing',
  'webhook.endpoint-resting',
  'webhook.endpoint-recovered',
  'webhook.endpoint-removed',
  'webhook.secret-rotated',
  'webhook.replayed',
  'webhook.tested',
] as const

/** The fact that goes to the endpoint it is about, whatever that one wants. */
export const TEST_TYPE = 'webhook.tested'
/** What goes wrong with an endpoint is told to the others: telling itself would never end. */
const SELF_TYPES: readonly string[] = [
  'webhook.endpoint-failing',
  'webhook.endpoint-resting',
  'webhook.endpoint-disabled',
]
export const ENDPOINT_LIMIT_COUNT = 100
export const READER_NAME = 'webhook'
export const DELIVER_KIND = 'webhook.deliver'
/** Answers are read so far and no further. */
export const ANSWER_LIMIT_BYTES = 64 * 1024
/** Name, connection, TLS, request and answer together. */
export const DELIVERY_TIMEOUT_MS = 15_000
/** How long the secret before still signs after a rotation, unless somebody says otherwise. */
/** Deliveries of one page when nobody says how many. */
export const PAGE_LIMIT_COUNT = 200
export const OVERLAP_DEFAULT_MS = 24 * 3_600_000

export interface StoredEndpoint extends CoolDown {
  readonly id: string
  readonly url: string
  readonly description: string
  readonly kinds: readonly string[]
  readonly hasBodySignature: boolean
  readonly breaker: BreakerTerms
  readonly isEnabled: boolean
  readonly disabledReason: string | null
  readonly secretVersion: number
  readonly previousUntilMs: number | null
  readonly createdAt: string
  readonly createdBy: string
}

/** What somebody wants an endpoint to be. */
export type EndpointWish = Pick<
  StoredEndpoint,
  'url' | 'kinds' | 'description' | 'hasBodySignature'
> & { readonly breaker?: Partial<BreakerTerms> }

export type DeliveryState = 'pending' | 'delivered' | 'dead'
export const DELIVERY_STATES = ['pending', 'delivered', 'dead'] as const

export interface StoredDelivery {
  readonly endpointId: string
  readonly eventId: string
  readonly type: string
  readonly state: DeliveryState
  readonly attempt: number
  readonly createdAt: string
  readonly nextAt: string
  readonly endedAt: string | null
  readonly status: number | null
  readonly error: string | null
  readonly replays: number
}

/** A delivery that is due. */
export interface DueDelivery {
  readonly eventId: string
  readonly attempt: number
  readonly body: string
  /** `traceparent` of what made the event happen; goes to the receiver. */
  readonly trace: string | null
}

/** What became of one attempt. */
export interface AttemptEnd {
  readonly eventId: string
  readonly attempt: number
  readonly state: DeliveryState
  readonly beganMs: number
  readonly endedMs: number
  /** When it is tried again. */
  readonly nextMs?: number
  readonly status?: number
  readonly error?: string
}

const KIND_FORM =
  /^(?:\*|[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.(?:[a-z0-9]+(?:-[a-z0-9]+)*))*(?:\.\*)?)$/

export function isKindPattern(text: string): boolean {
  return text.length <= 100 && KIND_FORM.test(text)
}

export function endpointSubject(endpointId: string): string {
  return `webhook/${endpointId}`
}

/** Whether the endpoint is to hear of a fact. */
export function wants(
  { id, kinds }: Pick<StoredEndpoint, 'id' | 'kinds'>,
  fact: { readonly type: string; readonly subject: string },
): boolean {
  const isAboutIt = fact.subject === endpointSubject(id)
  if (fact.type === TEST_TYPE) return isAboutIt
  if (isAboutIt && SELF_TYPES.includes(fact.type)) return false
  return kinds.some(
    (kind) =>
      kind === '*' ||
      kind === fact.type ||
      (kind.endsWith('.*') && fact.type.startsWith(kind.slice(0, -1))),
  )
}
