// Built-in check of notifications: whether a channel was proven to take messages, how long ago, and what became of the last ones.
import type { BuiltinCheck, CheckDescription, Clock, Sql } from '../kernel/index.ts'
import { admissionOf } from '../webhook/index.ts'
import { selectArrivalFigures } from './check-store.ts'
import { selectChannels } from './store.ts'

const WINDOW_DEFAULT_HOURS = 24
const MS_PER_HOUR = 3_600_000
const MS_PER_MINUTE = 60_000

const ARRIVES = {
  name: 'notification-arrives',
  summary:
    'When a channel was last proven to take a message (notify test), and what became of the messages of the last hours',
  parameters: {
    channel: { type: 'text', isRequired: true, summary: 'name of the channel' },
    hours: {
      type: 'number',
      isRequired: false,
      summary: `how far back messages are counted; default ${WINDOW_DEFAULT_HOURS}`,
    },
  },
  fields: {
    exists: 'whether there is a channel of that name',
    kind: 'its kind; null without one',
    enabled: 'whether messages are sent over it',
    resting: 'whether it rests after failures',
    lastTestArrived: 'whether the newest test arrived; null when it was never tested',
    lastProvenMinutes: 'minutes since a test last arrived; null when none ever did',
    level:
      'what that test proved: accepted, echoed when the answer repeated the id, or read-back; null without any',
    delivered: 'messages other than tests that arrived within the time',
    dead: 'those that were given up',
    failing: 'those that were tried and wait to be tried again',
    oldestPendingMs: 'how long the oldest message has waited that has not arrived; 0 without any',
  },
} satisfies CheckDescription

export const NOTIFICATION_CHECKS: readonly CheckDescription[] = [ARRIVES]

export function makeNotificationChecks(ports: {
  readonly sql: Sql
  readonly clock: Pick<Clock, 'nowMs'>
}): readonly BuiltinCheck[] {
  return [
    {
      ...ARRIVES,
      async collect({ tenantId, parameters }) {
        const { channel: name, hours } = parameters
        const nowMs = ports.clock.nowMs()
        const fromMs =
          nowMs - (typeof hours === 'number' ? hours : WINDOW_DEFAULT_HOURS) * MS_PER_HOUR
        return ports.sql.transaction({ tenantId }, async (tx) => {
          const channel = (await selectChannels(tx, tenantId)).find((each) => each.name === name)
          const figures = channel && (await selectArrivalFigures(tx, tenantId, channel.id, fromMs))
          const sinceMs = (at: string | null | undefined): number | null =>
            at === null || at === undefined ? null : Math.max(0, nowMs - Date.parse(at))
          const provenMs = sinceMs(figures?.lastArrivedAt)
          const testState = figures?.lastTestState ?? null
          return {
            exists: channel !== undefined,
            kind: channel?.kind ?? null,
            enabled: channel?.isEnabled ?? false,
            resting: channel !== undefined && admissionOf(channel, nowMs) === 'resting',
            lastTestArrived: testState === null ? null : testState === 'delivered',
            lastProvenMinutes: provenMs === null ? null : Math.floor(provenMs / MS_PER_MINUTE),
            level: figures?.lastArrivedLevel ?? null,
            delivered: figures?.delivered ?? 0,
            dead: figures?.dead ?? 0,
            failing: figures?.failing ?? 0,
            oldestPendingMs: sinceMs(figures?.oldestPendingAt) ?? 0,
          }
        })
      },
    },
  ]
}
