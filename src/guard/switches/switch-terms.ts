// Reads definitions and documents of switches. Documents come from files and databases that people write: nothing in them is trusted.
import { GuardFault } from '../errors.ts'
import { scanJson } from '../ingest/json-scan.ts'
import type { SwitchDefinition, SwitchRule, SwitchState, SwitchValue, SwitchWord } from './model.ts'

/** Switches of one process or one document. */
export const SWITCH_LIMIT_COUNT = 1_000
/** Largest document, in bytes. */
export const SWITCH_DOCUMENT_LIMIT_BYTES = 1_048_576
/** Tenants that one rule names, and variants of one switch. */
const TENANT_LIMIT_COUNT = 1_000
const VARIANT_LIMIT_COUNT = 50
/** Longest name of a tenant, in UTF-16 units. */
const TENANT_LIMIT_LENGTH = 200
const FORMAT = 'seaworthy-switches/1'
/** Reasons kept of one document. */
const PROBLEM_LIMIT_COUNT = 20
/** Shares are counted in thousandths of a percent. */
export const SHARES_PER_PERCENT = 1_000
const NAME = /^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/
const NAME_LIMIT_LENGTH = 100

const SCAN = {
  sizeBytes: SWITCH_DOCUMENT_LIMIT_BYTES,
  depth: 12,
  keyCount: 50_000,
  valueCount: 100_000,
}

/** Lower-case words joined by `-`, `_` or `.`, such as `billing-writes`; so that no name means anything to an object. */
export function isSwitchName(text: string): boolean {
  return text.length <= NAME_LIMIT_LENGTH && NAME.test(text)
}

/** A definition with everything filled in. */
export interface CheckedDefinition extends SwitchDefinition {
  readonly variants: Readonly<Record<string, SwitchValue>>
  readonly onVariant: string
  readonly offVariant: string
}

const BOOLEAN_VARIANTS: Readonly<Record<string, SwitchValue>> = { on: true, off: false }

/** @throws GUARD_SWITCH_INVALID */
export function checkSwitchDefinition(name: string, given: SwitchDefinition): CheckedDefinition {
  const refuse = (reason: string): GuardFault =>
    new GuardFault(
      'GUARD_SWITCH_INVALID',
      `switch ${JSON.stringify(name.slice(0, 100))}: ${reason}`,
    )
  if (!isSwitchName(name)) throw refuse('expected lower-case words joined by "-", "_" or "."')
  if (given.boot !== 'on' && given.boot !== 'off')
    throw refuse('expected a boot default of on or off')
  if (given.kind === 'kill-switch') {
    if (
      given.variants !== undefined ||
      given.onVariant !== undefined ||
      given.offVariant !== undefined
    )
      throw refuse('a kill switch is on or off and has no other variants')
  } else if (given.kind !== 'flag') throw refuse('expected the kind kill-switch or flag')
  const variants = given.variants ?? BOOLEAN_VARIANTS
  const { onVariant = 'on', offVariant = 'off' } = given
  const reason = variantsProblem(variants, [onVariant, offVariant])
  if (reason !== undefined) throw refuse(reason)
  return { ...given, variants, onVariant, offVariant }
}

function variantsProblem(variants: object, needed: readonly string[]): string | undefined {
  const names = Object.keys(variants)
  if (names.length < 1 || names.length > VARIANT_LIMIT_COUNT)
    return `expected 1 to ${VARIANT_LIMIT_COUNT} variants, got ${names.length}`
  const types = new Set(
    Object.values(variants).map((value) => (value === null ? 'null' : typeof value)),
  )
  if (types.size > 1 || !['boolean', 'number', 'string', 'object'].includes([...types][0] ?? ''))
    return `expected variants of one type (boolean, number, string or object), got ${[...types].join(', ')}`
  const missing = needed.find((name) => !Object.hasOwn(variants, name))
  return missing === undefined ? undefined : `expected a variant named ${JSON.stringify(missing)}`
}

