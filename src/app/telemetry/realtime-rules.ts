// The metrics of the realtime feed as data.
import { countOne } from '../../guard/index.ts'
import type { MetricRule } from '../../guard/index.ts'
import { EVENT_NAMES } from '../../realtime/index.ts'
import type { RealtimeEvent } from '../../realtime/index.ts'

export const REALTIME_METRICS: readonly MetricRule<RealtimeEvent>[] = [
  {
    name: 'seaworthy_realtime_opened_total',
    kind: 'counter',
    help: 'Realtime connections that were let in.',
    labels: {},
    on: { 'realtime.opened': () => countOne() },
  },
  {
    name: 'seaworthy_realtime_closed_total',
    kind: 'counter',
    help: 'Realtime connections that ended: the client left, or why this server ended them; shed = it did not read.',
    labels: { why: ['left', 'shed', 'flood', 'not-admitted', 'log-lost', 'closing'] },
    on: { 'realtime.closed': ({ why }) => ({ labels: [why], value: 1 }) },
  },
  {
    name: 'seaworthy_realtime_refused_total',
    kind: 'counter',
    help: 'Realtime connections that were not let in, by code.',
    labels: { code: 'open' },
    on: { 'realtime.refused': ({ code }) => ({ labels: [code], value: 1 }) },
  },
  {
    name: 'seaworthy_realtime_events_total',
    kind: 'counter',
    help: 'Events of realtime clients and whether they were carried out; acknowledgements are among them.',
    labels: { event: [...EVENT_NAMES, 'unknown'], outcome: ['ok', 'refused'] },
    on: { 'realtime.event': ({ event, outcome }) => ({ labels: [event, outcome], value: 1 }) },
  },
  {
    name: 'seaworthy_realtime_messages_total',
    kind: 'counter',
    help: 'Messages about changes that were handed to realtime connections.',
    labels: {},
    on: { 'realtime.told': ({ messageCount }) => ({ labels: [], value: messageCount }) },
  },
]
