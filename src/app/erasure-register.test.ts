// The register as a file: several processes write it, crashes cut lines off, and its beginning may be gone.
import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { RegisteredErasure } from '../ledger/index.ts'
import { systemClock } from '../platform/index.ts'
import { openErasureRegister } from './erasure-register.ts'

const HASH = 'ab'.repeat(32)

function anErasure(request: string): RegisteredErasure {
  return {
    tenant: 't-1',
    request,
    attestedBy: { origin: 'ships.example/ledger/00', seq: 3, leafHash: HASH },
    keys: [{ dekId: 1, wrappedHash: HASH }],
  }
}

function openFolder(t: TestContext) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'seaworthy-register-'))
  t.after(() => rmSync(dataFolder, { recursive: true, force: true }))
  const told: string[] = []
  const log = { error: (message: string): void => void told.push(message) }
  const open = () => openErasureRegister({ dataFolder }, { clock: systemClock, log })
  return { path: join(dataFolder, 'erasure-register.jsonl'), open, told }
}

test('of servers that write at once behind a line that a crash cut off, nobody takes another’s line away', async (t) => {
  const { path, open } = openFolder(t)
  const servers = await Promise.all(Array.from({ length: 6 }, () => open()))
  const wanted: string[] = []
  for (let round = 0; round < 10; round++) {
    appendFileSync(path, '{"tenant":"t-1","requ')
    const requests = servers.map((_, at) => `${round}-${at}`)
    wanted.push(...requests)
    await Promise.all(
      servers.map(async (server, at) => {
        await systemClock.sleep(at % 3)
        await server.add(anErasure(requests[at]!))
      }),
    )
  }
  const { erasures } = await servers[0]!.read()
  assert.deepEqual(erasures.map(({ request }) => request).toSorted(), wanted.toSorted())
})

test('a register whose beginning was cut off is carried out as far as it goes, begins anew and says so', async (t) => {
  const { path, open, told } = openFolder(t)
  const register = await open()
  for (const request of ['one', 'two']) await register.add(anErasure(request))
  writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(1).join('\n'))
  const beforeAt = new Date().toISOString()
  const { since, erasures, sections } = await (await open()).read()
  assert.deepEqual(
    erasures.map(({ request }) => request),
    ['one', 'two'],
  )
  assert.ok(since >= beforeAt, since)
  assert.equal(sections.length, 1)
  assert.match(told.join(), /beginning of the erasure register was cut off/)
  await open()
  assert.equal(told.length, 1)
})

test('a head that a crash cut off is written again, and what is no register is left alone', async (t) => {
  const { path, open } = openFolder(t)
  writeFileSync(path, '{"kind":"seaworthy-era')
  assert.deepEqual((await (await open()).read()).erasures, [])
  for (const other of ['notes of mine\n', 'notes of mine', '{}\n']) {
    writeFileSync(path, other)
    await assert.rejects(open(), { code: 'LEDGER_REGISTER_UNREADABLE' })
    assert.equal(readFileSync(path, 'utf8'), other)
  }
})
