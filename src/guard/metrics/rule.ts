// A metric as data: its name, its labels, and what each event of the guard adds to it.
import type { GuardEvent } from '../model.ts'

/** The values a label can have: those listed, or `open` when they come from outside and have to be bounded. */
export type LabelValues = 'open' | readonly string[]

export interface MetricPoint {
  /** In the order of the rule's labels. */
  readonly labels: readonly string[]
  /** What a counter grows by, what a gauge becomes, what a histogram observes. */
  readonly value: number
}

/** How one metric stands in the exposition. */
export interface MetricShape {
  /** With unit and, for a counter, `_total` at the end. */
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** One sentence, for whoever reads the exposition. */
  readonly help: string
  readonly labels: Readonly<Record<string, LabelValues>>
  /** Upper bounds of a histogram's buckets, rising, without infinity. */
  readonly bounds?: readonly number[]
}

/**
 * A metric and what adds to it. Each part of the guard lists its own; `guard-metrics.ts` gathers them. A counter or histogram
 * whose labels are all listed stands at zero from the start, because `rate()` does not see a series' first step.
 */
export interface MetricRule<Event extends TypedEvent = GuardEvent> extends MetricShape {
  /** What an event of that type adds; undefined = nothing. */
  readonly on: {
    readonly [Type in Event['type']]?: (
      event: Event & { readonly type: Type },
    ) => MetricPoint | undefined
  }
}

/** Whatever tells what it is by its type. */
export interface TypedEvent {
  readonly type: string
}

/** A point that counts one thing. */
export function countOne(...labels: readonly string[]): MetricPoint {
  return { labels, value: 1 }
}
