// What the settings page asks the server: who reads, and how the tenant and the server are set up.
import { asking } from './api.ts'
import type { Who } from './answers.ts'

const { client, pathOf, read, readEvery } = asking

/** Whom the server takes the reader for, with what they came. */
export interface Reader extends Who {
  readonly credential: 'api-key' | 'service-token' | 'operator' | 'view-key' | 'session'
  readonly environments: readonly string[] | null
}

export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly ratePerMinute: number
  readonly isEnabled: boolean
  readonly health: 'well' | 'failing' | 'resting'
}

export interface NotificationRule {
  readonly name: string
  readonly events: readonly string[]
  readonly channels: readonly string[]
}

export const settings = {
  reader: () => client.call<Reader>('GET', pathOf('session')),
  channels: () => readEvery<Channel>(pathOf('channels')),
  rules: () => readEvery<NotificationRule>(pathOf('notification-rules')),
  log: () =>
    read<{ readonly origin: string; readonly noteKey: string }>(pathOf('ledger', 'identity')),
} as const
