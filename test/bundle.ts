// Builds small real bundles, honest ones and forged ones: real keys, real ledger leaves, real judgements.
import { gzipSync } from 'node:zlib'
import { canonicalBytes, canonicalize, contentDigest, utf8Bytes } from '../src/kernel/index.ts'
import type { ContentDigest, Json, Signer } from '../src/kernel/index.ts'
import {
  buildConsistencyProof, buildInclusionProof, buildStatement, commitPayload, describeBundle, encodeEntryBody, encodeLeaf, evidencePath,
  formatBundleConsistency, formatBundleEntries, formatNoteKey, formatTrust, genesisLink, hashLeaf, keyIdOf, merkleRoot, noteKeyOf,
  packBundle, releaseDigestOf, sealCheckpoint, sealStatement, statementPath, subjectsOf,
} from '../src/proof/index.ts'
import type { BundleEntry, BundleFile, DecisionPredicate, GateRunPredicate, Predicates, StatementKind, Trust, TrustKey } from '../src/proof/index.ts'
import { decide, definitionHashOf, judgeGate, parseCapture, planHashOf, reviewHashOf, settleRun } from '../src/verdict/index.ts'
import type { Capture, DecisionInputs, EvidenceRef, Plan, PlanGate, RecordedGate, Subject } from '../src/verdict/index.ts'
import { nodeDigest, testSigner } from './crypto.ts'

const START_MS = Date.parse('2026-11-21T08:00:00.000Z')
const SERVICE = 'harbour'
const VERSION = '2.4.0'
const RELEASE = `${SERVICE}@${VERSION}`
const RUN = '0197a000-0000-7000-8000-000000000001'
const ORIGIN = 'test.example/ledger/harbour'
const ORIGINAL = utf8Bytes('# Release 2.4.0\n\n- [ ] migration applied: rows ____\n- [ ] on-call told\n')

/** Keys of everybody in a bundle; the same keys for every bundle of a test file keep it quick. */
export interface BundleKeys {
  readonly plane: Signer
  readonly runner: Signer
  readonly lead: Signer
  readonly operator: Signer
  readonly ledger: Signer
}

export function freshBundleKeys(): BundleKeys {
  return {
    plane: testSigner('ecdsa-p256-sha256'),
    runner: testSigner('ecdsa-p256-sha256'),
    lead: testSigner('ecdsa-p256-sha256'),
    operator: testSigner('ecdsa-p256-sha256'),
    ledger: testSigner('ed25519'),
  }
}

/** One fact before it becomes a leaf. */
export interface BundleFact {
  readonly type: string
  readonly actor: string
  readonly subject: string
  readonly payload: Json
  readonly refs: readonly ContentDigest[]
}

/** Places where a forger (or a test of something unusual) may change what the builder would do honestly. */
export interface BundleChanges {
  readonly keys?: BundleKeys
  /** Key that signs the manifest instead of the control plane's. */
  readonly manifestSigner?: Signer
  readonly trust?: (trust: Trust) => Trust
  readonly command?: { readonly exitCode: number; readonly stdout: string }
  /** A second attempt of the command gate, recorded after the first. */
  readonly retry?: { readonly exitCode: number; readonly stdout: string }
  /** The attempt of the command gate that the decision rests on; the last by default. */
  readonly decidedAttempt?: number
  readonly gateRun?: (predicate: GateRunPredicate) => GateRunPredicate
  /** The plan written into the bundle, after everything else rested on the honest one. */
  readonly planFile?: (plan: Plan) => Plan
  /** The inputs before people sign and the verdict is computed. */
  readonly inputs?: (inputs: DecisionInputs) => DecisionInputs
  readonly decision?: (predicate: DecisionPredicate) => DecisionPredicate
  readonly signOffs?: readonly ('APPROVE' | 'REJECT')[]
  /** The sign-offs that the decision uses; all that were recorded by default. */
  readonly usedSignOffs?: (signOffs: DecisionInputs['signOffs']) => DecisionInputs['signOffs']
  readonly facts?: (facts: readonly BundleFact[]) => readonly BundleFact[]
  /** Facts after the decision. */
  readonly lateFacts?: (facts: readonly BundleFact[]) => readonly BundleFact[]
  readonly entries?: (entries: readonly BundleEntry[]) => readonly BundleEntry[]
  readonly files?: (files: readonly BundleFile[]) => readonly BundleFile[]
  /** The manifest's list of gates. */
  readonly gates?: (gates: readonly string[]) => readonly string[]
}

