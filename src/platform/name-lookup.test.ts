// Names that are looked up where nameservers are silent, lie or know nothing: who waits, for how long, and who does not.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SeaworthyError } from '../kernel/index.ts'
import { makeGuardedFetch } from './guarded-fetch.ts'
import { makeNameLookup } from './name-lookup.ts'

const LIMIT_MS = 1_500
const TYPE_A = 1
const NAME_UNKNOWN = 3
const HEADER_BYTES = 12

/** Answers names that it knows (IPv4 only), says that others are unknown, and is silent about those with `dead` in them. */
async function openNameserver(
  t: TestContext,
  known: Readonly<Record<string, readonly string[]>> = {},
): Promise<{ readonly server: string; readonly asked: string[] }> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, from) => {
    const labels: string[] = []
    let at = HEADER_BYTES
    for (let size = question[at]!; size > 0; size = question[at]!) {
      labels.push(question.subarray(at + 1, at + 1 + size).toString())
      at += 1 + size
    }
    const name = labels.join('.')
    const type = question.readUInt16BE(at + 1)
    asked.push(name)
    if (name.includes('dead')) return
    const found = type === TYPE_A ? (known[name] ?? []) : []
    const header = Buffer.alloc(HEADER_BYTES)
    question.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x81_80 | (name in known ? 0 : NAME_UNKNOWN), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(found.length, 6)
    const records = found.map((address) =>
      Buffer.from([
        0xc0,
        HEADER_BYTES,
        0,
        TYPE_A,
        0,
        1,
        0,
        0,
        0,
        9,
        0,
        4,
        ...address.split('.').map(Number),
      ]),
    )
    const answer = [header, question.subarray(HEADER_BYTES, at + 5), ...records]
    socket.send(Buffer.concat(answer), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return { server: `127.0.0.1:${socket.address().port}`, asked }
}

test('names whose nameserver is silent end in time, and hold up no other name', async (t) => {
  const { server } = await openNameserver(t, { 'well.example': ['93.184.216.34'] })
  const look = makeNameLookup({ servers: [server], limitMs: LIMIT_MS })
  const begunMs = performance.now()
  const passedMs = () => performance.now() - begunMs
  const silent = Array.from({ length: 40 }, (_, nth) => look(`dead${nth}.example`))
  const ends = Promise.allSettled(silent)
  assert.deepEqual(await look('well.example'), [{ address: '93.184.216.34', family: 4 }])
  assert.ok((await look('localhost')).length > 0)
  assert.ok(passedMs() < LIMIT_MS, `${passedMs()} ms for those that are known`)
  for (const end of await ends)
    assert.equal(end.status === 'rejected' && end.reason.code, 'EDNSTIMEOUT')
  assert.ok(passedMs() < 3 * LIMIT_MS, `${passedMs()} ms for all`)
})

test('a request to a name that nobody answers for fails by itself, and one to a name that is answered does not wait', async (t) => {
  const { server } = await openNameserver(t, { 'inside.example': ['93.184.216.34', '10.0.0.1'] })
  const resolve = makeNameLookup({ servers: [server], limitMs: LIMIT_MS })
  const fetch = makeGuardedFetch({ allowsLoopback: false, resolve })
  const reasonOf = (host: string) =>
    fetch
      .send({
        method: 'GET',
        url: `https://${host}/`,
        headers: {},
        timeoutMs: 10_000,
        bodyLimitBytes: 10,
      })
      .then(
        () => 'answered',
        (error: unknown) => (error instanceof SeaworthyError ? error.details['reason'] : error),
      )
  const reasons = await Promise.all(
    ['dead.example', 'inside.example', 'nothing.example'].map((host) => reasonOf(host)),
  )
  assert.deepEqual(reasons, ['EDNSTIMEOUT', 'ENOTPUBLIC', 'ENOTFOUND'])
})

test('the hosts file says first, with all that it says, and without one the nameserver is asked', async (t) => {
  const { server, asked } = await openNameserver(t, { 'ship.example': ['93.184.216.35'] })
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'))
  t.after(() => rm(folder, { recursive: true }))
  const hostsFile = join(folder, 'hosts')
  const text =
    '# 1.1.1.1 ship.example\n93.184.216.34\tShip.example ship # here\nfd00::1 ship.example\nx ship.example\n'
  await writeFile(hostsFile, text)
  const look = makeNameLookup({ servers: [server], hostsFile })
  assert.deepEqual(await look('SHIP.example.'), [
    { address: '93.184.216.34', family: 4 },
    { address: 'fd00::1', family: 6 },
  ])
  assert.deepEqual(asked, [])
  const without = makeNameLookup({ servers: [server], hostsFile: join(folder, 'none') })
  assert.deepEqual(await without('ship.example'), [{ address: '93.184.216.35', family: 4 }])
  assert.deepEqual(
    (await without('localhost')).map(({ address }) => address),
    ['127.0.0.1', '::1'],
  )
  // A file that is there and cannot be read might have said where the name leads.
  await assert.rejects(makeNameLookup({ hostsFile: folder })('ship.example'), { code: 'EISDIR' })
})

test('those who ask for one name at the same time share one lookup, and later ones ask again', async (t) => {
  const { server, asked } = await openNameserver(t, { 'ship.example': ['93.184.216.35'] })
  const look = makeNameLookup({ servers: [server] })
  await Promise.all(Array.from({ length: 20 }, () => look('ship.example')))
  assert.equal(asked.length, 2)
  await look('ship.example')
  assert.equal(asked.length, 4)
})
