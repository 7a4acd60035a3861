// A disk that fills up: what cannot be stored is refused with a code, and everything acknowledged is there afterwards.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { contentDigest } from '../../src/kernel/index.ts'
import { nodeDigest } from '../crypto.ts'
import { openWorkplace } from '../e2e/command-line.ts'
import { listWholeLog } from './log-reading.ts'
import type { Acknowledged } from './log-reading.ts'

const EXAMPLE = fileURLToPath(
  new URL('../../examples/checklist/release-checklist.md', import.meta.url),
)
const DISK_SIZE = '200m'
const CHUNK_BYTES = 64 * 1024
/** Small enough that some still fit into pages that are there. */
const NOTE_BYTES = 1024
const NOTE_LIMIT = 1200

const disk = mkdtempSync(join(tmpdir(), 'seaworthy-disk-'))
const place = openWorkplace(join(disk, 'data'))

function runProgram(program: string, ...args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

function mountDisk(): string | undefined {
  if (process.platform !== 'linux') return 'no tmpfs on this system'
  if (process.getuid?.() !== 0) return 'mounting a small disk needs root'
  const reason = runProgram('mount', '-t', 'tmpfs', '-o', `size=${DISK_SIZE}`, 'tmpfs', disk)
  return reason === undefined ? undefined : `a small disk cannot be mounted here: ${reason}`
}

const absence = mountDisk()
after(() => {
  place.remove()
  if (absence === undefined) assert.equal(runProgram('umount', disk), undefined)
  rmdirSync(disk)
})

/** Writes until nothing fits any more. @returns what makes room again */
function fillDisk(): () => void {
  const path = join(disk, 'filler')
  const file = openSync(path, 'a')
  const chunk = new Uint8Array(CHUNK_BYTES)
  try {
    for (let sizeBytes = chunk.length; sizeBytes > 0; sizeBytes = writeSync(file, chunk));
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC')
  }
  closeSync(file)
  return () => rmSync(path)
}

async function post(url: string, key: string, payload: object): Promise<Response> {
  const body = JSON.stringify({ type: 'note.appended', subject: 'flood', payload })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return fetch(`${url}/v1/ledger/entries`, { method: 'POST', headers, body })
}

/** Larger than what is left of any page or block that is there. */
const BLOB_BYTES = 256 * 1024

/** Bytes of their own, under their digest. */
class EvidenceBytes {
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #path: string

  constructor(fill: number) {
    this.#bytes = new Uint8Array(BLOB_BYTES).fill(fill)
    this.#path = `/v1/evidence/${contentDigest(nodeDigest.sha256(this.#bytes))}`
  }

  async put(url: string, key: string): Promise<string> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' }
    const answer = await fetch(url + this.#path, { method: 'PUT', headers, body: this.#bytes })
    const { code = 'stored' } = (await answer.json()) as { code?: string }
    return `${answer.status} ${code}`
  }

  /** Whether it comes back as it was; undefined when nothing comes. */
  async isWhole(url: string, key: string): Promise<boolean | undefined> {
    const answer = await fetch(url + this.#path, { headers: { authorization: `Bearer ${key}` } })
    const read = new Uint8Array(await answer.arrayBuffer())
    return answer.status === 200 ? Buffer.from(read).equals(this.#bytes) : undefined
  }
}

function partialsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.partial'),
  )
}

test('on a full disk a run, evidence and appends are refused with exit 9, and once there is room all acknowledged is there', async (t) => {
  if (absence !== undefined) {
    t.skip(absence)
    return
  }
  const acknowledged: Acknowledged[] = []
  const first = await place.ask<Acknowledged>(['ledger', 'append', 'before'])
  acknowledged.push(first.data)
  const served = await place.serve()
  const key = readKey()
  // Whether any note still fits into pages that are there depends on where they end, so one is sure to be acknowledged before.
  const last = await post(served.url, key, { text: 'the last one with room' })
  assert.equal(last.status, 201)
  acknowledged.push(((await last.json()) as { data: Acknowledged }).data)
  const [kept, refused] = [new EvidenceBytes(1), new EvidenceBytes(2)]
  assert.equal(await kept.put(served.url, key), '201 stored')
  fillDisk()
  assert.equal(await refused.put(served.url, key), '507 PLATFORM_DISK_FULL')
  assert.equal(await refused.isWhole(served.url, key), undefined)
  assert.equal(await kept.isWhole(served.url, key), true)
  assert.deepEqual(partialsIn(place.dataFolder), [])
  const run = await place.refusal(['run', EXAMPLE])
  assert.deepEqual([run.exit, run.code], [9, 'PLATFORM_DISK_FULL'])
  const text = 'x'.repeat(NOTE_BYTES)
  let refusal: { status: number; exit: number; code: string } | undefined
  for (let count = 0; refusal === undefined && count < NOTE_LIMIT; count++) {
    const answer = await post(served.url, key, { count, text })
    if (answer.status === 201) {
      const { data }: { data: Acknowledged } = (await answer.json()) as { data: Acknowledged }
      acknowledged.push(data)
    } else refusal = (await answer.json()) as typeof refusal
  }
  assert.equal(refusal?.exit, 9, JSON.stringify(refusal))
  assert.match(refusal?.code ?? '', /^PLATFORM_(?:DISK_FULL|DATABASE_LOST)$/)
  await served.stop()
  const release = fillDisk()
  const begun = await place.refusal(['ledger', 'append', 'too late'])
  assert.deepEqual([begun.exit, begun.code], [9, 'PLATFORM_DISK_FULL'])
  t.diagnostic(`${acknowledged.length - 2} notes still fitted`)
  release()
  const log = await listWholeLog(place)
  for (const { seq, leafHash } of acknowledged) assert.equal(log.get(seq), leafHash, `entry ${seq}`)
  const verified = await place.ask<{ ok: boolean }>(['ledger', 'verify'])
  assert.deepEqual([verified.exit, verified.data.ok], [0, true])
  assert.equal((await place.ask(['run', EXAMPLE])).exit, 30)
  const again = await place.serve()
  assert.equal(await kept.isWhole(again.url, key), true)
  assert.equal(await refused.put(again.url, key), '201 stored')
  assert.equal(await refused.isWhole(again.url, key), true)
  await again.stop()
})

function readKey(): string {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}
