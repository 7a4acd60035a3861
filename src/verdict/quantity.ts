// Numbers with units as people and tools print them: parsed strictly, converted only where both units are known.

/** A number and the unit that followed it, if any. */
export interface Quantity {
  readonly value: number
  /** As written, without surrounding space. */
  readonly unit?: string
}

interface UnitScale {
  readonly dimension: 'time' | 'share' | 'size' | 'rate'
  /** Factor to the dimension's base: ms, fraction, bytes, per second. */
  readonly scale: number
}

const row = (dimension: UnitScale['dimension'], scale: number): UnitScale => ({ dimension, scale })

// Case matters where it does to people (MB, ms); spelled-out words are looked up in lower case.
const UNITS: Readonly<Record<string, UnitScale>> = {
  ns: row('time', 1e-6),
  us: row('time', 1e-3),
  µs: row('time', 1e-3),
  ms: row('time', 1),
  millisecond: row('time', 1),
  milliseconds: row('time', 1),
  s: row('time', 1e3),
  sec: row('time', 1e3),
  secs: row('time', 1e3),
  second: row('time', 1e3),
  seconds: row('time', 1e3),
  min: row('time', 6e4),
  mins: row('time', 6e4),
  minute: row('time', 6e4),
  minutes: row('time', 6e4),
  h: row('time', 3.6e6),
  hr: row('time', 3.6e6),
  hrs: row('time', 3.6e6),
  hour: row('time', 3.6e6),
  hours: row('time', 3.6e6),
  d: row('time', 8.64e7),
  day: row('time', 8.64e7),
  days: row('time', 8.64e7),
  '%': row('share', 0.01),
  percent: row('share', 0.01),
  B: row('size', 1),
  byte: row('size', 1),
  bytes: row('size', 1),
  kB: row('size', 1e3),
  KB: row('size', 1e3),
  MB: row('size', 1e6),
  GB: row('size', 1e9),
  TB: row('size', 1e12),
  KiB: row('size', 1024),
  MiB: row('size', 1024 ** 2),
  GiB: row('size', 1024 ** 3),
  TiB: row('size', 1024 ** 4),
  '/s': row('rate', 1),
  rps: row('rate', 1),
  'req/s': row('rate', 1),
  '/min': row('rate', 1 / 60),
  rpm: row('rate', 1 / 60),
}

/** Words that would change the number; refused rather than taken for a thing that is counted. */
const SCALE_WORDS: ReadonlySet<string> = new Set([
  'dozen',
  'hundred',
  'thousand',
  'million',
  'millions',
  'billion',
  'billions',
  'mio',
  'mrd',
  'bps',
  'ppm',
])

const NUMBER = /^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*(\S.*)?$/u

/** Longest text that is taken for a quantity, in characters. */
export const QUANTITY_LENGTH_LIMIT = 64

/**
 * Reads `1,234`, `0.5 %`, `98ms`, `12 MiB`, `42 records`. Undefined for anything else: NaN, infinities, `< 5`, `3 of 4`,
 * a decimal comma, integers beyond 2^53-1.
 */
export function parseQuantity(text: string): Quantity | undefined {
  const trimmed = text.trim()
  if (trimmed.length > QUANTITY_LENGTH_LIMIT) return undefined
  const found = NUMBER.exec(trimmed)
  if (found === null) return undefined
  const value = Number(found[1]!.replaceAll(',', ''))
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return undefined
  const unit = found[2]?.trim()
  if (unit === undefined) return { value }
  return isUnitOrThing(unit) ? { value, unit } : undefined
}

function scaleOf(unit: string): UnitScale | undefined {
  if (Object.hasOwn(UNITS, unit)) return UNITS[unit]
  const lower = unit.toLowerCase()
  // Only words and plain time units are safe to read in either case: Mb is not MB, M is not m.
  return lower.length >= 3 && Object.hasOwn(UNITS, lower) ? UNITS[lower] : undefined
}

function isUnitOrThing(unit: string): boolean {
  if (scaleOf(unit) !== undefined) return true
  return /^\p{L}{3,40}$/u.test(unit) && !SCALE_WORDS.has(unit.toLowerCase())
}

/**
 * The reading as a number in the bound's unit. A reading without a unit is taken in the bound's; a counted thing
 * (`42 records`) needs no unit at the bound. Undefined when the units do not fit.
 */
export function quantityIn(quantity: Quantity, boundUnit: string | undefined): number | undefined {
  const from = quantity.unit
  if (from === undefined || from === boundUnit) return quantity.value
  const fromScale = scaleOf(from)
  if (boundUnit === undefined) return fromScale === undefined ? quantity.value : undefined
  const toScale = scaleOf(boundUnit)
  if (fromScale === undefined || toScale === undefined) {
    const sameWord = from.toLowerCase() === boundUnit.toLowerCase()
    return fromScale === undefined && toScale === undefined && sameWord ? quantity.value : undefined
  }
  if (fromScale.dimension !== toScale.dimension) return undefined
  if (fromScale.scale === toScale.scale) return quantity.value
  // Rounded to 12 digits, so that 0.07 s is 70 ms and not 70.00000000000001 ms.
  return Number(((quantity.value * fromScale.scale) / toScale.scale).toPrecision(12))
}
