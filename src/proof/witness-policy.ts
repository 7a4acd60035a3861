// Which logs and witnesses a reader trusts, and how many of them it takes. Source: C2SP tlog-policy.
import type { Digest, SignatureVerifier } from '../kernel/index.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { parseCosignerKey, verifyCosignatures } from './cosignature.ts'
import type { Cosignature, CosignerKey } from './cosignature.ts'
import { parseNoteKey } from './note.ts'
import type { NoteKey } from './note.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'

export const POLICY_LIMIT_CHARACTERS = 1_000_000
const MEMBER_LIMIT = 1_000
const NONE = 'none'

export interface PolicyWitness {
  readonly name: string
  readonly key: CosignerKey
  readonly url?: string
}

export interface WitnessPolicy {
  readonly logs: readonly { readonly key: NoteKey; readonly url?: string }[]
  readonly witnesses: readonly PolicyWitness[]
  /** Of each group, how many of which members have to have cosigned. */
  readonly groups: ReadonlyMap<
    string,
    { readonly needed: number; readonly members: readonly string[] }
  >
  /** Name of a witness or group, or `none`. */
  readonly quorum: string
}

class PolicyFault extends Error {}

interface Draft {
  readonly logs: { key: NoteKey; url?: string }[]
  readonly witnesses: PolicyWitness[]
  readonly groups: Map<string, { needed: number; members: readonly string[] }>
  /** Names that are members of a group already: each counts in one way only. */
  readonly placed: Set<string>
  quorum: string | undefined
}

/** True for text that names a quorum, which no key and no trust file does. */
export function isWitnessPolicy(text: string): boolean {
  return /^[ \t]*quorum[ \t]/m.test(text)
}

export function parseWitnessPolicy(digest: Digest, text: string): Parsed<WitnessPolicy> {
  if (text.length > POLICY_LIMIT_CHARACTERS) return refused('expected a shorter policy')
  const draft: Draft = {
    logs: [],
    witnesses: [],
    groups: new Map(),
    placed: new Set(),
    quorum: undefined,
  }
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    return refused('expected no control characters')
  try {
    for (const [at, line] of text.split('\n').entries()) {
      const words = line.split(/[ \t]+/).filter((word) => word !== '')
      if (words.length === 0 || words[0]!.startsWith('#')) continue
      readLine(digest, draft, words, at + 1)
    }
    if (draft.quorum === undefined) throw new PolicyFault('expected a quorum line')
  } catch (thrown) {
    if (!(thrown instanceof PolicyFault)) throw thrown
    return refused(thrown.message)
  }
  const { logs, witnesses, groups, quorum } = draft
  return accepted({ logs, witnesses, groups, quorum })
}

function readLine(digest: Digest, draft: Draft, words: readonly string[], line: number): void {
  const fail = (text: string): never => {
    throw new PolicyFault(`line ${line}: ${text}`)
  }
  const [kind, name = '', third, fourth] = words
  if (kind === 'log' && words.length >= 2 && words.length <= 3) {
    const key = parseNoteKey(digest, name)
    if (!key.ok) return fail(key.reason)
    if (draft.logs.some((log) => isSameKey(log.key, key.value))) fail('expected each log once')
    draft.logs.push({ key: key.value, ...(third === undefined ? {} : { url: third }) })
  } else if (kind === 'witness' && words.length >= 3 && words.length <= 4) {
    const key = parseCosignerKey(digest, third ?? '')
    if (!key.ok) return fail(key.reason)
    if (isTaken(draft, name)) fail(`expected a new name, got ${name}`)
    if (draft.witnesses.some((one) => isSameKey(one.key, key.value)))
      fail('expected each witness once')
    const url = fourth === undefined ? {} : { url: fourth }
    draft.witnesses.push({ name, key: key.value, ...url })
  } else if (kind === 'group' && words.length >= 4 && words.length <= MEMBER_LIMIT) {
    readGroup(draft, name, words.slice(2), fail)
  } else if (kind === 'quorum' && words.length === 2) {
    if (draft.quorum !== undefined) fail('expected one quorum line')
    if (name !== NONE && !isTaken(draft, name))
      fail(`expected a name from a line above, got ${name}`)
    draft.quorum = name
  } else fail('expected "log", "witness", "group" or "quorum" and what belongs to it')
}

function readGroup(
  draft: Draft,
  name: string,
  [needed = '', ...members]: readonly string[],
  fail: (text: string) => never,
): void {
  if (isTaken(draft, name)) fail(`expected a new name, got ${name}`)
  for (const member of members) {
    if (member === NONE || !isTaken(draft, member))
      fail(`expected members from lines above, got ${member}`)
    if (draft.placed.has(member)) fail(`expected ${member} to be a member once`)
    draft.placed.add(member)
  }
  const count = needed === 'all' ? members.length : needed === 'any' ? 1 : Number(needed)
  const isCount = /^(?:all|any|[1-9]\d*)$/.test(needed) && count <= members.length
  if (!isCount) fail(`expected "all", "any" or 1 to ${members.length}, got ${needed}`)
  draft.groups.set(name, { needed: count, members })
}

function isTaken(draft: Draft, name: string): boolean {
  return name === NONE || draft.groups.has(name) || draft.witnesses.some((one) => one.name === name)
}

function isSameKey(one: { publicKey: Uint8Array }, other: { publicKey: Uint8Array }): boolean {
  return String(one.publicKey) === String(other.publicKey)
}

/** One log, and no witness is asked for. */
export function policyOfLog(key: NoteKey): WitnessPolicy {
  return { logs: [{ key }], witnesses: [], groups: new Map(), quorum: NONE }
}

/** @param cosigners names of the policy's witnesses that have cosigned */
export function isQuorumMet(policy: WitnessPolicy, cosigners: ReadonlySet<string>): boolean {
  const holds = (name: string): boolean => {
    const group = policy.groups.get(name)
    if (group === undefined) return cosigners.has(name)
    return group.members.filter(holds).length >= group.needed
  }
  return policy.quorum === NONE || holds(policy.quorum)
}

export interface WitnessedCheckpoint {
  readonly checkpoint: Checkpoint
  /** Of the policy's witnesses, whoever cosigned. */
  readonly cosignatures: readonly (Cosignature & { readonly name: string })[]
}

/** Reads a checkpoint of a log that the policy lists; refused without its quorum. */
export async function openWitnessedCheckpoint(
  verifier: SignatureVerifier,
  note: string,
  policy: WitnessPolicy,
): Promise<Parsed<WitnessedCheckpoint>> {
  const origin = note.split('\n', 1)[0]
  const log = policy.logs.find(({ key }) => key.name === origin)
  if (log === undefined) return refused(`expected a log that the policy lists, got ${origin}`)
  const opened = await openCheckpoint(verifier, note, log.key)
  if (!opened.ok) return opened
  const keys = policy.witnesses.map(({ key }) => key)
  const cosigned = await verifyCosignatures(verifier, note, keys)
  if (!cosigned.ok) return cosigned
  const cosignatures = cosigned.value.map((each) => ({
    ...each,
    name: policy.witnesses.find(({ key }) => key === each.key)!.name,
  }))
  const names = cosignatures.map(({ name }) => name)
  if (!isQuorumMet(policy, new Set(names)))
    return refused(
      `expected the quorum ${policy.quorum}, got cosignatures by ${names.join(', ') || 'nobody'}`,
    )
  return accepted({ checkpoint: opened.value, cosignatures })
}
