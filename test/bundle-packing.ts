// What goes into a test bundle as it comes up: statements, evidence, facts, and the ledger made of them.
import { gzipSync } from 'node:zlib'
import { contentDigest, utf8Bytes } from '../src/kernel/index.ts'
import type { ContentDigest, Json, Signer } from '../src/kernel/index.ts'
import {
  buildStatement,
  commitPayload,
  encodeEntryBody,
  encodeLeaf,
  evidencePath,
  genesisLink,
  hashLeaf,
  hashNode,
  inclusionRanges,
  merkleRoot,
  sealStatement,
  statementPath,
  subjectsOf,
} from '../src/proof/index.ts'
import type {
  BundleEntry,
  BundleFile,
  EntryRange,
  Predicates,
  StatementKind,
  StatementSubject,
} from '../src/proof/index.ts'
import type { EvidenceRef, Subject } from '../src/verdict/index.ts'
import { ORIGIN, RELEASE, START_MS, instantAt } from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

/** One fact before it becomes a leaf. */
export interface BundleFact {
  readonly type: string
  readonly actor: string
  readonly subject: string
  readonly payload: Json
  readonly refs: readonly ContentDigest[]
}

/** Files and facts as they come up. */
export class Packing {
  readonly files = new Map<string, BundleFile>()
  readonly facts: BundleFact[] = []
  readonly subject: Subject

  constructor(subject: Subject) {
    this.subject = subject
  }

  record(type: string, actor: string, payload: Json, refs: readonly ContentDigest[] = []): void {
    this.facts.push({ type, actor, subject: RELEASE, payload, refs })
  }

  async sign<K extends StatementKind>(
    signer: Signer,
    kind: K,
    predicate: Predicates[K],
    subject: readonly StatementSubject[] = subjectsOf(this.subject),
  ): Promise<ContentDigest> {
    const sealed = await sealStatement(nodeDigest, signer, buildStatement(kind, subject, predicate))
    const path = statementPath(sealed.id)
    this.files.set(path, { path, bytes: sealed.bytes })
    return sealed.id
  }

  keepEvidence(name: string, mediaType: string, bytes: Uint8Array): EvidenceRef {
    const stored = gzipEvidence(bytes)
    this.files.set(stored.path, stored)
    return {
      name,
      digest: contentDigest(nodeDigest.sha256(bytes)),
      mediaType,
      sizeBytes: bytes.length,
    }
  }
}

/** Evidence as a bundle stores it. */
export function gzipEvidence(bytes: Uint8Array): BundleFile {
  const stored = new Uint8Array(gzipSync(bytes))
  const content = { sizeBytes: bytes.length, sha256: contentDigest(nodeDigest.sha256(bytes)) }
  return { path: evidencePath(nodeDigest, stored), bytes: stored, content }
}

/** Leaves, hashes and inclusion proofs of a ledger that holds exactly `facts`. */
export function treeOf(
  facts: readonly BundleFact[],
  timeOf = (seq: number): number => START_MS + 25_000 + seq * 1000,
  numberOf = (honest: number, _seq: number): number | undefined => honest,
): {
  readonly entries: readonly BundleEntry[]
  readonly hashes: readonly Uint8Array[]
  readonly root: Uint8Array
} {
  const hashes: Uint8Array[] = []
  const leaves: Uint8Array[] = []
  const salts: Uint8Array[] = []
  const counts = new Map<string, number>()
  let prev = genesisLink(nodeDigest, ORIGIN, 0)
  for (const [seq, fact] of facts.entries()) {
    const salt = nodeDigest.sha256(utf8Bytes(`salt ${seq}`))
    const { payload, ...rest } = fact
    const before = counts.get(fact.subject) ?? 0
    counts.set(fact.subject, before + 1)
    const subjectSeq = numberOf(before, seq)
    const body = encodeEntryBody({
      ...rest,
      ...(subjectSeq === undefined ? {} : { subjectSeq }),
      v: 1,
      id: `0197a000-0000-7000-8000-${seq.toString(16).padStart(12, '0')}`,
      ts: instantAt(seq),
      src: { producer: 'seaworthy', version: '0.1.0' },
      payload: commitPayload(nodeDigest, salt, payload),
    })
    const leaf = encodeLeaf({ seq, timeMs: timeOf(seq), prev, body })
    prev = hashLeaf(nodeDigest, leaf)
    hashes.push(prev)
    leaves.push(leaf)
    salts.push(salt)
  }
  const rootOf = rangeRoots(hashes)
  const entries = facts.map((fact, seq) => ({
    seq,
    leaf: leaves[seq]!,
    proof: inclusionRanges(seq, hashes.length).map(rootOf),
    payload: { salt: salts[seq]!, value: fact.payload },
  }))
  return { entries, hashes, root: merkleRoot(nodeDigest, hashes) }
}

// RFC 6962 roots of ranges, each computed once: proofs of 10,000 entries would otherwise hash the log 10,000 times.
function rangeRoots(hashes: readonly Uint8Array[]): (range: EntryRange) => Uint8Array {
  const known = new Map<string, Uint8Array>()
  const rootOf = (range: EntryRange): Uint8Array => {
    const { from, until } = range
    if (until - from === 1) return hashes[from]!
    const key = `${from}-${until}`
    const found = known.get(key)
    if (found !== undefined) return found
    let width = 1
    while (width * 2 < until - from) width *= 2
    const middle = from + width
    const root = hashNode(
      nodeDigest,
      rootOf({ from, until: middle }),
      rootOf({ from: middle, until }),
    )
    known.set(key, root)
    return root
  }
  return rootOf
}
