// A person signs in to the board with an issuer: invited at the command line, seen by name, signed out, and removed.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { browse } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openFrontDoor } from '../front-door.ts'
import type { FrontDoor } from '../front-door.ts'
import { CLIENT_ID, CLIENT_SECRET, openIssuer } from '../issuer.ts'
import type { TestIssuer } from '../issuer.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder, Workplace } from './command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-issuers-'))
const endings: (() => unknown)[] = []
let door: FrontDoor
let corp: TestIssuer
let place: Workplace
let served: ServedFolder | undefined

before(async () => {
  door = await openFrontDoor()
  const redirectUri = `${door.origin}/v1/sign-in/corp/answer`
  corp = await openIssuer({ after: (end: () => unknown) => void endings.push(end) }, redirectUri)
  writeFileSync(join(folder, 'secret'), `${CLIENT_SECRET}\n`)
  const issuers = join(folder, 'issuers.yaml')
  writeFileSync(
    issuers,
    `corp:\n  label: Example Corp\n  issuer: ${corp.issuer}\n  clientId: ${CLIENT_ID}\n  clientSecretFile: secret\n`,
  )
  const settings = { SEAWORTHY_ISSUERS: issuers, SEAWORTHY_PUBLIC_URL: door.origin }
  place = openWorkplace(undefined, settings)
  served = await place.serve()
  door.target = served.url
})

after(async () => {
  await served?.stop()
  place.remove()
  for (const end of endings) await end()
  await door.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(...words: string[]): Promise<string> {
  const { exit, stdout, stderr } = await place.shell(words)
  assert.equal(exit, 0, `${words.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

/** Through the issuer and back; while one page gives way to the next there is nothing to ask. */
async function follow({ tab, shows }: Reader, text: string): Promise<void> {
  await tab.evaluate(`document.querySelector('.issuers a').click()`)
  for (let left = 20; ; left--) {
    try {
      return await shows(text)
    } catch (error) {
      if (left === 0 || !/context|navigat/i.test(String(error))) throw error
    }
  }
}

test(
  'a person who is invited signs in to the board, and is out of it once they are removed',
  browse(
    () => door.origin,
    async (reader) => {
      const { open, shows, tab, inspect } = reader
      await open('/')
      await shows('Sign in with Example Corp')
      await inspect('sign-in-issuers')
      corp.person = { subject: 'ann-1', email: 'ann@example.com', name: 'Ann' }
      await follow(reader, 'Nobody invited you here')
      await run('account', 'invite', 'ann@example.com', '--role', 'developer')
      await open('/plans')
      await shows('Sign in with Example Corp')
      await follow(reader, 'Ann, developer of local')
      assert.equal(await tab.evaluate('location.pathname'), '/plans')
      assert.equal(await tab.evaluate('document.cookie'), '')
      await reader.until(`document.querySelector('h1')`)
      await inspect('signed-in')
      assert.match(await run('account', 'list'), /Ann <ann@example\.com> {2}developer {2}joined/)
      await tab.evaluate(`document.querySelector('header button').click()`)
      await shows('Sign in with Example Corp')
      await follow(reader, 'Ann, developer of local')
      await run('account', 'remove', 'ann@example.com', '--reason', 'left the team')
      await open('/')
      await shows('Sign in with Example Corp')
      await follow(reader, 'Nobody invited you here')
    },
  ),
)

test('rights are changed and sessions ended at the command line', async () => {
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

test('a server does not start with issuers that it could not trust, and shows no secret when it says so', async () => {
  const start = async (text: string, origin = door.origin): Promise<string> => {
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
