// Words of notifications: channels, messages, what a channel can prove, and how long things may take.
import type { CoolDown } from '../webhook/index.ts'

export const NOTIFICATION_EVENTS = [
  'notification.channel-added',
  'notification.channel-changed',
  'notification.channel-removed',
  'notification.channel-failing',
  'notification.channel-recovered',
  'notification.asked',
  'notification.delivered',
  'notification.foreseen',
  'notification.given-up',
  'notification.tested',
  'notification.replayed',
  'notification.rule-set',
  'notification.rule-removed',
  'notification.template-set',
  'notification.template-removed',
] as const

export const CHANNEL_KINDS = ['webhook', 'slack', 'pagerduty', 'email', 'wiki'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

export const CHANNEL_LIMIT_COUNT = 100
export const DELIVER_KIND = 'notification.deliver'
export const RATE_DEFAULT_PER_MINUTE = 30
/** Answers are read so far and no further. */
export const ANSWER_LIMIT_BYTES = 64 * 1024
/** Of one exchange with a channel: name, connection, TLS, request and answer together. */
export const EXCHANGE_TIMEOUT_MS = 15_000
/** A mail server may look somebody up before it greets. */
export const MAIL_TIMEOUT_MS = 30_000

/** What is shown of a channel, by kind; no part of it opens anything. */
export type ChannelSettings = Readonly<Record<string, string | number | readonly string[]>>

export interface StoredChannel extends CoolDown {
  readonly id: string
  readonly name: string
  readonly kind: ChannelKind
  readonly settings: ChannelSettings
  readonly sealed: Uint8Array
  readonly ratePerMinute: number
  readonly isEnabled: boolean
  readonly createdAt: string
  readonly createdBy: string
}

export const URGENCIES = ['info', 'warning', 'critical'] as const
export type Urgency = (typeof URGENCIES)[number]

/** What is said, before it takes the form of a channel. */
export interface Notice {
  readonly title: string
  /** Paragraphs, headings, lists: the Markdown of `markup.ts`. */
  readonly text: string
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  readonly urgency: Urgency
  /** What it is about, e.g. `decision/harbour@2.1.0`; messages of one topic belong together. */
  readonly topic: string
  /** What was told of this topic is over: closes what a channel holds open for it. */
  readonly isResolved?: boolean
}

export const MESSAGE_STATES = ['pending', 'delivered', 'dead'] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

export interface StoredMessage {
  readonly id: string
  readonly channelId: string
  readonly topic: string
  readonly origin: string
  readonly notice: Notice
  readonly contentHash: string
  readonly state: MessageState
  readonly attempt: number
  readonly nextAt: string
  readonly createdAt: string
  readonly endedAt: string | null
  readonly status: number | null
  readonly error: string | null
  readonly remoteId: string | null
  readonly proof: Proof | null
  readonly reached: readonly string[]
  readonly quietCount: number
  readonly replays: number
}

/** What a channel's answer shows, and what nobody can tell from it. */
export interface Proof {
  /** `accepted`: somebody's server took it; `echoed`: its answer repeats the id; `read-back`: it stands where it was put. */
  readonly level: 'accepted' | 'echoed' | 'read-back'
  readonly proven: readonly string[]
  readonly unproven: readonly string[]
}

/** What an attempt came to. */
export type SendEnd =
  | {
      readonly outcome: 'arrived'
      readonly proof: Proof
      readonly remoteId: string | null
      readonly status?: number
    }
  | {
      readonly outcome: 'failed'
      readonly error: string
      readonly status?: number
      readonly retryAfterMs?: number
      /** Sending the same again could only come to the same. */
      readonly isFinal?: boolean
      /** Addresses that took it although others did not. */
      readonly reached?: readonly string[]
    }

/** What is sent: a notice under its id, to whom it still has to go. */
export interface OutgoingMessage {
  readonly id: string
  readonly notice: Notice
  readonly createdAt: string
  readonly reached: readonly string[]
  /** Of a test: what the channel is asked to show again. */
  readonly nonce?: string
}

export function channelSubject(channelId: string): string {
  return `channel/${channelId}`
}
