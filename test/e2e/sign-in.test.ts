// A person signs in to the board with an issuer: invited at the command line, seen by name, signed out, and removed.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { waitForText } from '../board-hands.ts'
import { browse } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import { openIssuerBoard, signInAtIssuer } from './issuer-board.ts'
import type { IssuerBoard } from './issuer-board.ts'

let board: IssuerBoard
before(async () => {
  board = await openIssuerBoard()
})
after(() => board.close())

test(
  'a person who is invited signs in to the board, and is out of it once they are removed',
  browse(
    () => board.origin,
    async (reader) => {
      const { open, shows, tab, inspect } = reader
      const { corp, run } = board
      await open('/')
      await shows('Sign in with Example Corp')
      await inspect('sign-in-issuers')
      corp.person = { subject: 'ann-1', email: 'ann@example.com', name: 'Ann' }
      await signInAtIssuer(reader, 'Nobody invited you here')
      await run('account', 'invite', 'ann@example.com', '--role', 'developer')
      await open('/plans')
      await shows('Sign in with Example Corp')
      await signInAtIssuer(reader, 'Ann, developer of local')
      assert.equal(await tab.evaluate('location.pathname'), '/plans')
      assert.equal(await tab.evaluate('document.cookie'), '')
      await reader.until(`document.querySelector('h1')`)
      await inspect('signed-in')
      assert.match(await run('account', 'list'), /Ann <ann@example\.com> {2}developer {2}joined/)
      await tab.evaluate(`document.querySelector('header button').click()`)
      await shows('Sign in with Example Corp')
      await signInAtIssuer(reader, 'Ann, developer of local')
      // With a cookie alone the board is told of changes, and of the end of the right to read.
      await open('/ledger')
      await shows('Live')
      const streams = tab.requests.filter((url) => url.includes('/v1/changes'))
      assert.ok(streams.length > 0)
      await run('key', 'create', 'carpenter', '--role', 'Captain')
      await waitForText(reader, 'request/POST /v1/principals')
      await run('account', 'remove', 'ann@example.com', '--reason', 'left the team')
      await shows('The session is over: sign in again.')
      await shows('Sign in with Example Corp')
      await signInAtIssuer(reader, 'Nobody invited you here')
    },
  ),
)

test('rights are changed and sessions ended at the command line', async () => {
  const { place, run } = board
  await run('account', 'invite', '583231', '--subject', '--issuer', 'corp')
  assert.match(await run('account', 'change', '583231', '--role', 'admin'), /583231 is admin/)
  assert.match(await run('account', 'sign-out', '583231'), /signed out of 0 browsers/)
  assert.equal(
    (await place.refusal(['account', 'remove', '583231'])).code,
    'IDENTITY_REASON_MISSING',
  )
  const unknown = await place.refusal(['account', 'sign-out', 'nobody@example.com'])
  assert.equal(unknown.code, 'IDENTITY_UNKNOWN')
})

test('a server does not start with issuers that it could not trust, and shows no secret when it says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-issuers-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const start = async (text: string, origin = board.origin): Promise<string> => {
    const path = join(folder, 'wrong.yaml')
    writeFileSync(path, text)
    const wrong = openWorkplace(undefined, {
      SEAWORTHY_ISSUERS: path,
      SEAWORTHY_PUBLIC_URL: origin,
    })
    const { exit, stderr } = await wrong.shell(['config'])
    wrong.remove()
    assert.equal(exit, 2, stderr)
    assert.match(stderr, /APP_CONFIG_REFUSED/)
    return stderr
  }
  const right = 'corp: { issuer: https://login.example, clientId: c }\n'
  assert.match(await start(right, 'http://seaworthy.example'), /SEAWORTHY_PUBLIC_URL/)
  assert.match(await start(right, 'https://seaworthy.example/board'), /SEAWORTHY_PUBLIC_URL/)
  assert.match(await start('corp: { issuer: http://login.example, clientId: c }\n'), /https/)
  assert.match(await start('corp: { clientId: c }\n'), /expected an issuer/)
  assert.match(await start('hub: { preset: github, clientId: c }\n'), /clientSecret/)
  assert.match(await start(`${right}two: { issuer: https://login.example, clientId: d }\n`), /two/)
  const told = await start('corp:\n  clientSecret: [canary-of-tests]\n  clientId: c\n')
  assert.doesNotMatch(told, /canary/)
})
