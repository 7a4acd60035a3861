// Whom gates run as: what each choice gives, what it refuses, and that a gate of another user reads no key.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { SeaworthyError } from '../kernel/index.ts'
import { aCommand, runGate } from '../../test/runner.ts'
import { chooseGateUser } from './gate-user.ts'
import type { GateUserTerms } from './gate-user.ts'

const SAILOR = 64_321

function terms(choice: string, more: Partial<GateUserTerms> = {}): GateUserTerms {
  return {
    choice,
    workspace: 'none',
    keyFolder: '/nowhere/keys',
    random: { bytes: (count) => new Uint8Array(count) },
    ownUid: 0,
    ...more,
  }
}

function aFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-user-'))
  chmodSync(folder, 0o755)
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

async function assertRefused(given: GateUserTerms, message: RegExp): Promise<void> {
  await assert.rejects(chooseGateUser(given), (error) => {
    assert.ok(error instanceof SeaworthyError)
    assert.equal(error.code, 'RUNNER_USER_REFUSED')
    assert.match(error.message, message)
    return true
  })
}

test('without a choice commands run as the runner does, and root is told what that means', async () => {
  const root = await chooseGateUser(terms('none'))
  const ordinary = await chooseGateUser(terms('none', { ownUid: 1_000 }))
  assert.deepEqual([root.isSeparate, await root.next()], [false, undefined])
  assert.match(root.text, /run as root.*--user/)
  assert.deepEqual([ordinary.isSeparate, ordinary.text], [false, ''])
})

test('an ordinary user cannot separate: auto says so, a named user is refused', async () => {
  const auto = await chooseGateUser(terms('auto', { ownUid: 1_000 }))
  assert.equal(auto.isSeparate, false)
  assert.match(auto.text, /only root/)
  await assertRefused(terms('65534', { ownUid: 1_000 }), /expected to run as root/)
})

test('in an empty folder each command gets a user that nobody has', async () => {
  const chosen = await chooseGateUser(terms('auto'))
  const [first, second] = [await chosen.next(), await chosen.next()]
  assert.ok(first !== undefined && second !== undefined)
  assert.ok(first.uid >= 61_184 && first.uid < 65_520)
  assert.equal(second.uid, first.uid + 1)
  assert.equal(first.gid, first.uid)
})

test('root, unknown names and the owner of the keys are refused, each with its reason', async (t) => {
  const keyFolder = aFolder(t)
  await assertRefused(terms('0'), /other than root/)
  await assertRefused(terms('0:1000'), /other than root/)
  await assertRefused(terms('no-such-sailor'), /a user of this machine/)
  await assertRefused(terms('-1'), /a user of this machine/)
  if (process.getuid?.() !== 0) return
  chownSync(keyFolder, SAILOR, SAILOR)
  await assertRefused(terms(String(SAILOR), { keyFolder }), /owner of the keys/)
})

test('a workspace is worked in by its owner, and one of root by root, which is said', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can run as another user')
  const workspace = aFolder(t)
  const asRoot = await chooseGateUser(terms('auto', { workspace }))
  chownSync(workspace, SAILOR, SAILOR)
  const asOwner = await chooseGateUser(terms('auto', { workspace }))
  const ownsKeys = await chooseGateUser(terms('auto', { workspace, keyFolder: workspace }))
  assert.deepEqual([asRoot.isSeparate, ownsKeys.isSeparate], [false, false])
  assert.match(asRoot.text, /belongs to root/)
  assert.match(ownsKeys.text, /owner of the keys/)
  assert.deepEqual([asOwner.isSeparate, await asOwner.next()], [true, { uid: SAILOR, gid: SAILOR }])
})

test('a gate of another user writes in its workspace and home, reads no key, and its capture names it', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can run as another user')
  const workspace = aFolder(t)
  chownSync(workspace, SAILOR, SAILOR)
  const keyFolder = join(workspace, '.seaworthy')
  mkdirSync(keyFolder, { mode: 0o700 })
  writeFileSync(join(keyFolder, 'ledger.pem'), 'fake-key', { mode: 0o600 })
  const gateUser = await chooseGateUser(terms('auto', { workspace, keyFolder }))
  const script = 'echo a > build.txt\necho b > "$HOME/cache"\n! cat .seaworthy/ledger.pem\nid -u'
  const { judgement, capture } = await runGate(aCommand('works', script), { workspace, gateUser })
  assert.equal(judgement.status, 'PASS', judgement.reason)
  assert.equal(capture.kind === 'command' ? capture.uid : undefined, SAILOR)
})