export interface BuiltBundle {
  readonly bytes: Uint8Array
  readonly trust: Trust
  readonly trustBytes: Uint8Array
  readonly keys: BundleKeys
  readonly files: readonly BundleFile[]
}

export async function aBundle(changes: BundleChanges = {}): Promise<BuiltBundle> {
  const keys = changes.keys ?? freshBundleKeys()
  const plan = aPlan()
  const planHash = planHashOf(nodeDigest, plan)
  const subject = aSubject()
  const pack = new Packing(subject)
  const people = peopleOf(keys)
  await recordPlan(pack, people, planHash, subject)
  const recorded = await recordRun(pack, people, plan, changes)
  const honest = inputsOf(plan, planHash, subject, recorded)
  const reviewed = changes.inputs?.(honest) ?? honest
  const signOffs = await recordSignOffs(pack, people, plan, reviewed, changes.signOffs ?? ['APPROVE', 'APPROVE'])
  const early = changes.facts?.(pack.facts) ?? pack.facts
  const decidedOn = treeOf(early)
  const inputs: DecisionInputs = {
    ...reviewed,
    signOffs: changes.usedSignOffs?.(signOffs) ?? signOffs,
    checkpoint: { origin: ORIGIN, size: early.length, root: Buffer.from(decidedOn.root).toString('base64') },
  }
  const inputsBytes = canonicalBytes(inputs)
  const late = [await recordDecision(pack, keys.plane, plan, inputs, inputsBytes, changes), ...(changes.lateFacts?.(pack.facts) ?? [])]
  const tree = treeOf([...early, ...late])
  const origin = { origin: ORIGIN, size: tree.hashes.length, root: tree.root }
  const honestTrust = trustOf(keys, people)
  const trust = changes.trust?.(honestTrust) ?? honestTrust
  const manifestSigner = changes.manifestSigner ?? keys.plane
  const proof = buildConsistencyProof(nodeDigest, tree.hashes, early.length)
  const honestFiles: readonly BundleFile[] = [
    { path: 'README.txt', bytes: utf8Bytes(describeBundle({ service: SERVICE, version: VERSION }, keyIdOf(nodeDigest, manifestSigner.publicKey))) },
    { path: 'keys.json', bytes: formatTrust(trust) },
    { path: 'plan.json', bytes: canonicalBytes(changes.planFile?.(plan) ?? plan) },
    { path: 'decision-inputs.json', bytes: inputsBytes },
    { path: 'entries.json', bytes: formatBundleEntries(changes.entries?.(tree.entries) ?? tree.entries) },
    { path: 'checkpoint', bytes: utf8Bytes(await sealCheckpoint(nodeDigest, keys.ledger, origin)) },
    { path: 'consistency.json', bytes: formatBundleConsistency({ from: { size: early.length, root: decidedOn.root }, to: origin, proof }) },
    { path: 'documents/original.md', bytes: ORIGINAL },
    ...pack.files.values(),
  ]
  const files = changes.files?.(honestFiles) ?? honestFiles
  const gates = plan.gates.map((gate) => gate.id)
  const draft = {
    release: { service: SERVICE, version: VERSION },
    createdAt: instantAt(60),
    gates: changes.gates?.(gates) ?? gates,
    files,
  }
  return { bytes: await packBundle(nodeDigest, draft, manifestSigner), trust: honestTrust, trustBytes: formatTrust(honestTrust), keys, files }
}

/** Files and facts as they come up. */
class Packing {
  readonly files = new Map<string, BundleFile>()
  readonly facts: BundleFact[] = []
  readonly subject: Subject

  constructor(subject: Subject) {
    this.subject = subject
  }

  record(type: string, actor: string, payload: Json, refs: readonly ContentDigest[] = []): void {
    this.facts.push({ type, actor, subject: RELEASE, payload, refs })
  }

