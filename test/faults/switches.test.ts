// kill -9 while switches flap: rows, history and ledger facts agree afterwards, and every acknowledged flip is there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from '../e2e/command-line.ts'

interface Switch {
  readonly version: number
  readonly word: { readonly state: string }
}

const ROUNDS = 2
const FLIPS_BEFORE_KILL = 25
const WRITERS = 3

const place = openWorkplace()
after(() => place.remove())

async function startServer(): Promise<{ url: string; kill(): void; ended: Promise<void> }> {
  const { child, ended } = place.start(['serve', '--port', '0'])
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
      if (found !== undefined) resolve(found)
    })
    ended.then(() => reject(new Error(`the server ended: ${text}`)), reject)
  })
  return {
    url,
    kill: () => void child.kill('SIGKILL'),
    ended: ended.then(({ signal }) => assert.equal(signal, 'SIGKILL')),
  }
}

test('after kill -9 in the middle of flips each switch has exactly one fact for each of its versions', async () => {
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const server = await startServer()
    const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
    const authorization = `Bearer ${Buffer.from(secret, 'base64').toString('base64url')}`
    const call = (method: string, path: string, body: object): Promise<Response> =>
      fetch(`${server.url}/v1/switches/${path}`, {
        method,
        headers: { authorization },
        body: JSON.stringify(body),
      })
    let count = 0
    const flap = async (name: string): Promise<void> => {
      const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
      await call('PUT', name, { definition, reason: 'made' })
      for (let turn = 0; ; turn++) {
        const word = { state: turn % 2 === 0 ? 'off' : 'on' }
        try {
          const answer = await call('POST', `${name}/flips`, { word, reason: `turn ${turn}` })
          assert.equal(answer.status, 200)
          const { data } = (await answer.json()) as { data: Switch }
          acknowledged.set(name, data.version)
        } catch (error) {
          // The connection breaks with the server: what was under way may or may not be there, whole.
          if (error instanceof assert.AssertionError) throw error
          return
        }
        if (++count === FLIPS_BEFORE_KILL) server.kill()
      }
    }
    await Promise.all(Array.from({ length: WRITERS }, (_, at) => flap(`s-${at}`)))
    server.kill()
    await server.ended
  }
  const listed = await place.ask<readonly (Switch & { name: string })[]>([
    'guard',
    'switch',
    'list',
  ])
  assert.equal(listed.data.length, WRITERS)
  const log = await place.ask<{
    entries: readonly { body: { type: string; subject: string } }[]
    nextSeq: number | null
  }>(['ledger', 'list', '--limit', '1000'])
  assert.equal(log.data.nextSeq, null)
  for (const { name, version } of listed.data) {
    const facts = log.data.entries.filter(({ body }) => body.subject === `switch/${name}`)
    assert.equal(facts.length, version, `${name}: facts and versions`)
    assert.ok(version >= (acknowledged.get(name) ?? 0), `${name}: an acknowledged flip was lost`)
  }
  const verified = await place.ask<{ ok: boolean }>(['ledger', 'verify'])
  assert.deepEqual([verified.exit, verified.data.ok], [0, true])
})
