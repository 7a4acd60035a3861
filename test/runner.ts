// Builders for the runner's tests: gates, plans, requests, and sinks that judge as the control plane does.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { bytesOfBase64, contentDigest, utf8Text } from '../src/kernel/index.ts'
import type { Signer } from '../src/kernel/index.ts'
import {
  systemClock,
  systemDialSql,
  systemDigest,
  systemFetch,
  systemRandom,
  systemSpawn,
  systemVerifier,
  systemWire,
} from '../src/platform/index.ts'
import { parseEnvelope, parseStatement } from '../src/proof/index.ts'
import type { GateRunPredicate } from '../src/proof/index.ts'
import { judgeGate, planHashOf } from '../src/verdict/index.ts'
import type {
  Capture,
  Check,
  GateResult,
  Judgement,
  Plan,
  PlanGate,
  RunTerms,
  StoredStatus,
  Subject,
} from '../src/verdict/index.ts'
import { runPlan } from '../src/runner/index.ts'
import type { EvidenceBlob } from '../src/gates/index.ts'
import type { RunRequest, RunSink } from '../src/runner/index.ts'

export const systemPorts = {
  spawn: systemSpawn,
  fetch: systemFetch,
  dialSql: systemDialSql,
  clock: systemClock,
  wire: systemWire,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
}

export const aSubject: Subject = {
  service: 'ledger',
  version: '1.2.3',
  environment: 'staging',
  digests: { release: 'a'.repeat(64) },
}

/** A proven read that asserts what its kind is asked for most: exit 0, status 200, one row, a found text, a yes. */
export function aGate(id: string, check: Check, more: Partial<PlanGate> = {}): PlanGate {
  return {
    id,
    title: id,
    section: 'Checks',
    severity: 'required',
    needs: [],
    check,
    assertions:
      check.type === 'command' ? [{ read: { from: 'exitCode' }, op: 'eq', value: 0 }] : [],
    effect: 'read',
    provenRead: true,
    parameters: [],
    holes: [],
    slots: [],
    toggles: [],
    timeoutMs: 20_000,
    retries: 0,
    unsound: [],
    source: { line: 1, sha256: `sha256:${'b'.repeat(64)}` },
    ...more,
  }
}

export function aCommand(id: string, script: string, more: Partial<PlanGate> = {}): PlanGate {
  return aGate(id, { type: 'command', language: 'bash', script }, more)
}

export function aPlan(gates: readonly PlanGate[]): Plan {
  return {
    format: 'seaworthy-plan/1',
    source: { name: 'checklist.md', sha256: `sha256:${'c'.repeat(64)}` },
    service: aSubject.service,
    version: aSubject.version,
    environment: aSubject.environment,
    gates,
    signOffs: [],
  }
}

export function aRequest(plan: Plan, sink: RunSink, more: Partial<RunRequest> = {}): RunRequest {
  return {
    plan,
    planHash: planHashOf(systemDigest, plan),
    runId: '01900000-0000-7000-8000-000000000001',
    subject: aSubject,
    terms: { parameters: {}, confirmed: [] },
    runnerId: 'runner-1',
    version: '0.1.0',
    signer: aSigner(),
    ports: systemPorts,
    sink,
    workspace: 'none',
    ...more,
  }
}

/** A fresh ECDSA P-256 key. */
export function aSigner(): Signer {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const publicKey = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  return {
    algorithm: 'ecdsa-p256-sha256',
    publicKey,
    sign: (message) => Promise.resolve(new Uint8Array(sign('sha256', message, key))),
  }
}

/** One submission, opened. */
export interface Submission {
  readonly predicate: GateRunPredicate
  readonly capture: Capture
  /** Evidence by name; the capture as well. */
  readonly evidence: Readonly<Record<string, Uint8Array>>
  readonly envelope: Uint8Array
  readonly judgement: Judgement
}