  async sign<K extends StatementKind>(signer: Signer, kind: K, predicate: Predicates[K]): Promise<ContentDigest> {
    const sealed = await sealStatement(nodeDigest, signer, buildStatement(kind, subjectsOf(this.subject), predicate))
    const path = statementPath(sealed.id)
    this.files.set(path, { path, bytes: sealed.bytes })
    return sealed.id
  }

  keepEvidence(name: string, mediaType: string, bytes: Uint8Array): EvidenceRef {
    const stored = gzipEvidence(bytes)
    this.files.set(stored.path, stored)
    return { name, digest: contentDigest(nodeDigest.sha256(bytes)), mediaType, sizeBytes: bytes.length }
  }
}

/** Evidence as a bundle stores it. */
export function gzipEvidence(bytes: Uint8Array): BundleFile {
  const stored = new Uint8Array(gzipSync(bytes))
  const content = { sizeBytes: bytes.length, sha256: contentDigest(nodeDigest.sha256(bytes)) }
  return { path: evidencePath(nodeDigest, stored), bytes: stored, content }
}

interface Person {
  readonly id: string
  readonly role: string
  readonly signer: Signer
}

function peopleOf(keys: BundleKeys): { readonly lead: Person; readonly operator: Person; readonly runner: Person; readonly plane: Person } {
  const of = (kind: string, role: string, signer: Signer): Person => {
    return { id: `${kind}-${keyIdOf(nodeDigest, signer.publicKey).slice(0, 16)}`, role, signer }
  }
  return {
    lead: of('person', 'release-manager', keys.lead),
    operator: of('person', 'operations', keys.operator),
    runner: of('runner', '', keys.runner),
    plane: of('control-plane', '', keys.plane),
  }
}

type People = ReturnType<typeof peopleOf>

function trustOf(keys: BundleKeys, people: People): Trust {
  const keyOf = (person: Person, uses: TrustKey['uses']): TrustKey => ({
    keyId: keyIdOf(nodeDigest, person.signer.publicKey),
    algorithm: 'ecdsa-p256-sha256',
    spki: person.signer.publicKey,
    uses,
    principal: person.id,
    roles: person.role === '' ? [] : [person.role],
  })
  const all = [
    keyOf(people.plane, ['manifest', 'decision']),
    keyOf(people.runner, ['gate-run']),
    keyOf(people.lead, ['sign-off', 'gate-run', 'approval']),
    keyOf(people.operator, ['sign-off', 'gate-run', 'approval']),
  ]
  const vkey = formatNoteKey(noteKeyOf(nodeDigest, ORIGIN, keys.ledger.publicKey))
  return { ledger: { origin: ORIGIN, vkey }, keys: all.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1)) }
}

function aSubject(): Subject {
  const environment = 'staging'
  return {
    service: SERVICE,
    version: VERSION,
    environment,
    digests: { release: releaseDigestOf(nodeDigest, SERVICE, VERSION, environment) },
    commit: '6f'.repeat(20),
  }
}

/** The plan of every bundle that is built here: a command gate, a manual gate, two roles. */
export function aPlan(): Plan {
  const gate = (id: string, title: string, line: number): Omit<PlanGate, 'check' | 'assertions' | 'slots'> => ({
    id, title, section: 'Release', severity: 'required', needs: [], effect: 'read', provenRead: true, parameters: [], holes: [],
    toggles: [], timeoutMs: 60_000, retries: 1, unsound: [], source: { line, sha256: contentDigest(nodeDigest.sha256(utf8Bytes(title))) },
  })
  return {
    format: 'seaworthy-plan/1',
    source: { name: 'checklist.md', sha256: contentDigest(nodeDigest.sha256(ORIGINAL)) },
    service: SERVICE,
    version: VERSION,
    environment: 'staging',
    gates: [
      {
        ...gate('release/migration', 'Migration applied', 3),
        check: { type: 'command', language: 'bash', script: 'echo "rows: $(wc -l < rows)"' },
        assertions: [{ read: { from: 'slot', slot: 'rows' }, op: 'gt', value: 0, fills: ['rows'] }],
        slots: [{ id: 'rows', label: 'rows' }],
      },
      {
        ...gate('release/on-call', 'On-call told', 4),
        check: { type: 'manual', question: 'Does the on-call person know?' },
        assertions: [{ read: { from: 'answer' }, op: 'eq', value: true }],
        slots: [],
      },
    ],
    signOffs: [{ role: 'release-manager', minimum: 1 }, { role: 'operations', minimum: 1 }],
  }
}

