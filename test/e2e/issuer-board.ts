// A served folder whose board people sign in to with a real issuer, and what such a person does with a page.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reader } from '../board-tab.ts'
import { openFrontDoor } from '../front-door.ts'
import { CLIENT_ID, CLIENT_SECRET, openIssuer } from '../issuer.ts'
import type { TestIssuer } from '../issuer.ts'
import { openWorkplace } from './command-line.ts'
import type { Workplace } from './command-line.ts'

export interface IssuerBoard {
  /** As browsers know the server. */
  readonly origin: string
  readonly corp: TestIssuer
  readonly place: Workplace
  /** Runs a command that has to work; what it says. */
  run(...words: readonly string[]): Promise<string>
  close(): Promise<void>
}

export async function openIssuerBoard(): Promise<IssuerBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-issuers-'))
  const endings: (() => unknown)[] = []
  const door = await openFrontDoor()
  const redirectUri = `${door.origin}/v1/sign-in/corp/answer`
  const corp = await openIssuer(
    { after: (end: () => unknown) => void endings.push(end) },
    redirectUri,
  )
  writeFileSync(join(folder, 'secret'), `${CLIENT_SECRET}\n`)
  const issuers = join(folder, 'issuers.yaml')
  writeFileSync(
    issuers,
    `corp:\n  label: Example Corp\n  issuer: ${corp.issuer}\n  clientId: ${CLIENT_ID}\n  clientSecretFile: secret\n`,
  )
  const settings = { SEAWORTHY_ISSUERS: issuers, SEAWORTHY_PUBLIC_URL: door.origin }
  const place = openWorkplace(undefined, settings)
  const served = await place.serve()
  door.target = served.url
  return {
    origin: door.origin,
    corp,
    place,
    async run(...words) {
      const { exit, stdout, stderr } = await place.shell(words)
      assert.equal(exit, 0, `${words.join(' ')}\n${stdout}${stderr}`)
      return stdout
    },
    async close() {
      await served.stop()
      place.remove()
      for (const end of endings) await end()
      await door.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Presses what leads away through the issuer and back; while one page gives way to the next there is nothing to ask. */
export async function leaveAndReturn(
  { tab, shows }: Reader,
  element: string,
  text: string,
): Promise<void> {
  await tab.evaluate(`${element}.click()`)
  for (let left = 20; ; left--) {
    try {
      return await shows(text)
    } catch (error) {
      if (left === 0 || !/context|navigat/i.test(String(error))) throw error
    }
  }
}

/** From the sign-in page. */
export function signInAtIssuer(reader: Reader, text: string): Promise<void> {
  return leaveAndReturn(reader, `document.querySelector('.issuers a')`, text)
}
