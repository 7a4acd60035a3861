// What a stored switch is, what a flip makes of it, and which flips ask for a confirmation.
import type { SwitchDefinition, SwitchWord } from '../guard/index.ts'
import {
  checkSwitchDefinition,
  GuardFault,
  readSwitchWord,
  writeSwitchWord,
} from '../guard/index.ts'
import { canonicalize } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { flagFault } from './errors.ts'

/** Facts that this room tells the ledger. */
export const FLAG_EVENTS = ['flag.defined', 'flag.flipped'] as const

/** Switches of one tenant; below what a node reads, so that two who race for the last place break nothing. */
export const FLAG_LIMIT_COUNT = 900
/** All words of a tenant together, in bytes; they have to fit the document that nodes read. */
export const WORDS_LIMIT_BYTES = 800_000

/** Which flips ask for a preview and a confirmation. `restore` = those that turn on again, or sooner, what was turned off. */
export type Confirms = 'none' | 'restore' | 'all'

export interface StoredDefinition extends SwitchDefinition {
  readonly confirms: Confirms
}

export interface StoredSwitch {
  readonly name: string
  readonly definition: StoredDefinition
  readonly word: SwitchWord
  /** Counts from 1 with every change. */
  readonly version: number
  readonly reason: string
  readonly changedBy: string
  /** RFC 3339. */
  readonly changedAt: string
}

export interface StoredChange extends StoredSwitch {
  readonly kind: 'defined' | 'flipped'
}

/** A flip as somebody asks for it. Without a rule the one in force stays. */
export interface FlipWish {
  readonly name: string
  readonly word: SwitchWord
  readonly reason: string
  /** The flip is refused when the switch has another version by then. */
  readonly expectedVersion?: number
}

/** @throws FLAG_REFUSED */
export function checkStoredDefinition(name: string, given: StoredDefinition): StoredDefinition {
  try {
    const { confirms, ...definition } = given
    checkSwitchDefinition(name, definition)
    return { ...definition, confirms }
  } catch (error) {
    if (!(error instanceof GuardFault)) throw error
    throw flagFault('FLAG_REFUSED', error.message, { cause: error })
  }
}

/** @throws FLAG_REFUSED */
export function parseWord(value: unknown): SwitchWord {
  const word = readSwitchWord(value)
  if (typeof word === 'string') throw flagFault('FLAG_REFUSED', word)
  return word
}

/** What holds at that time; after its end a word gives way to the one that follows. */
export function wordAt(word: SwitchWord, nowMs: number): SwitchWord | undefined {
  return word.untilMs === undefined || nowMs < word.untilMs ? word : word.after
}

/** The word after a flip: a temporary one lies over what would hold for good, never over another temporary one. */
export function flippedWord(current: StoredSwitch, wish: SwitchWord): SwitchWord {
  const lasting = current.word.untilMs === undefined ? current.word : current.word.after
  const rule = wish.rule ?? current.word.rule ?? lasting?.rule
  const { state, untilMs } = wish
  const next = { state, ...(rule === undefined ? {} : { rule }) }
  if (untilMs === undefined) return next
  return { ...next, untilMs, after: lasting ?? { state: current.definition.boot } }
}

/** Whether a flip turns on, now or sooner than planned, what is off. Turning off never needs more than a reason. */
function isLoosening(from: SwitchWord, to: SwitchWord): boolean {
  if (from.state === 'on') return false
  return to.state === 'on' || (to.untilMs ?? Infinity) < (from.untilMs ?? Infinity)
}

export function needsConfirmation(confirms: Confirms, from: SwitchWord, to: SwitchWord): boolean {
  return confirms === 'all' || (confirms === 'restore' && isLoosening(from, to))
}

export function isSameWord(left: SwitchWord, right: SwitchWord): boolean {
  return canonicalize(jsonOfWord(left)) === canonicalize(jsonOfWord(right))
}

export function jsonOfWord(word: SwitchWord): Json {
  return writeSwitchWord(word) as Json
}

/** One line for people. */
export function describeWord(word: SwitchWord): string {
  const { state, rule, untilMs } = word
  const parts = [
    state,
    ...(rule?.rollout ?? []).map(({ variant, percent }) => `${variant} for ${percent} %`),
    ...(rule?.tenants === undefined ? [] : [`${rule.tenants.size} named tenants`]),
    ...(rule?.variant === undefined ? [] : [`else ${rule.variant}`]),
    ...(untilMs === undefined ? [] : [`until ${new Date(untilMs).toISOString()}`]),
  ]
  return parts.join(', ')
}
