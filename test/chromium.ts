// A real Chromium for tests, driven over its pipe: no package, no port, an own profile that is removed afterwards.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const CANDIDATES = [
  process.env['SEAWORTHY_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Said by every test that is skipped without one. */
export const CHROMIUM_MISSING = 'no Chromium here: install it, or name it in SEAWORTHY_CHROMIUM'

/** Path of a Chromium on this machine; undefined where there is none, or services are hidden. */
export function findChromium(): string | undefined {
  if (process.env['SEAWORTHY_HIDE_SERVICES'] === '1') return undefined
  return CANDIDATES.find((path) => path !== undefined && existsSync(path))
}

type Members = Readonly<Record<string, unknown>>

export interface Tab {
  send(method: string, params?: Members): Promise<Members>
  /** Value of an expression, promises awaited; throws what the page throws. */
  evaluate(expression: string): Promise<unknown>
  /** Loads the page and waits for its load event. */
  open(url: string): Promise<void>
  /** URLs of every request the page made since it was opened, in order; data URLs are none. */
  readonly requests: string[]
  /** Another window of the same browser: both are seen, and share what tabs share. */
  another(): Promise<Tab>
  close(): Promise<void>
}

/** A command that has no answer after this long fails its test. */
const ANSWER_LIMIT_MS = 60_000

export function withTab<T>(chromium: string, use: (tab: Tab) => Promise<T>): Promise<T> {
  return withPipe(chromium, async (pipe) => use(await openTab(pipe)))
}

/** One browser with contexts of their own: no tab sees a cookie or a key of another. */
export function withTabsApart<T>(
  chromium: string,
  count: number,
  use: (tabs: readonly Tab[]) => Promise<T>,
): Promise<T> {
  return withPipe(chromium, async (pipe) => {
    const tabs: Tab[] = []
    while (tabs.length < count) {
      const { browserContextId } = await pipe.call('Target.createBrowserContext', {})
      tabs.push(await openTab(pipe, { browserContextId }))
    }
    return use(tabs)
  })
}

async function withPipe<T>(chromium: string, use: (pipe: Pipe) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'seaworthy-chromium-'))
  const flags = [
    '--headless=new',
    '--remote-debugging-pipe',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--no-first-run',
    '--hide-scrollbars',
    `--user-data-dir=${profile}`,
  ]
  const child = spawn(chromium, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  try {
    const pipe = talkOver(child.stdio[3] as Writable, child.stdio[4] as Readable)
    child.once('error', pipe.fail)
    child.once('exit', () => pipe.fail(new Error('expected Chromium to run, it ended')))
    return await use(pipe)
  } finally {
    child.kill('SIGKILL')
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Members
  readonly result?: Members
  readonly error?: { readonly message: string }
}

interface Pipe {
  call(method: string, params: Members, sessionId?: string): Promise<Members>
  listen(hear: (message: Message) => void): void
  fail(error: Error): void
}

// Chrome DevTools Protocol over a pipe: one JSON document per zero byte.
function talkOver(input: Writable, output: Readable): Pipe {
  const waiting = new Map<number, (message: Message) => void>()
  const listeners: ((message: Message) => void)[] = []
  let lastId = 0
  let rest = Buffer.alloc(0)
  output.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const message = JSON.parse(rest.subarray(0, end).toString()) as Message
      rest = rest.subarray(end + 1)
      if (message.id === undefined) for (const hear of listeners) hear(message)
      else waiting.get(message.id)?.(message)
    }
  })
  return {
    listen: (hear) => void listeners.push(hear),
    fail(error) {
      for (const answer of waiting.values()) answer({ error: { message: error.message } })
    },
    call: (method, params, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        const timer = setTimeout(
          () => reject(new Error(`${method}: no answer in ${ANSWER_LIMIT_MS} ms`)),
          ANSWER_LIMIT_MS,
        )
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id)
          clearTimeout(timer)
          if (error === undefined) resolve(result ?? {})
          else reject(new Error(`${method}: ${error.message}`))
        })
        input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      }),
  }
}

async function openTab(pipe: Pipe, place: Members = {}): Promise<Tab> {
  const wanted = { url: 'about:blank', newWindow: true, ...place }
  const { targetId } = await pipe.call('Target.createTarget', wanted)
  const attached = await pipe.call('Target.attachToTarget', { targetId, flatten: true })
  const sessionId = String(attached['sessionId'])
  const send: Tab['send'] = (method, params = {}) => pipe.call(method, params, sessionId)
  const requests: string[] = []
  let loaded: (() => void) | undefined
  pipe.listen(({ method, params, sessionId: heard }) => {
    if (heard !== sessionId) return
    if (method === 'Page.loadEventFired') loaded?.()
    if (method !== 'Network.requestWillBeSent') return
    const request = params?.['request'] as { readonly url: string } | undefined
    if (request?.url.startsWith('data:') === false) requests.push(request.url)
  })
  await send('Page.enable')
  await send('Network.enable')
  return {
    send,
    requests,
    another: () => openTab(pipe, place),
    async close() {
      await pipe.call('Target.closeTarget', { targetId })
    },
    async open(url) {
      const loading = new Promise<void>((resolve) => {
        loaded = resolve
      })
      const { errorText } = await send('Page.navigate', { url })
      if (typeof errorText === 'string') throw new Error(`${url}: ${errorText}`)
      await loading
    },
    async evaluate(expression) {
      const terms = { expression, awaitPromise: true, returnByValue: true }
      const { result, exceptionDetails } = await send('Runtime.evaluate', terms)
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { readonly value?: unknown }).value
    },
  }
}