/** A document as it was understood: words that hold together, and reasons for those that do not. */
export interface SwitchDocument {
  readonly words: ReadonlyMap<string, SwitchWord>
  /** Names whose words were refused. */
  readonly refused: ReadonlySet<string>
  readonly problems: readonly string[]
}

/**
 * `{ "format": "seaworthy-switches/1", "switches": { NAME: { "state": "on" | "off", "until"?, "after"?, "variant"?, "tenants"?,
 * "rollout"? } } }`. One bad word spoils none of the others.
 * @throws GUARD_SWITCH_DOCUMENT_INVALID when the whole cannot be read
 */
export function readSwitchDocument(bytes: Uint8Array): SwitchDocument {
  const scan = scanJson(bytes, SCAN)
  if (!scan.ok) {
    const place = scan.at === undefined ? '' : ` at character ${scan.at}`
    throw new GuardFault(
      'GUARD_SWITCH_DOCUMENT_INVALID',
      `expected a document of switches: ${scan.reason}${place}`,
    )
  }
  const document = scan.value
  if (!isRecord(document) || document['format'] !== FORMAT || !isRecord(document['switches']))
    throw new GuardFault(
      'GUARD_SWITCH_DOCUMENT_INVALID',
      `expected {"format": "${FORMAT}", "switches": {…}}`,
    )
  const entries = Object.entries(document['switches'])
  if (entries.length > SWITCH_LIMIT_COUNT)
    throw new GuardFault(
      'GUARD_SWITCH_DOCUMENT_INVALID',
      `expected at most ${SWITCH_LIMIT_COUNT} switches, got ${entries.length}`,
    )
  const words = new Map<string, SwitchWord>()
  const refused = new Set<string>()
  const problems: string[] = []
  for (const [name, value] of entries) {
    const word = isSwitchName(name)
      ? readSwitchWord(value)
      : 'expected lower-case words joined by "-", "_" or "."'
    if (typeof word !== 'string') words.set(name, word)
    else {
      refused.add(name)
      if (problems.length < PROBLEM_LIMIT_COUNT)
        problems.push(`${JSON.stringify(name.slice(0, 100))}: ${word}`)
    }
  }
  return { words, refused, problems }
}

/** The same document again, for who keeps words elsewhere. */
export function writeSwitchDocument(words: ReadonlyMap<string, SwitchWord>): string {
  const switches = Object.fromEntries(
    [...words].map(([name, word]) => [name, writeSwitchWord(word)]),
  )
  return JSON.stringify({ format: FORMAT, switches })
}

const WORD_KEYS = new Set(['state', 'until', 'after', 'variant', 'tenants', 'rollout', 'note'])

/** @returns the word, or why it is none */
export function readSwitchWord(value: unknown): SwitchWord | string {
  if (!isRecord(value)) return 'expected an object'
  const unknown = Object.keys(value).find((key) => !WORD_KEYS.has(key))
  if (unknown !== undefined) return `unknown key ${JSON.stringify(unknown.slice(0, 50))}`
  const { state, until, after } = value
  if (state !== 'on' && state !== 'off') return 'expected "state" to be "on" or "off"'
  const rule = readSwitchRule(value)
  if (typeof rule === 'string') return rule
  const untilMs = until === undefined ? undefined : readInstant(until)
  if (until !== undefined && untilMs === undefined)
    return 'expected "until" to be an RFC 3339 instant such as 2026-12-01T08:00:00Z'
  if (after !== undefined && untilMs === undefined) return 'expected "after" only beside "until"'
  const next = after === undefined ? undefined : readSwitchWord(after)
  if (typeof next === 'string') return `after: ${next}`
  if (next?.untilMs !== undefined) return 'expected "after" without another "until"'
  return {
    state,
    ...(rule === undefined ? {} : { rule }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(next === undefined ? {} : { after: next }),
  }
}

/** The word as a document has it. */
export function writeSwitchWord({
  state,
  rule,
  untilMs,
  after,
}: SwitchWord): Record<string, unknown> {
  return {
    state,
    ...(rule?.variant === undefined ? {} : { variant: rule.variant }),
    ...(rule?.tenants === undefined ? {} : { tenants: Object.fromEntries(rule.tenants) }),
    ...(rule?.rollout === undefined ? {} : { rollout: rule.rollout }),
    ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }),
    ...(after === undefined ? {} : { after: writeSwitchWord(after) }),
  }
}

