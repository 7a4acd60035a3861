// Reads a change strictly: every key known, every instant one spelling, so that what was signed means one thing.
import { accepted, refused } from '../proof/index.ts'
import type { Parsed } from '../proof/index.ts'
import {
  readBoolean,
  readDigest,
  readInteger,
  readList,
  readName,
  readOneOf,
  readRecord,
  readShare,
  readText,
} from '../verdict/index.ts'
import type { CabItem, Reader } from '../verdict/index.ts'
import type { Change, ChangeKind, MappedControl } from './model.ts'

/** Longest text of one field of a change, in UTF-16 code units. */
export const CHANGE_TEXT_LIMIT = 10_000
/** People on one roster, gates of one policy area list or of one waiver. */
export const CHANGE_LIST_LIMIT = 1_000

class ChangeRefused extends Error {}

const shortly =
  (reader: Reader<string>): Reader<string> =>
  (value, at) => {
    const text = reader(value, at)
    if (text.length > CHANGE_TEXT_LIMIT)
      throw at.refuse(`expected at most ${CHANGE_TEXT_LIMIT} characters at ${at.path}`)
    return text
  }

const name = shortly(readName)

/** Ids are typed on command lines and stand in file names. */
const id: Reader<string> = (value, at) => {
  const written = readText(value, at)
  if (!isRegisterId(written))
    throw at.refuse(`expected 1 to 64 letters, digits, dots, dashes or underscores at ${at.path}`)
  return written
}

const text = shortly(readText)

const instant: Reader<string> = (value, at) => {
  const written = readText(value, at)
  const atMs = Date.parse(written)
  // Writing it again refuses dates that parsers roll over, and every other spelling.
  if (Number.isNaN(atMs) || atMs < 0 || new Date(atMs).toISOString() !== written)
    throw at.refuse(`expected an RFC 3339 instant in UTC with milliseconds at ${at.path}`)
  return written
}

const instantOrNone: Reader<string> = (value, at) => (value === 'none' ? value : instant(value, at))

const names: Reader<readonly string[]> = (value, at) => {
  const list = readList(name)(value, at)
  if (list.length > CHANGE_LIST_LIMIT)
    throw at.refuse(`expected at most ${CHANGE_LIST_LIMIT} elements at ${at.path}`)
  return list
}

const cabItem = readRecord(
  {
    about: name,
    outcome: readOneOf(['approved', 'approved-with-conditions', 'deferred', 'rejected']),
  },
  { note: name, conditions: names },
)

const cabItems: Reader<readonly CabItem[]> = (value, at) => {
  const list = readList(cabItem, 1)(value, at)
  if (list.length > CHANGE_LIST_LIMIT)
    throw at.refuse(`expected at most ${CHANGE_LIST_LIMIT} elements at ${at.path}`)
  return list
}

const control = readRecord(
  { framework: name, id: name, title: name, gates: names, risks: names },
  {},
)

const controls: Reader<readonly MappedControl[]> = (value, at) => {
  const list = readList(control, 1)(value, at)
  if (list.length > CHANGE_LIST_LIMIT)
    throw at.refuse(`expected at most ${CHANGE_LIST_LIMIT} elements at ${at.path}`)
  return list
}

const grade = readOneOf(['low', 'medium', 'high'])
const kindOf = <K extends ChangeKind>(kind: K): Reader<K> => readOneOf([kind])

const policy = readRecord(
  {},
  {
    nonWaivable: names,
    goLifetimeMs: readInteger(1, 366 * 86_400_000),
    minimumErrorBudget: readShare,
    errorBudgetMaxAgeMs: readInteger(1, 366 * 86_400_000),
    rosterMaxAgeMs: readInteger(1, 366 * 86_400_000),
    areas: readList(readRecord({ gates: text, owner: name }, {})),
    securityRole: name,
    planReviewed: readBoolean,
    cabRole: name,
    cabQuorum: readInteger(0, 50),
    timezone: name,
  },
)

