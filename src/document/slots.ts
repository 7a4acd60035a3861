// Finds `____`: places that wait for a value, with the unit and the bound that the line states.
import { labelBefore } from './labels.ts'
import type { Span } from './inline.ts'

export interface SlotBound {
  readonly op: 'lt' | 'le' | 'gt' | 'ge' | 'eq'
  readonly value: number
}

/** A run of four or more underscores outside fences and HTML. */
export interface Slot {
  /** Offsets of the underscores. */
  readonly start: number
  readonly end: number
  readonly isInCode: boolean
  readonly label: string
  readonly unit?: string
  readonly bound?: SlotBound
}

const SLOT = /(?<![\p{L}\p{N}_\\])_{4,}/gu

const ATTACHED_UNIT = /^(%|ms|µs|us|ns|s|sec|min|h|d|[kKMGT]i?B|B|rps|rpm|qps)(?![\p{L}\p{N}])/u
const FOLLOWING_UNIT = new RegExp(
  '^(%|ms|s|sec|seconds?|milliseconds?|minutes?|min|hours?|h|days?|[kKMGT]i?B|bytes|rps|rpm|qps|percent|' +
    'records?|entries|rows?|requests?|errors?|tenants?|users?|tests?|times|count|items?|services?|pods?|nodes?|' +
    'instances?|replicas?|events?|failures?|violations?|alerts?|files?)(?![\\p{L}\\p{N}])',
  'u',
)

/** Words for bounds in the languages of checklists; the longest that fits is tried first. */
const BOUND_WORDS: Readonly<Record<string, SlotBound['op']>> = {
  'no more than': 'le',
  'at least': 'ge',
  'at most': 'le',
  'less than': 'lt',
  'more than': 'gt',
  'up to': 'le',
  under: 'lt',
  below: 'lt',
  over: 'gt',
  above: 'gt',
  mindestens: 'ge',
  höchstens: 'le',
  maximal: 'le',
  'weniger als': 'lt',
  'mehr als': 'gt',
  unter: 'lt',
  über: 'gt',
  'au moins': 'ge',
  'au plus': 'le',
  'moins de': 'lt',
  'plus de': 'gt',
  'al menos': 'ge',
  'como máximo': 'le',
  'menos de': 'lt',
  'más de': 'gt',
  minstens: 'ge',
  hoogstens: 'le',
  maximaal: 'le',
  'minder dan': 'lt',
  'meer dan': 'gt',
  'en az': 'ge',
  'en fazla': 'le',
  'pelo menos': 'ge',
  'no máximo': 'le',
  'mais de': 'gt',
  almeno: 'ge',
  'al massimo': 'le',
  'meno di': 'lt',
  'più di': 'gt',
}

const OPERATORS: Readonly<Record<string, SlotBound['op']>> = {
  ...BOUND_WORDS,
  '<': 'lt',
  '>': 'gt',
  '<=': 'le',
  '≤': 'le',
  max: 'le',
  '>=': 'ge',
  '≥': 'ge',
  min: 'ge',
}

const NUMBER = '(-?\\d[\\d,_]*(?:\\.\\d+)?)\\s*(%|[a-zA-Zµ]{1,12})?'
const COMPARISON = new RegExp(
  `(<=|>=|≤|≥|<|>|${Object.keys(BOUND_WORDS).join('|')}|min\\.?|max\\.?)\\s*` + NUMBER,
  'iu',
)
const TARGET = new RegExp(
  '(?:target|expected|expect|should be|must be|ziel|zielwert|erwartet|soll|cible|attendu|objetivo|esperado|doel|verwacht|hedef|beklenen|meta|obiettivo|atteso|=)\\s*:?\\s*' +
    NUMBER +
    '(?![\\d–-])',
  'iu',
)

/** How far around a slot its unit and bound are looked for, in UTF-16 units. */
const CONTEXT_LIMIT_UNITS = 400

export function findSlots(text: string, spans: readonly Span[]): Slot[] {
  const slots: Slot[] = []
  for (const span of spans) {
    if (span.kind === 'html') continue
    const piece = text.slice(span.start, span.end)
    if (!piece.includes('____')) continue
    for (const match of piece.matchAll(SLOT)) {
      const start = span.start + match.index
      slots.push(slotAt(text, span, start, start + match[0].length))
    }
  }
  return slots
}

function slotAt(text: string, span: Span, start: number, end: number): Slot {
  const rest = text.slice(end, Math.min(span.contextEnd, end + CONTEXT_LIMIT_UNITS))
  const after = rest.slice(0, /(?<![\p{L}\p{N}_])_{4,}/u.exec(rest)?.index)
  const attached = ATTACHED_UNIT.exec(after)?.[1]
  const following = FOLLOWING_UNIT.exec(after.replace(/^`?\s*/, ''))?.[1]
  const unit = attached ?? following
  const stated = boundIn(after) ?? boundIn(labelPart(text, span, start))
  const bound = stated === undefined ? undefined : inUnit(stated, unit)
  const finalUnit = unit ?? stated?.unit
  return {
    start,
    end,
    isInCode: span.kind === 'code',
    label: labelBefore(text, span, start),
    ...(finalUnit === undefined ? {} : { unit: finalUnit }),
    ...(bound === undefined ? {} : { bound }),
  }
}

function labelPart(text: string, span: Span, start: number): string {
  const before = text.slice(Math.max(span.contextStart, start - CONTEXT_LIMIT_UNITS), start)
  return before.slice(Math.max(0, before.lastIndexOf('____') + 4))
}

interface StatedBound extends SlotBound {
  readonly unit?: string
}

function boundIn(part: string): StatedBound | undefined {
  const comparison = COMPARISON.exec(part)
  const target = TARGET.exec(part)
  const found = comparison ?? target
  if (found === null) return undefined
  const [digits, unit] = comparison === null ? [found[1], found[2]] : [found[2], found[3]]
  const op = comparison === null ? 'eq' : OPERATORS[found[1]!.toLowerCase().replace(/\.$/, '')]
  const value = numberOf(digits ?? '')
  if (op === undefined || !Number.isFinite(value)) return undefined
  const isUnit = unit !== undefined && (FOLLOWING_UNIT.test(unit) || ATTACHED_UNIT.test(unit))
  return { op, value, ...(isUnit ? { unit } : {}) }
}

// `1,000` groups thousands; any other comma, as in `0,5`, stands before decimals.
function numberOf(digits: string): number {
  const bare = digits.replaceAll('_', '')
  return /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(bare)
    ? Number(bare.replaceAll(',', ''))
    : Number(bare.replace(',', '.'))
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}

/** A bound in the slot's own unit; none when the two units measure different things. */
function inUnit(stated: StatedBound, unit: string | undefined): SlotBound | undefined {
  const { op, value } = stated
  if (unit === undefined || stated.unit === undefined || unit === stated.unit) return { op, value }
  const from = MILLISECONDS[stated.unit]
  const to = MILLISECONDS[unit]
  return from === undefined || to === undefined ? undefined : { op, value: (value * from) / to }
}