/** Opens what a runner submitted and judges it. Throws when the statement names evidence that did not come. */
export function openSubmission(
  plan: Plan,
  terms: RunTerms,
  envelope: Uint8Array,
  blobs: readonly EvidenceBlob[],
): Submission {
  const opened = parseEnvelope(envelope)
  if (!opened.ok) throw new Error(opened.reason)
  const statement = parseStatement(opened.value.payload)
  if (!statement.ok || statement.value.kind !== 'gate-run') throw new Error('expected a gate run')
  const { predicate } = statement.value
  const evidence: Record<string, Uint8Array> = {}
  for (const ref of predicate.evidence) {
    const blob = blobs.find((each) => each.digest === ref.digest)
    if (blob?.bytes.length !== ref.sizeBytes) throw new Error(`expected the evidence ${ref.name}`)
    evidence[ref.name] = blob.bytes
  }
  const gate = plan.gates.find((each) => each.id === predicate.gate)
  const bytes = evidence['capture']
  if (gate === undefined || bytes === undefined)
    throw new Error('expected a gate of the plan and its capture')
  const capture = JSON.parse(utf8Text(bytes)) as Capture
  return {
    predicate,
    capture,
    evidence,
    envelope,
    judgement: judgeGate(gate, capture, evidence, terms, {
      startedAtMs: Date.parse(predicate.startedAt),
      finishedAtMs: Date.parse(predicate.finishedAt),
      ...(predicate.consumed === undefined ? {} : { consumed: predicate.consumed }),
    }),
  }
}

export interface MemorySink extends RunSink {
  readonly intents: string[]
  readonly submissions: Map<string, Submission>
}

/** Built-in checks need a control plane, which these sinks are not. */
const refuseBuiltin: RunSink['perform'] = (gate) =>
  Promise.reject(new Error(`expected no built-in check, got ${gate}`))

function resultOf({ predicate, judgement, envelope }: Submission): GateResult {
  return {
    ...judgement,
    gate: predicate.gate,
    definition: predicate.definition,
    evidence: predicate.evidence,
    statement: contentDigest(systemDigest.sha256(envelope)),
  }
}

/** Keeps everything in memory, by gate; the last attempt stays. */
export function memorySink(
  plan: Plan,
  terms: RunTerms = { parameters: {}, confirmed: [] },
): MemorySink {
  const intents: string[] = []
  const submissions = new Map<string, Submission>()
  return {
    intents,
    submissions,
    intend: (gate, attempt) => {
      intents.push(`${gate}#${attempt}`)
      return Promise.resolve()
    },
    perform: refuseBuiltin,
    results: () => Promise.resolve([...submissions.values()].map(resultOf)),
    record: (gate, _attempt, statement, blobs) => {
      const submission = openSubmission(plan, terms, statement, blobs)
      submissions.set(gate, submission)
      return Promise.resolve(submission.judgement)
    },
  }
}

/** Keeps intents and records as files, so that another process can take up the run. */
export function folderSink(folder: string, plan: Plan, terms: RunTerms): RunSink {
  return {
    intend: (gate, attempt) => {
      writeFileSync(join(folder, `${gate}.${attempt}.intent`), '')
      return Promise.resolve()
    },
    perform: refuseBuiltin,
    // Who takes up a run from files takes nothing from other gates.
    results: () => Promise.resolve([]),
    record: (gate, attempt, statement, blobs) => {
      const { judgement } = openSubmission(plan, terms, statement, blobs)
      const envelope = Buffer.from(statement).toString('base64')
      writeFileSync(
        join(folder, `${gate}.${attempt}.record`),
        JSON.stringify({ status: judgement.status, envelope }),
      )
      return Promise.resolve(judgement)
    },
  }
}

/** What the files of a `folderSink` say about the run. */
export function readFolderSink(folder: string): {
  readonly results: Record<string, StoredStatus>
  readonly envelopes: Record<string, Uint8Array>
  readonly unfinished: string[]
  readonly attempts: Record<string, number>
} {
  const results: Record<string, StoredStatus> = {}
  const envelopes: Record<string, Uint8Array> = {}
  const attempts: Record<string, number> = {}
  for (const name of readdirSync(folder).sort()) {
    const [gate = '', attempt = '', kind] = name.split('.')
    if (kind === 'intent') attempts[gate] = Number(attempt)
    if (kind !== 'record') continue
    const record = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      status: StoredStatus
      envelope: string
    }
    results[gate] = record.status
    envelopes[gate] = bytesOfBase64(record.envelope)
  }
  return {
    results,
    envelopes,
    attempts,
    unfinished: Object.keys(attempts).filter((gate) => !(gate in results)),
  }
}

/** Runs one gate and opens what was submitted. */
export async function runGate(gate: PlanGate, more: Partial<RunRequest> = {}): Promise<Submission> {
  const plan = aPlan([gate])
  const sink = memorySink(plan, more.terms)
  await runPlan(aRequest(plan, sink, more))
  const submission = sink.submissions.get(gate.id)
  if (submission === undefined) throw new Error(`expected a submission of ${gate.id}`)
  return submission
}

export function textOf(submission: Submission, name: string): string | undefined {
  const bytes = submission.evidence[name]
  return bytes === undefined ? undefined : utf8Text(bytes)
}

/** A folder that is gone after the test. */
export function aFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}