const READERS: { readonly [K in ChangeKind]: Reader<Extract<Change, { kind: K }>> } = {
  'risk.opened': readRecord(
    {
      kind: kindOf('risk.opened'),
      id,
      level: readOneOf(['P0', 'P1', 'P2', 'P3']),
      title: name,
      owner: name,
      likelihood: grade,
      impact: grade,
      mitigation: text,
    },
    { dueAt: instant, closureTest: name, closureDefinition: readDigest },
  ),
  'risk.accepted': readRecord({ kind: kindOf('risk.accepted'), id, until: instant }, {}),
  'risk.closed': readRecord(
    { kind: kindOf('risk.closed'), id, note: text },
    {
      evidence: readRecord(
        { version: name, gate: name, statement: readDigest },
        { definition: readDigest, review: readDigest },
      ),
    },
  ),
  'risk.reopened': readRecord({ kind: kindOf('risk.reopened'), id, reason: name }, {}),
  'risk.revised': readRecord(
    { kind: kindOf('risk.revised'), id, reason: name },
    {
      level: readOneOf(['P0', 'P1', 'P2', 'P3']),
      owner: name,
      likelihood: grade,
      impact: grade,
      mitigation: text,
      dueAt: instantOrNone,
    },
  ),
  'waiver.revoked': readRecord({ kind: kindOf('waiver.revoked'), id, reason: name }, {}),
  'condition.set': readRecord(
    {
      kind: kindOf('condition.set'),
      id,
      version: name,
      text: name,
      gate: name,
      owner: name,
      dueAt: instant,
      onMiss: readOneOf(['NO_GO', 'EXTEND']),
      blocks: readOneOf(['freeze', 'deploy', 'phase', 'post']),
    },
    {},
  ),
  'condition.extended': readRecord(
    { kind: kindOf('condition.extended'), id, dueAt: instant, reason: name },
    {},
  ),
  'condition.withdrawn': readRecord({ kind: kindOf('condition.withdrawn'), id, reason: name }, {}),
  'freeze.set': readRecord(
    { kind: kindOf('freeze.set'), id, from: instant, until: instant, reason: name },
    {},
  ),
  'freeze.lifted': readRecord({ kind: kindOf('freeze.lifted'), id, reason: name }, {}),
  'freeze.overridden': readRecord(
    { kind: kindOf('freeze.overridden'), id, version: name, reason: name },
    {},
  ),
  'budget.entered': readRecord(
    {
      kind: kindOf('budget.entered'),
      remaining: readShare,
      source: name,
      measuredAt: instant,
    },
    {},
  ),
  'budget.overridden': readRecord(
    { kind: kindOf('budget.overridden'), version: name, reason: name },
    {},
  ),
  'roster.confirmed': readRecord({ kind: kindOf('roster.confirmed'), people: names }, {}),
  'cab.recorded': readRecord(
    {
      kind: kindOf('cab.recorded'),
      id,
      version: name,
      heldAt: instant,
      attendees: names,
      items: cabItems,
    },
    { minutes: readDigest },
  ),
  'controls.mapped': readRecord({ kind: kindOf('controls.mapped'), controls }, {}),
  'policy.set': readRecord({ kind: kindOf('policy.set'), policy }, {}),
  'launch.planned': readRecord(
    { kind: kindOf('launch.planned'), version: name, at: instant, timezone: name },
    {},
  ),
  'glass.broken': readRecord(
    {
      kind: kindOf('glass.broken'),
      id,
      version: name,
      reason: name,
      expiresAt: instant,
      reviewDueAt: instant,
    },
    {},
  ),
  'glass.reviewed': readRecord({ kind: kindOf('glass.reviewed'), id, finding: name }, {}),
  approved: readRecord({ kind: kindOf('approved'), id, statement: readDigest }, {}),
}

/** Whether the text may name a risk, waiver, condition, freeze or broken glass. */
export function isRegisterId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)
}

/** A change in a signed statement, or why it is none. Never throws for anything in `json`. */
export function parseChange(json: unknown): Parsed<Change> {
  const place = { path: 'change', refuse: (message: string) => new ChangeRefused(message) }
  const kind =
    typeof json === 'object' && json !== null && 'kind' in json && typeof json.kind === 'string'
      ? json.kind
      : ''
  if (!isChangeKind(kind))
    return refused(`expected a known kind of change, got ${JSON.stringify(kind.slice(0, 60))}`)
  try {
    return accepted(READERS[kind](json, place))
  } catch (thrown) {
    if (thrown instanceof ChangeRefused) return refused(thrown.message)
    throw thrown
  }
}

function isChangeKind(kind: string): kind is ChangeKind {
  return Object.hasOwn(READERS, kind)
}