async function recordPlan(pack: Packing, people: People, planHash: ContentDigest, subject: Subject): Promise<void> {
  pack.record('plan.recorded', people.lead.id, { plan: planHash }, [planHash])
  const approval = await pack.sign(people.lead.signer, 'approval', { what: 'plan', digest: planHash, principal: people.lead.id, at: instantAt(1) })
  pack.record('plan.reviewed', people.lead.id, { plan: planHash }, [approval, planHash])
  pack.record('run.started', people.lead.id, jsonOf({ plan: planHash, run: RUN, subject, terms: { parameters: {}, confirmed: [] } }), [planHash])
}

async function recordRun(
  pack: Packing,
  people: People,
  plan: Plan,
  changes: BundleChanges,
): Promise<ReadonlyMap<string, RecordedGate>> {
  const recorded = new Map<string, RecordedGate>()
  const [command, manual] = plan.gates
  const captured = (result: { readonly exitCode: number }): Capture => ({
    kind: 'command', exitCode: result.exitCode, signal: null, timedOut: false, steps: [{ line: 1, exitCode: result.exitCode }],
    durationMs: 12, streams: { stdout: { truncated: false, maskedCount: 0 } },
  })
  const attempts = [changes.command ?? { exitCode: 0, stdout: 'rows: 42\n' }, ...(changes.retry === undefined ? [] : [changes.retry])]
  for (const [index, result] of attempts.entries()) {
    await recordGate(pack, people.runner, plan, command!, index + 1, captured(result), utf8Bytes(result.stdout), recorded, changes)
  }
  const answer: Capture = { kind: 'manual', answer: true, note: 'told at stand-up', slots: {} }
  await recordGate(pack, people.operator, plan, manual!, 1, answer, undefined, recorded, {})
  pack.record('run.finished', people.lead.id, { run: RUN }, [planHashOf(nodeDigest, plan)])
  return recorded
}

async function recordGate(
  pack: Packing,
  runner: Person,
  plan: Plan,
  gate: PlanGate,
  attempt: number,
  capture: Capture,
  stdout: Uint8Array | undefined,
  recorded: Map<string, RecordedGate>,
  changes: BundleChanges,
): Promise<void> {
  const planHash = planHashOf(nodeDigest, plan)
  if (gate.check.type !== 'manual') pack.record('gate.intended', runner.id, { run: RUN, gate: gate.id, attempt }, [planHash])
  const captureBytes = canonicalBytes(capture)
  const evidence = [pack.keepEvidence('capture', 'application/json', captureBytes)]
  if (stdout !== undefined && stdout.length > 0) evidence.push(pack.keepEvidence('stdout', 'text/plain', stdout))
  const honest: GateRunPredicate = {
    run: RUN, gate: gate.id, attempt, definition: definitionHashOf(nodeDigest, gate), plan: planHash, environment: plan.environment,
    runner: { id: runner.id, version: '0.1.0' }, startedAt: instantAt(10 + attempt), finishedAt: instantAt(11 + attempt), evidence,
  }
  const predicate = changes.gateRun?.(honest) ?? honest
  const statement = await pack.sign(runner.signer, 'gate-run', predicate)
  const terms = { parameters: {}, confirmed: [] }
  const bytes = { capture: captureBytes, ...(stdout === undefined ? {} : { stdout }) }
  const judgement = judgeGate(gate, parseCapture(captureBytes), bytes, terms)
  const payload = { run: RUN, gate: gate.id, attempt, status: judgement.status }
  pack.record('gate.recorded', runner.id, payload, [...new Set([statement, ...evidence.map((ref) => ref.digest)])])
  if (attempt > (changes.decidedAttempt ?? attempt)) return
  recorded.set(gate.id, { judgement, statement, evidence, finishedAtMs: Date.parse(predicate.finishedAt), environment: plan.environment })
}

