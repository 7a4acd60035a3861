// The series of one metric: their values, how many there may be, and how they are written.
import type { MetricPoint, MetricShape } from './rule.ts'

/** What stands for every value of an open label past the bound. */
export const OTHER = 'other'
/** A longer value counts as `other`: nobody's name fills a scrape. In UTF-16 units. */
const VALUE_LIMIT = 128

interface Series {
  readonly labels: readonly string[]
  /** The counter's or gauge's value; of a histogram the sum of what was observed. */
  value: number
  count: number
  /** Observations per bucket, not added up; the last is for what is above every bound. */
  readonly buckets: Float64Array
}

export class MetricSeries {
  readonly rule: MetricShape
  readonly #names: readonly string[]
  readonly #limit: number
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, Series>()

  /** @param limit series told apart by open labels; past it new values of those count as `other` */
  constructor(rule: MetricShape, limit: number) {
    this.rule = rule
    this.#limit = limit
    this.#names = Object.keys(rule.labels)
    this.#bounds = rule.bounds ?? []
    // A gauge has no value before it is told one; a count of nothing is zero.
    if (rule.kind !== 'gauge')
      for (const labels of listedCombinations(rule)) this.#seriesOf(labels, labels.join('\0'))
  }

  /** A point that is no number, or takes from a counter, is left out: one bad event must not spoil a series. */
  add({ labels, value }: MetricPoint): void {
    if (Number.isNaN(value) || (this.rule.kind === 'counter' && value < 0)) return
    const series = this.#find(labels)
    if (this.rule.kind === 'gauge') series.value = value
    else series.value += value
    if (this.rule.kind !== 'histogram') return
    series.count++
    const place = this.#bounds.findIndex((bound) => value <= bound)
    series.buckets[place < 0 ? this.#bounds.length : place]! += 1
  }

  /** Text exposition format 0.0.4, ending with a line feed. */
  text(): string {
    const { name, kind, help } = this.rule
    const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`]
    for (const series of this.#series.values()) {
      if (kind === 'histogram') this.#writeHistogram(series, lines)
      else lines.push(`${name}${this.#labelText(series)} ${numberText(series.value)}`)
    }
    return `${lines.join('\n')}\n`
  }

  #writeHistogram(series: Series, lines: string[]): void {
    const { name } = this.rule
    let below = 0
    for (const [index, bound] of [...this.#bounds, '+Inf'].entries()) {
      below += series.buckets[index]!
      lines.push(`${name}_bucket${this.#labelText(series, `le="${bound}"`)} ${below}`)
    }
    lines.push(`${name}_sum${this.#labelText(series)} ${numberText(series.value)}`)
    lines.push(`${name}_count${this.#labelText(series)} ${series.count}`)
  }

  #labelText({ labels }: Series, more?: string): string {
    const pairs = labels.map((value, index) => `${this.#names[index]}="${escapeValue(value)}"`)
    if (more !== undefined) pairs.push(more)
    return pairs.length === 0 ? '' : `{${pairs.join()}}`
  }

  #find(given: readonly string[]): Series {
    const labels = this.#names.map((name, index) => this.#admit(name, given[index] ?? ''))
    const key = labels.join('\0')
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size < this.#limit) return this.#seriesOf(labels, key)
    // Listed labels keep their value: there are only so many of them.
    const rest = this.#names.map((name, index) =>
      this.rule.labels[name] === 'open' ? OTHER : labels[index]!,
    )
    const restKey = rest.join('\0')
    return this.#series.get(restKey) ?? this.#seriesOf(rest, restKey)
  }

  #admit(name: string, value: string): string {
    const values = this.rule.labels[name]
    if (values === 'open')
      return value.length > VALUE_LIMIT || value.includes('\0') ? OTHER : value.toWellFormed()
    return values?.includes(value) === true ? value : OTHER
  }

  #seriesOf(labels: readonly string[], key: string): Series {
    const buckets = new Float64Array(this.rule.kind === 'histogram' ? this.#bounds.length + 1 : 0)
    const series = { labels, value: 0, count: 0, buckets }
    this.#series.set(key, series)
    return series
  }
}

/** Every combination of listed label values; none when a label is open. */
function listedCombinations({ labels }: MetricShape): readonly (readonly string[])[] {
  let rows: readonly (readonly string[])[] = [[]]
  for (const values of Object.values(labels))
    rows = values === 'open' ? [] : rows.flatMap((row) => values.map((value) => [...row, value]))
  return rows
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`)
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', String.raw`\"`)
}
