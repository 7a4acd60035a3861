// A reader of the board for tests: opens pages, waits for what they show, hands in files, holds pages to axe, takes pictures.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CHROMIUM_MISSING, findChromium, withTab, withTabsApart } from './chromium.ts'
import type { Tab } from './chromium.ts'

/** Pictures of the last run, for people; not in the repository. */
const PICTURES = fileURLToPath(new URL('../.ci/out/board/', import.meta.url))
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const WAIT_LIMIT_MS = 30_000
const WAIT_STEP_MS = 50

/** How a page is looked at. */
const LOOKS = [
  { name: 'light', width: 1280, scheme: 'light' },
  { name: 'dark', width: 1280, scheme: 'dark' },
  { name: 'narrow', width: 320, scheme: 'light' },
] as const
const HEIGHT = 900

export interface Reader {
  readonly tab: Tab
  /** Loads a page anew, whatever was shown before. */
  open(address: string): Promise<void>
  /** Waits until an expression of the page is true. */
  until(expression: string): Promise<void>
  /** Waits until the page shows the text. */
  shows(text: string): Promise<void>
  /** Hands a file to the page's nth field for files. */
  handIn(path: string, nth?: number): Promise<void>
  press(key: 'Tab' | 'Enter'): Promise<void>
  /** No violation of axe, no scrolling sideways, no violation of the policy, in each look; leaves pictures. */
  inspect(name: string): Promise<void>
}

/** Runs in a browser of its own; skipped by name where there is none. @param origin asked for when the test begins */
export function browse(
  origin: () => string,
  use: (reader: Reader, t: TestContext) => Promise<void>,
): (t: TestContext) => Promise<void> {
  return async (t) => {
    const chromium = findChromium()
    if (chromium === undefined) return t.skip(CHROMIUM_MISSING)
    await withTab(chromium, async (tab) => use(await openReader(tab, origin()), t))
  }
}

/** The same with readers whose browsers know nothing of each other. */
export function browseApart(
  origin: () => string,
  count: number,
  use: (...readers: Reader[]) => Promise<void>,
): (t: TestContext) => Promise<void> {
  return async (t) => {
    const chromium = findChromium()
    if (chromium === undefined) return t.skip(CHROMIUM_MISSING)
    await withTabsApart(chromium, count, async (tabs) => {
      const readers: Reader[] = []
      for (const tab of tabs) readers.push(await openReader(tab, origin()))
      await use(...readers)
    })
  }
}

/** Presses the button that says this, once it can be pressed. */
export async function pressButton({ tab, until }: Reader, label: string): Promise<void> {
  const found = `[...document.querySelectorAll('button')].find((it) => !it.disabled && it.innerText === ${JSON.stringify(label)})`
  await until(found)
  await tab.evaluate(`${found}.click()`)
}

/** Writes into the field of this name as a person would. */
export async function fillIn({ tab, until }: Reader, name: string, value: string): Promise<void> {
  const field = `document.querySelector('[name=${name}]')`
  await until(field)
  await tab.evaluate(`(() => {
    const field = ${field}
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, ${JSON.stringify(value)})
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })()`)
}

/** The key that opens everything of a server on this data folder. */
export function operatorKeyOf(dataFolder: string): string {
  const secret = readFileSync(join(dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}

/** The key of the sign-in link that such a server prints. */
export function viewKeyOf(dataFolder: string): string {
  return createHmac('sha256', operatorKeyOf(dataFolder)).update('view').digest('base64url')
}

export async function openReader(tab: Tab, origin: string): Promise<Reader> {
  await tab.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `globalThis.violations = []
      addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective))
      addEventListener('error', (event) => violations.push(event.message))`,
  })
  const until = async (expression: string): Promise<void> => {
    const endsAtMs = Date.now() + WAIT_LIMIT_MS
    while ((await tab.evaluate(`Boolean(${expression})`)) !== true) {
      if (Date.now() > endsAtMs) {
        const shown = String(await tab.evaluate('document.body.innerText'))
        throw new Error(`expected ${expression}, got the page\n${shown}`)
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS))
    }
  }
  return {
    tab,
    until,
    async open(address) {
      // A mere change of the fragment would load nothing.
      await tab.open('about:blank')
      await tab.open(origin + address)
    },
    shows: (text) => until(`document.body?.innerText.includes(${JSON.stringify(text)})`),
    async handIn(path, nth = 0) {
      const { root } = (await tab.send('DOM.getDocument')) as { root: { nodeId: number } }
      const terms = { nodeId: root.nodeId, selector: 'input[type=file]' }
      const { nodeIds } = (await tab.send('DOM.querySelectorAll', terms)) as { nodeIds: number[] }
      await tab.send('DOM.setFileInputFiles', { files: [path], nodeId: nodeIds[nth] })
    },
    async press(key) {
      const text = key === 'Enter' ? { text: '\r' } : {}
      const code = { key, code: key, windowsVirtualKeyCode: key === 'Enter' ? 13 : 9 }
      await tab.send('Input.dispatchKeyEvent', { type: 'keyDown', ...code, ...text })
      await tab.send('Input.dispatchKeyEvent', { type: 'keyUp', ...code })
    },
    inspect: (name) => inspectPage(tab, name),
  }
}

async function inspectPage(tab: Tab, name: string): Promise<void> {
  await tab.evaluate(`${AXE};0`)
  for (const { name: look, width, scheme } of LOOKS) {
    await tab.send('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ],
    })
    const size = { width, height: HEIGHT, deviceScaleFactor: 1, mobile: false }
    await tab.send('Emulation.setDeviceMetricsOverride', size)
    const height = Number(await tab.evaluate('document.documentElement.scrollHeight'))
    // Sections out of sight are not drawn, so the whole page is brought into sight.
    await tab.send('Emulation.setDeviceMetricsOverride', { ...size, height: height + 200 })
    const found =
      await tab.evaluate(`axe.run({ runOnly: ${JSON.stringify(RULES)} }).then((result) =>
      result.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(' ')))`)
    assert.deepEqual(found, [], `${name}, ${look}`)
    const shown = await tab.evaluate('[document.documentElement.scrollWidth, violations]')
    assert.deepEqual(shown, [width, []], `${name}, ${look}: width, and what the policy refused`)
    const { data } = await tab.send('Page.captureScreenshot', { format: 'png' })
    mkdirSync(PICTURES, { recursive: true })
    writeFileSync(join(PICTURES, `${name}-${look}.png`), Buffer.from(String(data), 'base64'))
  }
  await tab.send('Emulation.clearDeviceMetricsOverride')
}
