// Runs the examples of docs/guards.md as they stand there.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Inside the repository, so that the examples find the packages they import, and where no rule of the house looks.
const built = fileURLToPath(new URL('../dist/', import.meta.url))
mkdirSync(built, { recursive: true })
const folder = mkdtempSync(join(built, 'guard-examples-'))
after(() => rmSync(folder, { recursive: true }))

/** The example of that name, its imports of the published package led to the source. */
async function loadExample(name: string): Promise<unknown> {
  const page = readFileSync(new URL('../docs/guards.md', import.meta.url), 'utf8')
  const code = new RegExp(`^\`\`\`ts ${name}\\n([^]*?)^\`\`\``, 'm').exec(page)?.[1]
  assert.ok(code, `docs/guards.md has an example named ${name}`)
  const source = new URL('../src/guard/', import.meta.url).href
  const led = code
    .replaceAll("'@seaworthy/guard/node'", `'${source}node.ts'`)
    .replaceAll("'@seaworthy/guard'", `'${source}index.ts'`)
  const path = join(folder, `${name}.ts`)
  writeFileSync(path, led)
  const loaded: { app: unknown } = await import(pathToFileURL(path).href)
  return loaded.app
}

async function statusesOf(server: Server, count: number): Promise<number[]> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const statuses: number[] = []
  for (let index = 0; index < count; index++) statuses.push((await fetch(url)).status)
  server.closeAllConnections()
  server.close()
  return statuses
}

test('the Fastify example admits sixty requests at once and refuses further ones', async () => {
  const app = (await loadExample('fastify')) as { server: Server; ready(): PromiseLike<unknown> }
  await app.ready()
  const statuses = await statusesOf(app.server, 70)
  assert.ok(statuses.slice(0, 60).every((status) => status === 200))
  assert.ok(statuses.slice(60).includes(429))
})

test('the Express example refuses after five, and blocks the address after ten refusals', async () => {
  const app = (await loadExample('express')) as RequestListener
  const statuses = await statusesOf(createServer(app), 17)
  assert.deepEqual(statuses, [
    ...Array<number>(5).fill(200),
    ...Array<number>(10).fill(429),
    ...Array<number>(2).fill(403),
  ])
})

test('the example of strict bodies takes one meaning and refuses two', async () => {
  const app = (await loadExample('ingest')) as {
    inject(call: object): Promise<{ statusCode: number; body: string }>
    close(): Promise<void>
  }
  const send = (payload: string): Promise<{ statusCode: number; body: string }> =>
    app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/json' },
      payload,
    })
  assert.equal((await send('{"a":1}')).body, '{"got":{"a":1}}')
  const refused = await send('{"a":1,"a":2}')
  assert.equal(refused.statusCode, 400)
  assert.match(refused.body, /INGEST_DUPLICATE_KEY/)
  await app.close()
})
