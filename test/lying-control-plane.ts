// A control plane of a test's own that a runner waits on: one lie for each look, and an honest one at the end.
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildStatement, keyIdOf, sealStatement, subjectsOf } from '../src/proof/index.ts'
import { base64Of, contentDigest, UUID_CHANCE_BYTES, uuidV7 } from '../src/kernel/index.ts'
import type { Signer } from '../src/kernel/index.ts'
import { planHashOf } from '../src/verdict/index.ts'
import type { Plan } from '../src/verdict/index.ts'
import { nodeDigest, nodeRandom, testSigner } from './crypto.ts'
import { aGate, aPlan } from './decisions.ts'

/** What a look comes to; the lie changes it before the runner sees any of it. */
export interface Offered {
  readonly requestId: string
  /** Answers by method and path, each as it stands when it is asked for. */
  readonly answers: Map<string, Answer>
  offers: unknown
  claimed: { request: Record<string, unknown>; plan: unknown; reviews: unknown }
  started: Record<string, unknown> & { run: Record<string, unknown>; plan: unknown }
  people: Record<string, unknown>[]
}

export type Answer = (response: ServerResponse) => void

export interface FakePerson {
  readonly id: string
  readonly signer: Signer
  readonly listed: Record<string, unknown>
}

export interface LyingPlane {
  readonly url: string
  /** The person whose reviews the runner believes. */
  readonly rita: FakePerson
  readonly plan: Plan
  /** The file that commands write. */
  readonly marker: string
  /** Another host. */
  readonly elsewhere: string
  /** Keeps the statement where the runner asks for it. @returns its digest */
  keep(bytes: Uint8Array): string
  approve(person: FakePerson, planHash: string, more?: object): Promise<Uint8Array>
  /** Requests that came, by method and path. */
  readonly asked: string[]
  close(): Promise<void>
}

export function aPerson(kind = 'person', signer = testSigner('ecdsa-p256-sha256')): FakePerson {
  const keyId = keyIdOf(nodeDigest, signer.publicKey)
  const id = `${kind}-${keyId.slice(0, 16)}`
  const publicKey = base64Of(signer.publicKey)
  const listed = { id, kind, person: id, displayName: kind, roles: [], keyId, publicKey }
  return { id, signer, listed }
}

/** A plan of one command that writes down where it ran. */
export function planOf(marker: string): Plan {
  const script = `pwd >> ${marker}`
  const check = { type: 'command', language: 'bash', script } as const
  const gate = aGate({ id: 'mark', check, effect: 'write-staging', provenRead: false })
  return aPlan([gate], { service: 'tide', version: '1.0.0' })
}

export function answerJson(value: unknown, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
}

