// The page that verifies bundles, while files come faster than they are read and checked, and with decisions that are INVALID.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { TestContext } from 'node:test'
import { browse as browseAt } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { aBundle, freshBundleKeys } from '../bundle.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-verify-'))
const keys = freshBundleKeys()
let served: ServedFolder
let whole = ''
let trust = ''
let forged = ''
let refusing = ''

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

before(async () => {
  served = await place.serve()
  const { bytes, trustBytes } = await aBundle({ keys })
  whole = write('whole.bundle.tar', bytes)
  trust = write('whole.trust.json', trustBytes)
  const changed = Uint8Array.from(bytes)
  changed[changed.length >> 1]! ^= 1
  forged = write('forged.bundle.tar', changed)
  const integrity = { ok: false, findings: ['entry 3 was changed'] }
  const invalid = await aBundle({ keys, inputs: (inputs) => ({ ...inputs, integrity }) })
  refusing = write('refusing.bundle.tar', invalid.bytes)
})

after(async () => {
  await served.stop()
  place.remove()
  rmSync(folder, { recursive: true })
})

const browse = (
  use: (reader: Reader, t: TestContext) => Promise<void>,
): ReturnType<typeof browseAt> => browseAt(() => served.url, use)

/** What the page calls next of this method waits until `release()`, and no call after `pass()`. */
const holdCalls = (owner: string, method: string): string => `(() => {
  const real = ${owner}.prototype.${method}
  let held = new Promise((resolve) => (globalThis.release = resolve))
  globalThis.pass = () => (held = undefined)
  ${owner}.prototype.${method} = async function (...terms) {
    await held
    return real.apply(this, terms)
  }
})()`

const TITLE = `document.querySelector('#verified')?.innerText ?? ''`

test(
  'a report stands for the bundle that was taken last, however late that of an earlier one comes',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open('/verify')
    await reader.shows('no request is made')
    await tab.evaluate(holdCalls('SubtleCrypto', 'verify'))
    await reader.handIn(whole)
    await reader.shows('Checking whole.bundle.tar')
    await tab.evaluate('pass()')
    await reader.handIn(forged)
    await reader.shows('This bundle proves nothing')
    await tab.evaluate('release(); globalThis.releasedAt = performance.now()')
    await reader.until('performance.now() > releasedAt + 2000')
    assert.match(String(await tab.evaluate(TITLE)), /^.\nInvalid$/)
    await reader.shows('Looked at forged.bundle.tar')
    // The other way round a red report does not stay above a bundle that is whole.
    await reader.handIn(whole)
    await reader.shows('Looked at whole.bundle.tar')
    assert.match(String(await tab.evaluate(TITLE)), /^.\nIntact, signer unknown$/)
  }),
)

test(
  'a bundle and a trust file that are handed in at once are both taken, and the file that is read last does not win',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open('/verify')
    await reader.shows('no request is made')
    await tab.evaluate(holdCalls('Blob', 'arrayBuffer'))
    await reader.handIn(forged)
    await tab.evaluate('pass()')
    await reader.handIn(whole)
    await reader.shows('Looked at whole.bundle.tar')
    await tab.evaluate('release(); globalThis.releasedAt = performance.now()')
    await reader.until('performance.now() > releasedAt + 1000')
    await reader.shows('Looked at whole.bundle.tar')
    await reader.open('/verify')
    await reader.shows('no request is made')
    await tab.evaluate(holdCalls('Blob', 'arrayBuffer'))
    await reader.handIn(whole)
    await reader.handIn(trust, 1)
    await tab.evaluate('release()')
    await reader.shows('the signer is the one you trust')
  }),
)

test(
  'a true bundle of a decision that is INVALID is no green one, as its exit code says too',
  browse(async (reader) => {
    await reader.open('/verify')
    await reader.shows('no request is made')
    await reader.handIn(refusing)
    await reader.shows('Intact, decision invalid')
    await reader.shows('Whose it is, only a trust file')
    await reader.handIn(trust, 1)
    await reader.until(`document.querySelector('.verdict-screen.stop')`)
    assert.match(String(await reader.tab.evaluate(TITLE)), /^.\nIntact, decision invalid$/)
    await reader.inspect('verify-decision-invalid')
  }),
)
