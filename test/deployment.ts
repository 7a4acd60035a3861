// Servers and workers of one deployment: as many as a test wants, on one database, with the same keys, and load upon them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { uuidV7 } from '../src/kernel/index.ts'
import { nodeRandom } from './crypto.ts'
import { openWorkplace } from './e2e/command-line.ts'
import type { CommandChild, ServedFolder, Workplace } from './e2e/command-line.ts'

export interface Deployment {
  /** Of the operator; the same for every server. */
  readonly key: string
  readonly first: ServedFolder
  readonly place: Workplace
  /** One more server, with a data folder of its own and the keys of the first. */
  serve(): Promise<ServedFolder>
  work(): CommandChild
}

/** Starts its first server; everything ends with the test. */
export async function openDeployment(
  t: TestContext,
  settings: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const open = (keys?: string): Workplace => {
    const place = openWorkplace(undefined, settings)
    t.after(() => place.remove())
    if (keys !== undefined) {
      mkdirSync(place.dataFolder, { mode: 0o700 })
      assert.equal(spawnSync('cp', ['-a', keys, place.dataFolder]).status, 0)
    }
    return place
  }
  const serveIn = async (place: Workplace): Promise<ServedFolder> => {
    const served = await place.serve(['--log', 'json'])
    t.after(() => served.stop())
    return served
  }
  const place = open()
  const first = await serveIn(place)
  const keys = join(place.dataFolder, 'keys')
  const secret = readFileSync(join(keys, 'api.secret'), 'utf8').trim()
  return {
    key: Buffer.from(secret, 'base64').toString('base64url'),
    first,
    place,
    serve: () => serveIn(open(keys)),
    work() {
      const worker = open(keys).start(['worker', '--log', 'json'])
      t.after(async () => {
        worker.child.kill('SIGTERM')
        await worker.ended
      })
      return worker
    },
  }
}

export interface Answer {
  readonly status: number
  readonly mediaType: string
  readonly body: string
}

/** Rejects when the connection itself fails, which no fault behind a server may cause. */
export async function askServer(
  url: string,
  key: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(new URL(path, url), {
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  return {
    status: answer.status,
    mediaType: answer.headers.get('content-type') ?? '',
    body: await answer.text(),
  }
}

/** A refusal that tells what to do and nothing of what is inside. */
export function assertUnavailable({ status, mediaType, body }: Answer): void {
  assert.equal(status, 503, body)
  assert.match(mediaType, /^application\/problem\+json/)
  const problem = JSON.parse(body) as Record<string, unknown>
  assert.match(String(problem['code']), /^[A-Z]+(?:_[A-Z0-9]+)+$/)
  assert.notEqual(problem['hint'], '')
  assert.doesNotMatch(body, /ECONNREFUSED|terminating connection|\bat [\w.<>]+ \(|select |insert /i)
}

export interface Load {
  readonly acknowledged: readonly string[]
  readonly refused: readonly Answer[]
  /** Ends when what is on its way has been answered. @throws what a writer met that was no answer */
  end(): Promise<void>
}

const NOTE_PAUSE_MS = 5

/** Writers that append notes one after the other, each under an id of its own, and keep those that were acknowledged. */
export function writeNotes(urls: readonly string[], key: string, writerCount: number): Load {
  const [acknowledged, refused] = [[] as string[], [] as Answer[]]
  const over = new AbortController()
  const write = async (nth: number): Promise<void> => {
    while (!over.signal.aborted) {
      const id = uuidV7(Date.now(), nodeRandom.bytes(10))
      const note = { id, type: 'note.appended', subject: 'harbour', payload: { nth } }
      const answer = await askServer(urls[nth % urls.length]!, key, '/v1/ledger/entries', note)
      if (answer.status === 200 || answer.status === 201) acknowledged.push(id)
      else refused.push(answer)
      await pause(NOTE_PAUSE_MS)
    }
  }
  const writing = Promise.all(Array.from({ length: writerCount }, (_, nth) => write(nth)))
  // Told by `end`.
  writing.catch(() => undefined)
  return {
    acknowledged,
    refused,
    async end() {
      over.abort()
      await writing
    },
  }
}

interface Page {
  readonly data: {
    readonly entries: readonly { readonly body: { readonly id: string } }[]
    readonly nextSeq: number | null
  }
}

/** Ids of every entry that the log has. */
export async function readIds(url: string, key: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  let from: number | undefined = 0
  while (from !== undefined) {
    const answer = await askServer(url, key, `/v1/ledger/entries?limit=1000&from=${from}`)
    assert.equal(answer.status, 200, answer.body)
    const page: Page = JSON.parse(answer.body)
    for (const { body } of page.data.entries) ids.add(body.id)
    from = page.data.nextSeq ?? undefined
  }
  return ids
}
