// Ways to forge a bundle with the right keys, and the assertion that a forgery is found for the stated reason.
import assert from 'node:assert/strict'
import type { BundleEntry, BundleFile, Trust, TrustKey } from '../src/proof/index.ts'
import { verifyBundle } from '../src/verify/index.ts'
import type { FindingCode } from '../src/verify/index.ts'
import { nodeVerifyPorts } from '../src/verify/node.ts'
import { aBundle, freshBundleKeys } from './bundle.ts'
import type { BundleChanges } from './bundle.ts'

/** One set of keys for all forgeries of a file: making keys is what takes the time. */
export const forgerKeys = freshBundleKeys()

export type Forgery = readonly [what: string, expected: FindingCode, changes: BundleChanges]

/** Builds each forgery and asserts that it is INVALID with the expected finding and shows nothing of the release. */
export async function assertForged(forgeries: readonly Forgery[]): Promise<void> {
  assert.ok(forgeries.length > 0)
  for (const [what, expected, changes] of forgeries) {
    const built = await aBundle({ keys: forgerKeys, ...changes })
    const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
    const codes = report.findings.map((finding) => finding.code)
    assert.equal(report.verdict, 'INVALID', what)
    assert.ok(codes.includes(expected), `${what}: ${JSON.stringify(report.findings)}`)
    assert.deepEqual([report.release, report.decision], ['INVALID', null], what)
    assert.deepEqual(report.proven, [], what)
  }
}

export function alterFile(
  path: string,
  change: (text: string) => string,
): NonNullable<BundleChanges['files']> {
  return (files) =>
    files.map((file) =>
      file.path === path
        ? {
            ...file,
            bytes: new Uint8Array(Buffer.from(change(Buffer.from(file.bytes).toString()))),
          }
        : file,
    )
}

export function alterEntry(
  seq: number,
  change: (entry: BundleEntry) => BundleEntry,
): NonNullable<BundleChanges['entries']> {
  return (entries) => entries.map((entry) => (entry.seq === seq ? change(entry) : entry))
}

/** Changes the payload of every fact of one type before it is committed to. */
export function alterPayload(
  type: string,
  change: Readonly<Record<string, string | number>>,
): NonNullable<BundleChanges['facts']> {
  return (facts) =>
    facts.map((fact) =>
      fact.type === type ? { ...fact, payload: { ...(fact.payload as object), ...change } } : fact,
    )
}

/** Changes the keys whose principal starts with `prefix`; of the two people only the operator. */
export function alterKeys(prefix: string, change: Partial<TrustKey>): (trust: Trust) => Trust {
  return (trust) => ({
    ...trust,
    keys: trust.keys.map((key) =>
      key.principal.startsWith(prefix) && !key.roles.includes('release-manager')
        ? { ...key, ...change }
        : key,
    ),
  })
}

/** Leaves the first file out whose path starts so. */
export function dropFirst(prefix: string): NonNullable<BundleChanges['files']> {
  return (files) =>
    files.filter((file) => file !== files.find((candidate) => candidate.path.startsWith(prefix)))
}

/** Gives the first two statements each other's bytes. */
export function swapStatements(files: readonly BundleFile[]): readonly BundleFile[] {
  const [first, second] = files.filter((file) => file.path.startsWith('statements/'))
  assert.ok(first && second)
  return files.map((file) =>
    file === first
      ? { ...file, bytes: second.bytes }
      : file === second
        ? { ...file, bytes: first.bytes }
        : file,
  )
}

/** Leaves out the statements whose predicate has all of these members. */
export function dropStatements(
  members: Readonly<Record<string, unknown>>,
): NonNullable<BundleChanges['files']> {
  return (files) => {
    const kept = files.filter((file) => {
      const predicate = new Map(Object.entries(predicateOf(file) ?? {}))
      return !Object.entries(members).every(([name, value]) => predicate.get(name) === value)
    })
    assert.ok(kept.length < files.length)
    return kept
  }
}

/** Leaves entries out whose body has this text. */
export function dropEntries(...texts: readonly string[]): NonNullable<BundleChanges['entries']> {
  return (entries) => {
    const kept = entries.filter(({ leaf, payload }) => {
      const said = `${Buffer.from(leaf).toString('latin1')} ${JSON.stringify(payload?.value)}`
      return !texts.every((text) => said.includes(text))
    })
    assert.ok(kept.length < entries.length)
    return kept
  }
}

/** Leaves out the gate-run statement of this attempt of the command gate, with the evidence only it rests on. */
export function dropAttempt(attempt: number): NonNullable<BundleChanges['files']> {
  return (files) => {
    const runs = files.flatMap((file) => {
      const predicate = predicateOf(file)
      return predicate?.attempt === undefined ? [] : [{ file, predicate }]
    })
    const dropped = runs.find(
      ({ predicate }) => predicate.attempt === attempt && predicate.gate === 'release/migration',
    )
    assert.ok(dropped)
    const kept = runs
      .filter((run) => run !== dropped)
      .flatMap(({ predicate }) => predicate.evidence ?? [])
    const gone = (dropped.predicate.evidence ?? [])
      .map((ref) => ref.digest)
      .filter((one) => !kept.some((ref) => ref.digest === one))
    return files.filter(
      (file) => file !== dropped.file && !gone.includes(file.content?.sha256 ?? ''),
    )
  }
}

interface LoosePredicate {
  readonly gate?: string
  readonly attempt?: number
  readonly evidence?: readonly { readonly digest: string }[]
}

function predicateOf(file: BundleFile): LoosePredicate | undefined {
  if (!file.path.startsWith('statements/')) return undefined
  const envelope = JSON.parse(Buffer.from(file.bytes).toString()) as { readonly payload: string }
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as {
    readonly predicate: LoosePredicate
  }
  return statement.predicate
}

export function flipByte(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, bytes[at]! ^ 1)
}
