// How the gates of our own release ask the served candidate: one request, one wait, one receiver; what was found is told as lines `Label: number`.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

const WAIT_LIMIT_MS = 60_000
const WAIT_STEP_MS = 100

export interface Answer<Data> {
  readonly status: number
  readonly headers: Headers
  readonly code: string | undefined
  readonly data: Data
}

export const ownKey = valueOf('CANDIDATE_KEY')
export const candidateUrl = new URL(valueOf('CANDIDATE_URL'))
/** Of this run, so that what an earlier one left is not taken for ours. */
export const mark = randomBytes(6).toString('hex')

function valueOf(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`expected ${name}`)
  return value
}

export async function ask<Data = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  { key = ownKey, headers = {} }: { key?: string; headers?: Record<string, string> } = {},
): Promise<Answer<Data>> {
  const answer = await fetch(new URL(path, candidateUrl), {
    method,
    redirect: 'error',
    headers: {
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const told = text === '' ? {} : (JSON.parse(text) as { data?: Data; code?: string })
  return {
    status: answer.status,
    headers: answer.headers,
    code: told.code,
    data: told.data as Data,
  }
}

/** The bare answer of a reading route, whatever its form. */
export function read(path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${ownKey}` }
  return fetch(new URL(path, candidateUrl), { headers })
}

/** As `ask`, for what has to succeed. */
export async function must<Data = Record<string, unknown>>(
  ...asked: Parameters<typeof ask>
): Promise<Data> {
  const { status, code, data } = await ask<Data>(...asked)
  expect(status < 300, `${asked[0]} ${asked[1]}: ${status} ${code ?? ''}`)
  return data
}

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}

/** Looks again and again. @throws when it is not there within a minute */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  const end = performance.now() + WAIT_LIMIT_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`${what}: not within ${WAIT_LIMIT_MS / 1_000} s`)
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS))
  }
}

export async function makeKey(role: string, headers: Record<string, string> = {}) {
  const wish = { name: `certify ${mark}`, role, lifetimeS: 3_600 }
  return must<{ key: string; id: string }>('POST', '/v1/api-keys', wish, { headers })
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Takes what comes on this machine. The status is what it answers from then on. */
export async function openReceiver(): Promise<{
  readonly url: string
  readonly received: Received[]
  status: number
  /** Repeats what a test asks it to repeat. */
  answer(body: string): string
  close(): void
}> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      received.push({ headers: request.headers, body })
      response.writeHead(receiver.status).end(receiver.answer(body))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const receiver = {
    url: `http://127.0.0.1:${port}/certify`,
    received,
    status: 200,
    answer: (_body: string): string => '',
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return receiver
}

/** Standard Webhooks v1, computed here and not by the code that signs. */
export function isSigned(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const expected = createHmac('sha256', key).update(signed).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((each) => each.startsWith('v1,'))
    .some((each) => {
      const got = Buffer.from(each.slice(3), 'base64')
      return got.length === expected.length && timingSafeEqual(got, expected)
    })
}

export function tell(figures: Readonly<Record<string, number>>): void {
  for (const [label, value] of Object.entries(figures)) process.stdout.write(`${label}: ${value}\n`)
}
