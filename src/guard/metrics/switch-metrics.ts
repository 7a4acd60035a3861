// Metrics of the switches.
import { countOne } from './rule.ts'
import type { MetricRule } from './rule.ts'

export const SWITCH_METRICS: readonly MetricRule[] = [
  {
    name: 'switch_changes_total',
    kind: 'counter',
    help: 'Times a switch was seen to turn on or off, by switch and by what it turned to.',
    labels: { switch: 'open', state: ['on', 'off'] },
    on: { 'switch.changed': ({ switch: name, state }) => countOne(name, state) },
  },
  {
    name: 'switch_source_good',
    kind: 'gauge',
    help: 'Whether a source of switches was read; 0 while its last good words are in force.',
    labels: { source: 'open' },
    on: {
      'switch.source-lost': ({ source }) => ({ labels: [source], value: 0 }),
      'switch.source-back': ({ source }) => ({ labels: [source], value: 1 }),
    },
  },
  {
    name: 'switch_words_refused_total',
    kind: 'counter',
    help: 'Words about switches that were not taken, by source.',
    labels: { source: 'open' },
    on: {
      'switch.words-refused': ({ source, reasons }) => ({
        labels: [source],
        value: reasons.length,
      }),
    },
  },
]
