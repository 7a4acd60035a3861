// Where the key of payloads lies, and that what slices say of their entries is about entries that they have.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPayloadKeys } from './payload-keys.ts'
import { slices } from './rooms.ts'

test('the key of payloads lies with the other keys, or where no backup of them reaches it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payload-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const inFolder = join(folder, 'data', 'keys', 'payload.secret')
  const elsewhere = join(folder, 'vault', 'payload.secret')
  const owner = { class: 'tenant', name: '' } as const
  const open = async (payloadSecret?: string): Promise<string> => {
    const place = payloadSecret === undefined ? {} : { payloadSecret }
    const keys = await openPayloadKeys({ dataFolder: join(folder, 'data'), ...place }, slices)
    return keys.ownerHash('t', owner)
  }
  const far = await open(elsewhere)
  assert.deepEqual([existsSync(inFolder), existsSync(elsewhere)], [false, true])
  const near = await open()
  assert.ok(existsSync(inFolder))
  assert.deepEqual([await open(elsewhere), await open()], [far, near])
  assert.notEqual(near, far)
})

test('slices say whose data their own entries hold, and none says it of another type', () => {
  const said = slices.flatMap(({ name, events = [], erasure = {} }) =>
    Object.keys(erasure).map((type) => {
      const word = type.endsWith('*') ? type.slice(0, -1) : undefined
      const isOwn = events.some((each) => each === type || (word && each.startsWith(word)))
      return [name, type, isOwn] as const
    }),
  )
  assert.ok(said.length >= 10)
  assert.deepEqual(
    said.filter(([, , isOwn]) => !isOwn),
    [],
  )
})
