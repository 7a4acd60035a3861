// A served tenant with a reviewed plan, an enrolled runner of another data folder, and somebody who asks for runs over the API.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRequest } from '../src/dispatch/index.ts'
import { openWorkplace } from './e2e/command-line.ts'
import type { CommandChild, Workplace } from './e2e/command-line.ts'

const WAIT_LIMIT_MS = 4 * 60_000
const LOOK_MS = 50

export interface AskedPier {
  readonly server: Workplace
  /** The data folder of the machine that runners wait on. */
  readonly machine: Workplace
  readonly url: string
  /** Of a developer for staging alone. */
  readonly key: string
  call<Data>(method: string, path: string, body?: unknown): Promise<Answer<Data>>
  /** Pins the checklist for staging and has a person review it. */
  review(name: string, checklist: string): Promise<string>
  /** Asks, and confirms what is shown. */
  ask(planHash: string, more?: object): Promise<RunRequest>
  /** Waits until a request is in one of the states. */
  until(requestId: string, ...states: readonly string[]): Promise<RunRequest>
  startRunner(...words: readonly string[]): CommandChild
}

export interface Answer<Data> {
  readonly status: number
  readonly data: Data
  readonly text: string
}

export async function untilTrue(
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const endMs = performance.now() + WAIT_LIMIT_MS
  while (!(await isSo())) {
    assert.ok(performance.now() < endMs, `expected in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

export async function openAskedPier(
  after: (clean: () => Promise<void>) => void,
  settings: Readonly<Record<string, string>> = {},
): Promise<AskedPier> {
  const server = openWorkplace(undefined, settings)
  const served = await server.serve()
  const issue = async (...words: readonly string[]): Promise<string> =>
    (await server.ask<{ key: string }>(['api-key', 'create', ...words])).data.key
  const admin = await issue('boss', '--role', 'admin')
  const key = await issue('dev', '--role', 'developer', '--environment', 'staging')
  const reach = { SEAWORTHY_URL: served.url }
  const enrolling = openWorkplace(undefined, { ...reach, SEAWORTHY_KEY: admin })
  assert.equal((await enrolling.ask(['runner', 'enrol', 'ci'])).exit, 0)
  assert.equal((await enrolling.ask(['key', 'create', 'rita'])).exit, 0)
  const machine = openWorkplace(enrolling.dataFolder, { ...reach, SEAWORTHY_KEY: key })
  const children: CommandChild[] = []
  after(async () => {
    for (const { child, ended } of children) {
      child.kill('SIGTERM')
      await ended
    }
    await served.stop()
    for (const place of [server, enrolling, machine]) place.remove()
  })
  const call = async <Data>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer<Data>> => {
    const answer = await fetch(new URL(path, served.url), {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const { data } = JSON.parse(text) as { data: Data }
    return { status: answer.status, data, text }
  }
  return {
    server,
    machine,
    url: served.url,
    key,
    call,
    async review(name, checklist) {
      const file = enrolling.write(`${name}.md`, checklist)
      const out = join(enrolling.folder, `${name}.plan.yaml`)
      const made = await enrolling.ask(['plan', file, '--environment', 'staging', '--out', out])
      assert.equal(made.exit, 0, made.stdout)
      const words = ['plan', 'review', out, '--as', 'rita']
      const reviewed = await enrolling.ask<{ planHash: string }>(words)
      assert.equal(reviewed.exit, 0, reviewed.stdout)
      return reviewed.data.planHash
    },
    async ask(planHash, more = {}) {
      interface Asked {
        readonly request: RunRequest | null
        readonly preview: { readonly token: string } | null
      }
      const wish = { planHash, ...more }
      const first = await call<Asked>('POST', '/v1/run-requests', wish)
      if (first.status === 201 && first.data.request !== null) return first.data.request
      assert.equal(first.status, 200, first.text)
      const confirmToken = first.data.preview?.token
      const second = await call<Asked>('POST', '/v1/run-requests', { ...wish, confirmToken })
      assert.ok(second.data.request !== null && second.status === 201, second.text)
      return second.data.request
    },
    async until(requestId, ...states) {
      let last: RunRequest | undefined
      await untilTrue(`${requestId} ${states.join(' or ')}`, async () => {
        last = (await call<RunRequest>('GET', `/v1/run-requests/${requestId}`)).data
        return states.includes(last.state)
      })
      return last!
    },
    startRunner(...words) {
      const start = ['runner', 'start', '--environment', 'staging', '--runner', 'ci', '--json']
      const child = machine.start([...start, ...words])
      children.push(child)
      return child
    },
  }
}

/** How often a line stands in a file that may not be there. */
export function linesIn(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n')
  } catch {
    // Nothing has written it.
    return []
  }
}
