// Plans, runs, requests for runs and releases that are full of commands which somebody would like a server to start.
import assert from 'node:assert/strict'
import { claimWord, seatWord } from '../src/dispatch/index.ts'
import { base64Of, canonicalBytes, contentDigest, utf8Bytes } from '../src/kernel/index.ts'
import { buildStatement, sealStatement, subjectsOf } from '../src/proof/index.ts'
import { nodeDigest } from './crypto.ts'
import type { Hostile } from './hostile.ts'

interface Gate {
  readonly id: string
  check: unknown
  assertions: unknown
}
interface Draft {
  readonly plan: { readonly gates: readonly Gate[] }
}
interface Pinned {
  readonly planHash: `sha256:${string}`
}

const SUBJECT = { digests: { release: 'a'.repeat(64) } }

export async function sendPlans(hostile: Hostile): Promise<void> {
  const { ask, word } = hostile
  const list = utf8Bytes(checklist(hostile))
  await ask('POST /v1/imports', list, {}, { name: `${word}.md`.replaceAll('/', '') })
  await ask('POST /v1/imports', utf8Bytes(`{{${word}}}`), {}, { name: 'a.yaml' })
  await ask('POST /v1/releases', { service: 'ebb', version: '1.0.0', author: null })
  await ask('POST /v1/releases', { service: word, version: '1', author: null })
}

/** A run of all three kinds, confirmed, with what a runner would send. @returns its id */

export async function sendRun(hostile: Hostile, service: string): Promise<string> {
  const { ask, word } = hostile
  const { planHash, gates } = await pin(hostile, service)
  const parameters = { main: 'postgres://postgres@127.0.0.1:5432/postgres', NAME: word }
  const started = await ask<{
    readonly run: { readonly runId: string }
    readonly preview: { readonly token: string }
  }>('POST /v1/runs', {
    planHash,
    runner: { id: word, machine: word, pid: 1 },
    parameters: { main: parameters.main },
    parametersDigest: contentDigest(nodeDigest.sha256(canonicalBytes({ main: parameters.main }))),
    subject: { service, version: '1.0.0', environment: 'production', ...SUBJECT },
    call: { file: word, options: { exec: word } },
  })
  await ask('POST /v1/action-tokens/confirm', { token: started.preview.token })
  const { runId } = started.run
  for (const { id: gate } of gates) {
    const intent = { gate, attempt: 1, holder: word }
    await ask('POST /v1/runs/{runId}/intents', intent, { runId })
    await ask('POST /v1/runs/{runId}/built-in', intent, { runId })
  }
  const holder = word
  await ask('POST /v1/runs/{runId}/results', utf8Bytes(word), { runId })
  await ask('POST /v1/runs/{runId}/lease', { holder }, { runId })
  await ask('POST /v1/runs/{runId}/pause', { holder, isWaiting: true }, { runId })
  await ask('POST /v1/runs/{runId}/finish', undefined, { runId })
  return runId
}

/** A run that is asked for, taken by an enrolled runner, started and ended. */

export async function sendAsked(hostile: Hostile, service: string): Promise<void> {
  const { ask, ground, word } = hostile
  const { planHash } = await pin(hostile, service)
  const approval = { what: 'plan', digest: planHash, principal: ground.person.id } as const
  await ask('POST /v1/plan-reviews', await sealed(hostile, 'approval', approval))
  await ask('POST /v1/plan-reviews', utf8Bytes(word))
  const first = await request(hostile, planHash)
  await ask('POST /v1/run-requests/{requestId}/cancel', undefined, { requestId: first })
  const { runner } = ground
  const offer = { services: [service, word], environments: ['production'], labels: [] }
  const seated = {
    runner: runner.id,
    machine: word,
    offer,
    at: new Date().toISOString(),
  }
  const signed = base64Of(await runner.signer.sign(seatWord(seated)))
  const { seatId } = await ask<{ seatId: string }>('POST /v1/runner-seats', {
    ...seated,
    signature: signed,
  })
  for (const isStarted of [false, true]) {
    const requestId = await request(hostile, planHash)
    const holder = { id: `${requestId}/h`, machine: word, pid: 1 }
    const at = new Date().toISOString()
    const claim = claimWord({ runner: runner.id, request: requestId, holder, at })
    const signature = base64Of(await runner.signer.sign(claim))
    const path = 'POST /v1/run-requests/{requestId}'
    const fill = { requestId }
    await ask(`${path}/claim`, { seat: seatId, holder, at, signature }, fill)
    if (isStarted) await ask(`${path}/start`, { holder }, fill)
    else await ask(`${path}/decline`, { holder: holder.id, reason: word }, fill)
    await ask(`${path}/end`, { holder: holder.id }, fill)
  }
  await ask('POST /v1/runner-seats/{seatId}/leave', undefined, { seatId })
}