function inputsOf(plan: Plan, planHash: ContentDigest, subject: Subject, recorded: ReadonlyMap<string, RecordedGate>): DecisionInputs {
  const terms = { parameters: {}, confirmed: [] }
  return {
    format: 'seaworthy-decision-inputs/1',
    plan: planHash,
    run: RUN,
    terms,
    subject,
    results: settleRun(nodeDigest, plan, terms, recorded),
    risks: [],
    waivers: [],
    conditions: [],
    policy: { nonWaivable: [], goLifetimeMs: 86_400_000, minimumErrorBudget: 0 },
    signOffs: [],
    freeze: [],
    asOfMs: START_MS + 40_000,
    checkpoint: { origin: ORIGIN, size: 0, root: '' },
    integrity: { ok: true, findings: [] },
  }
}

async function recordSignOffs(
  pack: Packing,
  people: People,
  plan: Plan,
  inputs: DecisionInputs,
  decisions: readonly ('APPROVE' | 'REJECT')[],
): Promise<DecisionInputs['signOffs']> {
  const reviewHash = reviewHashOf(nodeDigest, plan, inputs)
  const out: DecisionInputs['signOffs'][number][] = []
  for (const [index, person] of [people.lead, people.operator].entries()) {
    const decision = decisions[index]
    if (decision === undefined) continue
    const at = instantAt(20 + index)
    const said = { role: person.role, principal: person.id, decision, reviewHash } as const
    const statement = await pack.sign(person.signer, 'sign-off', { release: RELEASE, run: RUN, ...said, at, comment: '' })
    pack.record('sign-off.recorded', person.id, { role: person.role, decision }, [statement])
    out.push({ ...said, atMs: Date.parse(at), statement })
  }
  return out
}

async function recordDecision(
  pack: Packing,
  plane: Signer,
  plan: Plan,
  inputs: DecisionInputs,
  inputsBytes: Uint8Array,
  changes: BundleChanges,
): Promise<BundleFact> {
  const verdict = decide(nodeDigest, plan, inputs)
  const inputsDigest = contentDigest(nodeDigest.sha256(inputsBytes))
  const honest: DecisionPredicate = {
    release: RELEASE, run: RUN, plan: inputs.plan, inputs: inputsDigest,
    reviewHash: verdict.reviewHash, decisionHash: verdict.decisionHash, verdict: verdict.value, raw: verdict.raw,
    asOf: new Date(inputs.asOfMs).toISOString(),
    ...(verdict.expiresAtMs === undefined ? {} : { expiresAt: new Date(verdict.expiresAtMs).toISOString() }),
  }
  const statement = await pack.sign(plane, 'decision', changes.decision?.(honest) ?? honest)
  return { type: 'release.decided', actor: 'control-plane', subject: RELEASE, payload: { verdict: honest.verdict }, refs: [statement, inputsDigest] }
}

/** Leaves, hashes and inclusion proofs of a ledger that holds exactly `facts`. */
function treeOf(facts: readonly BundleFact[]): { readonly entries: readonly BundleEntry[]; readonly hashes: readonly Uint8Array[]; readonly root: Uint8Array } {
  const hashes: Uint8Array[] = []
  const leaves: Uint8Array[] = []
  const salts: Uint8Array[] = []
  let prev = genesisLink(nodeDigest, ORIGIN, 0)
  for (const [seq, fact] of facts.entries()) {
    const salt = nodeDigest.sha256(utf8Bytes(`salt ${seq}`))
    const { payload, ...rest } = fact
    const body = encodeEntryBody({
      ...rest, v: 1, id: `0197a000-0000-7000-8000-${seq.toString(16).padStart(12, '0')}`, ts: instantAt(seq),
      src: { producer: 'seaworthy', version: '0.1.0' }, payload: commitPayload(nodeDigest, salt, payload),
    })
    const leaf = encodeLeaf({ seq, timeMs: START_MS + 25_000 + seq * 1000, prev, body })
    prev = hashLeaf(nodeDigest, leaf)
    hashes.push(prev)
    leaves.push(leaf)
    salts.push(salt)
  }
  const entries = facts.map((fact, seq) => ({
    seq, leaf: leaves[seq]!, proof: buildInclusionProof(nodeDigest, hashes, seq), payload: { salt: salts[seq]!, value: fact.payload },
  }))
  return { entries, hashes, root: merkleRoot(nodeDigest, hashes) }
}

function instantAt(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString()
}

function jsonOf(value: unknown): Json {
  return JSON.parse(canonicalize(value)) as Json
}
