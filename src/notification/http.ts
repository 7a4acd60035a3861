// What people reach of notifications: its use cases in one place, and their routes.
import type { Route } from '../kernel/index.ts'
import { makeChannelRoutes } from './channel-http.ts'
import { Channels } from './channels.ts'
import type { DeliverPorts } from './deliver.ts'
import { makeMessageRoutes } from './message-http.ts'
import { Messages } from './messages.ts'
import { makeRuleRoutes } from './rule-http.ts'
import { Rules } from './rules.ts'
import { makeTemplateRoutes } from './template-http.ts'
import { Templates } from './templates.ts'

/** What people reach of notifications. */
export interface NotificationDesk {
  readonly channels: Channels
  readonly messages: Messages
  readonly templates: Templates
  readonly rules: Rules
}

export function makeNotificationDesk(ports: DeliverPorts): NotificationDesk {
  const messages = new Messages(ports)
  return {
    channels: new Channels(ports),
    messages,
    templates: new Templates(ports, messages),
    rules: new Rules(ports),
  }
}

export function makeNotificationRoutes(
  { channels, messages, templates, rules }: NotificationDesk,
  clock: { nowMs(): number },
): readonly Route[] {
  return [
    ...makeChannelRoutes(channels, clock),
    ...makeMessageRoutes(messages),
    ...makeTemplateRoutes(templates),
    ...makeRuleRoutes(rules),
  ]
}
