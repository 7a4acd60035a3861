// A disk that fills up: what cannot be stored is refused with a code, and everything acknowledged is there afterwards.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
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

test('on a full disk a run and appends are refused with exit 9, and once there is room all acknowledged is there', async (t) => {
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
  fillDisk()
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
})

function readKey(): string {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}
