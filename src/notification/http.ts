// Every route of notifications.
import type { Route } from '../kernel/index.ts'
import { makeChannelRoutes } from './channel-http.ts'
import type { Channels } from './channels.ts'
import { makeMessageRoutes } from './message-http.ts'
import type { Messages } from './messages.ts'

/** What people reach of notifications. */
export interface NotificationDesk {
  readonly channels: Channels
  readonly messages: Messages
}

export function makeNotificationRoutes(
  { channels, messages }: NotificationDesk,
  clock: { nowMs(): number },
): readonly Route[] {
  return [...makeChannelRoutes(channels, clock), ...makeMessageRoutes(messages)]
}