/** @param lies one for each look, in their order; after them nothing is offered */
export async function openLyingPlane(
  { marker, elsewhere }: Pick<LyingPlane, 'marker' | 'elsewhere'>,
  lies: readonly ((offered: Offered, plane: LyingPlane) => void | Promise<void>)[],
): Promise<LyingPlane> {
  const rita = aPerson()
  const plan = planOf(marker)
  const statements = new Map<string, Uint8Array>()
  const registered: Record<string, unknown>[] = []
  const asked: string[] = []
  let offered: Offered | undefined
  let looks = 0
  const look = async (): Promise<unknown> => {
    const lie = lies[looks++]
    offered = undefined
    if (lie === undefined) return []
    const next = await offer(plane, registered)
    await lie(next, plane)
    offered = next
    return next.offers
  }
  const answer = async (request: IncomingMessage, body: string): Promise<Answer> => {
    const name = `${request.method} ${(request.url ?? '').split('?')[0]}`
    asked.push(name)
    const own = offered?.answers.get(nameless(name))
    if (own !== undefined && !name.endsWith('/offers')) return own
    if (name === 'POST /v1/principals') return answerJson({ data: register(registered, body) }, 201)
    if (name === 'GET /v1/principals')
      return answerJson({
        data: [...registered, ...(offered?.people ?? [rita.listed])],
        next: null,
      })
    if (name === 'POST /v1/runner-seats') return answerJson({ data: { seatId: randomUUID() } }, 201)
    if (name.endsWith('/offers')) {
      const data = await look()
      return offered?.answers.get('GET offers') ?? answerJson({ data })
    }
    if (name.startsWith('GET /v1/evidence/')) return answerFile(statements, name)
    if (name === 'GET /v1/run-requests') return answerJson({ data: [], next: null })
    return answerRun(name, offered)
  }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      answer(request, Buffer.concat(parts).toString('utf8')).then(
        (write) => write(response),
        (thrown: unknown) => answerJson({ thrown: String(thrown) }, 500)(response),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const plane: LyingPlane = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rita,
    plan,
    marker,
    elsewhere,
    asked,
    keep(bytes) {
      const digest = contentDigest(nodeDigest.sha256(bytes))
      statements.set(digest, bytes)
      return digest
    },
    async approve(person, planHash, more = {}) {
      const digests = { release: 'a'.repeat(64) }
      const words = { what: 'plan', digest: planHash, principal: person.id, ...more }
      const statement = buildStatement(
        'approval',
        subjectsOf({ service: 'tide', version: '1.0.0', digests }),
        { ...words, at: new Date().toISOString() } as never,
      )
      return (await sealStatement(nodeDigest, person.signer, statement)).bytes
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return plane
}

/** What an honest control plane says of the plan that Rita reviewed. */
async function offer(
  plane: LyingPlane,
  registered: readonly Record<string, unknown>[],
): Promise<Offered> {
  const { plan, rita } = plane
  const planHash = planHashOf(nodeDigest, plan)
  const requestId = uuidV7(Date.now(), nodeRandom.bytes(UUID_CHANCE_BYTES))
  const { service, version, environment } = plan
  const subject = { service, version, environment, digests: { release: 'a'.repeat(64) } }
  const about = { planHash, service, version }
  const statement = plane.keep(await plane.approve(rita, planHash))
  return {
    requestId,
    answers: new Map(),
    offers: [requestId],
    claimed: {
      request: {
        ...aRequest(requestId, subject, plan),
        ...about,
        runnerId: registered[0]?.['id'] ?? null,
      },
      plan,
      reviews: [{ principal: rita.id, statement }],
    },
    started: {
      run: { ...about, ...aRun(subject, plan) },
      plan,
      isResumed: false,
      preview: null,
      finished: {},
      unfinished: [],
      attempts: {},
    },
    people: [rita.listed],
  }
}

function aRequest(requestId: string, subject: object, plan: Plan): Record<string, unknown> {
  const at = new Date().toISOString()
  const confirmed = plan.gates.map(({ id }) => id)
  return {
    requestId,
    environment: plan.environment,
    wish: { parameters: {}, subject, labels: [], confirmed, resume: 'none', repeat: false },
    askedBy: 'somebody',
    askedAt: at,
    expiresAt: at,
    state: 'claimed',
    stateAt: at,
    reason: null,
    runId: null,
    isCancelAsked: false,
  }
}

function aRun(subject: object, plan: Plan): Record<string, unknown> {
  return {
    runId: randomUUID(),
    terms: { parameters: {}, confirmed: plan.gates.map(({ id }) => id) },
    subject,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    isWaiting: false,
  }
}

/** Without ids and digests. */
function nameless(name: string): string {
  return name.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/\/sha256.*/, '')
}

function answerRun(name: string, offered: Offered | undefined): Answer {
  if (offered === undefined) return answerJson({ data: null })
  const { claimed, started } = offered
  if (name.endsWith('/claim')) return answerJson({ data: claimed })
  if (name.endsWith('/start')) return answerJson({ data: started }, 201)
  if (/\/(?:decline|end)$/.test(name))
    return answerJson({ data: { ...claimed.request, state: 'declined' } })
  if (name.endsWith('/results')) return answerJson({ data: { status: 'PASS', reason: 'so' } })
  const view = { run: started.run, plan: started.plan, results: [], attempts: {}, reviews: [] }
  return answerJson({ data: view })
}

function answerFile(statements: ReadonlyMap<string, Uint8Array>, name: string): Answer {
  const bytes = statements.get(decodeURIComponent(name.split('/').at(-1) ?? ''))
  return (response) => {
    response.writeHead(bytes === undefined ? 404 : 200, {
      'content-type': 'application/octet-stream',
    })
    response.end(bytes)
  }
}

function register(registered: Record<string, unknown>[], body: string): Record<string, unknown> {
  const { kind, publicKey } = JSON.parse(body) as { kind: string; publicKey: string }
  const keyId = keyIdOf(nodeDigest, Buffer.from(publicKey, 'base64'))
  const id = `${kind}-${keyId.slice(0, 16)}`
  const listed = { id, kind, person: id, displayName: kind, roles: [], keyId, publicKey }
  registered.push(listed)
  return listed
}
