// The chain behind an audit log, from outside: the log only grew, and each entry that was shown is in it as it was shown.
import { bytesOfBase64, messageOf, parseStrictJson, utf8Bytes } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { openCheckpoint, parseNoteKey, policyOfLog, verifyConsistency } from '../proof/index.ts'
import type { NoteKey } from '../proof/index.ts'
import { verifyEntryProof } from '../verify/index.ts'
import type { Answered } from './asking.ts'
import { probeFault } from './errors.ts'
import type { ProbePorts } from './model.ts'

type Headers = Readonly<Record<string, string>>

export type AskApi = (
  method: string,
  path: string,
  headers: Headers,
  body?: Json,
  more?: Headers,
) => Promise<Answered>

/** An object as a server answered it: nothing of it is certain. */
export type Shown = { readonly [name: string]: Json | undefined }

export interface ChainTerms {
  readonly headers: Headers
  readonly logKey: string | undefined
}

/** Where a log stood, as its own key signed it. */
export interface Mark {
  readonly key: NoteKey
  readonly size: number
  readonly root: Uint8Array
}

export interface ShownEntry {
  readonly what: string
  readonly entry: Shown
}

/** Has the log signed as it is now. @throws PROBE_TARGET_SILENT */
export async function readMark(
  { digest, verifier }: ProbePorts,
  api: AskApi,
  { headers, logKey }: ChainTerms,
): Promise<Mark> {
  const answer = await api('POST', '/v1/ledger/checkpoints', headers, {})
  const { note, noteKey } = dataOf(answer)
  const key = parseNoteKey(digest, logKey ?? textOf(noteKey))
  if (!key.ok) throw silent(`a key that notes verify with: ${key.reason}`)
  const opened = await openCheckpoint(verifier, textOf(note), key.value)
  if (!opened.ok) throw silent(`a checkpoint of the log’s key: ${opened.reason}`)
  return { key: key.value, size: opened.value.size, root: opened.value.root }
}

/** What is wrong, in words; and how many entries a checkpoint proves to be as they were shown. */
export async function findChainFaults(
  ports: ProbePorts,
  api: AskApi,
  terms: ChainTerms,
  before: Mark,
  shown: readonly ShownEntry[],
): Promise<{
  readonly faults: readonly string[]
  readonly provenCount: number
  readonly size: number
}> {
  const faults: string[] = []
  const after = await readMark(ports, api, terms)
  if (!(await isContinued(ports, api, terms.headers, before, after)))
    faults.push('the log is no continuation of what it was before')
  let provenCount = 0
  for (const each of shown) {
    const fault = await findProofFault(ports, api, terms.headers, before.key, each)
    if (fault === undefined) provenCount += 1
    else faults.push(fault)
  }
  return { faults, provenCount, size: after.size }
}

async function isContinued(
  { digest }: ProbePorts,
  api: AskApi,
  headers: Headers,
  before: Mark,
  after: Mark,
): Promise<boolean> {
  if (before.key.name !== after.key.name || before.key.hash !== after.key.hash) return false
  if (after.size <= before.size) return false
  const path = `/v1/ledger/consistency?from=${before.size}&to=${after.size}`
  const { proof } = dataOf(await api('GET', path, headers))
  if (!Array.isArray(proof)) return false
  try {
    const hashes = proof.map((hash) => bytesOfBase64(textOf(hash)))
    const [first, second] = [before, after]
    return verifyConsistency(digest, {
      size1: first.size,
      root1: first.root,
      size2: second.size,
      root2: second.root,
      proof: hashes,
    })
  } catch (thrown) {
    throw silent(`a proof of hashes: ${messageOf(thrown)}`)
  }
}

async function findProofFault(
  { digest, verifier }: ProbePorts,
  api: AskApi,
  headers: Headers,
  key: NoteKey,
  { what, entry }: ShownEntry,
): Promise<string | undefined> {
  const { seq, actor, action, result } = entry
  if (typeof seq !== 'number') return `the entry of the ${what} names no place in the ledger`
  const { tlogProof } = dataOf(await api('GET', `/v1/ledger/proofs/${seq}`, headers))
  const report = await verifyEntryProof(utf8Bytes(textOf(tlogProof)), {
    ports: { digest, verifier },
    policy: policyOfLog(key),
  })
  if (report.verdict !== 'INTACT' || report.entry === null)
    return `the entry of the ${what} is not proven: ${report.findings[0]?.text ?? 'it is no entry of ours'}`
  const { body } = report.entry
  const isSame =
    report.index === seq &&
    body.actor === actor &&
    body.type === `request.${textOf(result)}` &&
    body.subject === `request/${textOf(action)}`
  return isSame ? undefined : `the ledger says otherwise than the entry of the ${what}`
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function dataOf({ status, failure, text }: Answered): Shown {
  if (status === null || status >= 300)
    throw silent(`an answer about the ledger, got ${status ?? failure ?? ''}`)
  const read = parseStrictJson(text) as { readonly data?: Shown } | null
  return read?.data ?? {}
}

function silent(expected: string): Error {
  return probeFault('PROBE_TARGET_SILENT', `expected ${expected}`)
}