function readSwitchRule({
  variant,
  tenants,
  rollout,
}: Record<string, unknown>): SwitchRule | string | undefined {
  if (variant === undefined && tenants === undefined && rollout === undefined) return undefined
  if (variant !== undefined && typeof variant !== 'string') return 'expected "variant" to be a name'
  const byTenant = tenants === undefined ? undefined : readTenants(tenants)
  if (typeof byTenant === 'string') return byTenant
  const shares = rollout === undefined ? undefined : readRollout(rollout)
  if (typeof shares === 'string') return shares
  return {
    ...(variant === undefined ? {} : { variant }),
    ...(byTenant === undefined ? {} : { tenants: byTenant }),
    ...(shares === undefined ? {} : { rollout: shares }),
  }
}

function readTenants(value: unknown): ReadonlyMap<string, string> | string {
  if (!isRecord(value)) return 'expected "tenants" to name a variant for each tenant'
  const entries = Object.entries(value)
  if (entries.length > TENANT_LIMIT_COUNT)
    return `expected at most ${TENANT_LIMIT_COUNT} tenants, got ${entries.length}`
  for (const [tenant, variant] of entries) {
    if (tenant.length < 1 || tenant.length > TENANT_LIMIT_LENGTH)
      return 'expected names of tenants of 1 to 200 characters'
    if (typeof variant !== 'string') return 'expected "tenants" to name a variant for each tenant'
  }
  return new Map(entries as readonly [string, string][])
}

function readRollout(value: unknown): SwitchRule['rollout'] | string {
  const shape = 'expected "rollout" to be a list of { "variant", "percent" }'
  if (!Array.isArray(value) || value.length < 1 || value.length > VARIANT_LIMIT_COUNT) return shape
  let shares = 0
  const rollout = []
  for (const each of value as readonly unknown[]) {
    if (!isRecord(each) || Object.keys(each).length !== 2) return shape
    const { variant, percent } = each
    if (typeof variant !== 'string' || typeof percent !== 'number') return shape
    const count = percent * SHARES_PER_PERCENT
    if (!(percent >= 0) || Math.abs(count - Math.round(count)) > 1e-6)
      return 'expected "percent" from 0 with at most three decimals'
    shares += Math.round(count)
    rollout.push({ variant, percent })
  }
  return shares <= 100 * SHARES_PER_PERCENT
    ? rollout
    : 'expected a rollout of at most 100 percent together'
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/

function readInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : atMs
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const STATES: Readonly<Record<string, SwitchState>> = {
  on: 'on',
  true: 'on',
  '1': 'on',
  enabled: 'on',
  off: 'off',
  false: 'off',
  '0': 'off',
  disabled: 'off',
}

/**
 * Words of the environment: `SWITCH_BILLING_WRITES=off` for `billing-writes`. Read once, because nobody can change the
 * environment of a running process; what can be changed belongs into a file or a row.
 * @throws GUARD_SWITCH_INVALID for a value that is neither on nor off: a kill that was mistyped must not pass for none
 */
export function environmentWords(
  names: Iterable<string>,
  environment: Readonly<Record<string, string | undefined>>,
  prefix = 'SWITCH_',
): ReadonlyMap<string, SwitchWord> {
  const words = new Map<string, SwitchWord>()
  for (const name of names) {
    const variable = `${prefix}${name.toUpperCase().replace(/[-.]/g, '_')}`
    const text = environment[variable]
    if (text === undefined || text === '') continue
    const key = text.trim().toLowerCase()
    const state = Object.hasOwn(STATES, key) ? STATES[key] : undefined
    if (state === undefined)
      throw new GuardFault(
        'GUARD_SWITCH_INVALID',
        `${variable}: expected on or off, got ${JSON.stringify(text.slice(0, 50))}`,
      )
    words.set(name, { state })
  }
  return words
}