export async function sendRelease(hostile: Hostile, service: string, run: string): Promise<void> {
  const { ask, ground, word } = hostile
  const fill = { service, version: '1.0.0' }
  const release = 'POST /v1/releases/{service}/{version}'
  const digest = contentDigest(nodeDigest.sha256(utf8Bytes(word)))
  const signOff = {
    release: `${service}@1.0.0`,
    run,
    role: word,
    decision: 'APPROVE',
    reviewHash: digest,
  }
  const words = { ...signOff, principal: ground.person.id, comment: word }
  await ask('POST /v1/sign-offs', await sealed(hostile, 'sign-off', words))
  for (const route of ['POST /v1/changes', 'POST /v1/waivers'])
    await ask(route, utf8Bytes(JSON.stringify({ sh: word })))
  await ask(`${release}/decisions`, undefined, fill)
  await ask(`${release}/attestations/{format}`, undefined, { ...fill, format: 'vsa' })
  await ask(`${release}/bundles`, undefined, fill)
  await ask(`${release}/bundles`, undefined, fill, { run: word })
}

function checklist({ ground }: Hostile): string {
  const { marker } = ground
  const gate = (name: string): string =>
    `- [ ] **${name}**\n  \`\`\`bash\n  pwd > ${marker} && test -d .\n  \`\`\`\n`
  return `# Tide 1.0.0\n\n${['Command', 'Query', 'Document'].map(gate).join('\n')}`
}

/** Pins a plan of a command, a query that starts a program, and a document. */

async function pin(
  hostile: Hostile,
  service: string,
): Promise<Pinned & { readonly gates: readonly Gate[] }> {
  const { ask, ground } = hostile
  const query = { name: 'tide.md', service, version: '1.0.0', environment: 'production' }
  const list = utf8Bytes(checklist(hostile))
  const { plan } = await ask<Draft>('POST /v1/plan-drafts', list, {}, query)
  const { marker } = ground
  const copy = { type: 'sql', connection: 'main', text: `copy t to program 'touch ${marker}'` }
  const exists = (field: string): unknown => [{ read: { from: field }, op: 'exists' }]
  Object.assign(plan.gates[1]!, { check: copy, assertions: exists('rowCount') })
  const document = { type: 'document', path: '/etc/hostname' }
  Object.assign(plan.gates[2]!, { check: document, assertions: exists('text') })
  const text = utf8Bytes(JSON.stringify(plan))
  const where = { kind: 'plan', name: `${service}.json` }
  const { planHash } = await ask<Pinned>('POST /v1/plans', text, {}, where)
  return { planHash, gates: plan.gates }
}

async function request({ ask, word }: Hostile, planHash: string): Promise<string> {
  interface Asked {
    readonly request: { readonly requestId: string } | null
    readonly preview: { readonly token: string } | null
  }
  const wish = { planHash, parameters: { main: word } }
  const first = await ask<Asked>('POST /v1/run-requests', wish)
  if (first.request !== null) return first.request.requestId
  const confirmToken = first.preview?.token
  const second = await ask<Asked>('POST /v1/run-requests', { ...wish, confirmToken })
  assert.ok(second.request !== null)
  return second.request.requestId
}

async function sealed(
  { ground }: Hostile,
  kind: 'approval' | 'sign-off',
  predicate: object,
): Promise<Uint8Array> {
  const subjects = subjectsOf({ service: 'ebb', version: '1.0.0', ...SUBJECT })
  const words = { ...predicate, at: new Date().toISOString() }
  const statement = buildStatement(kind, subjects, words as never)
  return (await sealStatement(nodeDigest, ground.person.signer, statement)).bytes
}
