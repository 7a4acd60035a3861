// The API's own description: a valid OpenAPI document, what a whole journey really answers fits it, and a page to read it on.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { CHROMIUM_MISSING, findChromium, withTab } from '../chromium.ts'
import { openRecordingProxy } from '../recording-proxy.ts'
import type { Exchange } from '../recording-proxy.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder, Workplace } from './command-line.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, object>> }>>
}

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const CHECKLIST = `---
service: sloop
version: 1.0.0
---
# sloop 1.0.0

- [ ] **The clock speaks UTC**
  \`\`\`bash
  test "$(date +%z)" = "+0000"
  \`\`\`

## Sign-Off

| Role | Name | Status |
| --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ |
`

const place = openWorkplace()
let served: ServedFolder
let key = ''

before(async () => {
  served = await place.serve()
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8')
  key = Buffer.from(secret.trim(), 'base64').toString('base64url')
})

after(async () => {
  await served.stop()
  place.remove()
})

async function readDocument(): Promise<Document> {
  const answer = await fetch(new URL('/openapi.json', served.url))
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  return (await answer.json()) as Document
}

/** Everything that a team does with one release, and what it looks up. */
async function makeJourney(client: Workplace): Promise<void> {
  const file = client.write('sloop.md', CHECKLIST)
  const commands: readonly (readonly string[])[] = [
    ['key', 'create', 'ada', '--role', 'Captain'],
    ['key', 'create', 'ben', '--role', 'Captain'],
    ['runner', 'enrol', 'tug'],
    ['import', file],
    ['plan', file, '--out', join(client.folder, 'sloop.plan.yaml')],
    ['plan', 'review', join(client.folder, 'sloop.plan.yaml'), '--as', 'ada'],
    ['run', join(client.folder, 'sloop.plan.yaml')],
    ['status'],
    ['risk', 'add', 'Rota is kept by hand', '--level', 'P3', '--owner', 'ada', '--as', 'ada'],
    ['risk', 'list'],
    ['sign', 'sloop@1.0.0', '--as', 'ada', '--role', 'Captain'],
    ['decide', 'sloop@1.0.0'],
    ['decide', 'sloop@1.0.0', '--replay'],
    ['report', 'sloop@1.0.0', '--kind', 'all'],
    ['bundle', 'sloop@1.0.0'],
    ['checks'],
    ['api-key', 'create', 'ci', '--role', 'developer'],
    ['api-key', 'list'],
    ['key', 'list'],
    ['guard', 'switch', 'set', 'pumps', '--kind', 'kill-switch'],
    ['guard', 'switch', 'kill', 'pumps', '--reason', 'trial'],
    ['guard', 'switch', 'list'],
    ['guard', 'switch', 'history', 'pumps'],
    ['jobs', 'kinds'],
    ['jobs', 'list'],
    ['ledger', 'append', 'hello', '--subject', 'sloop'],
    ['ledger', 'list'],
    ['ledger', 'verify'],
    ['ledger', 'prove', '0', '--out', join(client.folder, 'entry-0.tlog-proof')],
  ]
  for (const words of commands) {
    const { exit, stdout } = await client.ask(words)
    assert.equal(exit, 0, `${words.join(' ')}: ${stdout}`)
  }
}

test('the document is valid OpenAPI 3.1 by an independent validator, and describes every code', async () => {
  const document = await readDocument()
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  assert.ok(valid, JSON.stringify(errors))
  assert.equal(validator.version, '3.1')
  const operations = Object.values(document.paths).flatMap((each) => Object.values(each))
  const ids = operations.map(({ operationId }) => operationId)
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.length > 60, `${ids.length} operations`)
  const { paths } = document
  const broken = { openapi: '3.1.0', paths }
  assert.equal((await new Validator().validate(broken)).valid, false)
})

test('what a whole journey answers fits what the document declares, route by route', async (t) => {
  const document = await readDocument()
  const proxy = await openRecordingProxy(served.url)
  const client = openWorkplace(undefined, { SEAWORTHY_URL: proxy.url, SEAWORTHY_KEY: key })
  try {
    await makeJourney(client)
  } finally {
    client.remove()
    await proxy.close()
  }
  const answersOf = answerChecker(document)
  const wrong = proxy.exchanges.flatMap((exchange) => answersOf.check(exchange))
  assert.deepEqual(wrong, [])
  t.diagnostic(`${proxy.exchanges.length} answers of ${answersOf.seen.size} operations`)
  assert.ok(answersOf.seen.size >= 30, [...answersOf.seen].join(', '))
})

interface AnswerChecker {
  readonly seen: Set<string>
  check(exchange: Exchange): readonly string[]
}

function answerChecker(document: Document): AnswerChecker {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false })
  ajv.addSchema(document, 'api')
  const seen = new Set<string>()
  return {
    seen,
    check({ method, path, status, mediaType, body }) {
      const bare = path.split('?', 1)[0] ?? ''
      const found = Object.keys(document.paths)
        .filter((template) => matches(template, bare))
        .sort((one, other) => one.split('{').length - other.split('{').length)[0]
      const operation = found && document.paths[found]?.[method.toLowerCase()]
      if (!operation) return [`${method} ${bare}: not in the document`]
      seen.add(operation.operationId)
      const at = String(status) in operation.responses ? String(status) : 'default'
      if (at === 'default' && status < 400) return [`${method} ${bare}: ${status} is not declared`]
      const media = mediaType.split(';', 1)[0] ?? ''
      const root =
        at === 'default'
          ? '/components/responses/Problem'
          : `/paths/${pointer(found)}/${method.toLowerCase()}/responses/${at}`
      if (!/json/.test(media)) return []
      const ref = `api#${root}/content/${pointer(media)}/schema`
      const validate = ajv.getSchema(ref)
      if (validate === undefined) return [`${method} ${bare}: no ${media} is declared for ${at}`]
      if (validate(JSON.parse(body.toString('utf8')))) return []
      return [`${method} ${bare} ${status}: ${ajv.errorsText(validate.errors)}`]
    },
  }
}

function matches(template: string, path: string): boolean {
  const parts = template.split('/')
  const given = path.split('/')
  return (
    parts.length === given.length &&
    parts.every((part, at) => part.startsWith('{') || part === given[at])
  )
}

function pointer(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'))
}

test('a query parameter that a route does not know is refused by name, and so is a member of a body', async () => {
  const headers = { authorization: `Bearer ${key}` }
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    const answer = await fetch(new URL(path, served.url), { ...init, headers })
    const { code, detail } = (await answer.json()) as { code: string; detail: string }
    return `${answer.status} ${code} ${detail}`
  }
  assert.match(await ask('/v1/runs?limti=5'), /^400 WEB_QUERY_INVALID .*limti/)
  assert.match(await ask('/v1/ledger/entries?limit=5&limit=6'), /^400 WEB_QUERY_INVALID limit/)
  assert.match(await ask('/v1/ledger/proofs/one'), /^400 WEB_PATH_INVALID seq/)
  assert.match(
    await ask('/v1/runs/x/finish', { method: 'POST', body: '{"force":true}' }),
    /^422 WEB_BODY_INVALID/,
  )
  assert.match(
    await ask('/v1/jobs', { method: 'POST', body: '{"kind":"x","tenant":"y"}' }),
    /^422 WEB_BODY_INVALID .*tenant/,
  )
})

test('the page of the API works without a script, loads nothing, shows every operation, and fits a small screen', async (t) => {
  const chromium = findChromium()
  if (chromium === undefined) return t.skip(CHROMIUM_MISSING)
  const document = await readDocument()
  const answer = await fetch(new URL('/docs', served.url))
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; /)
  const operations = Object.values(document.paths).flatMap((each) => Object.values(each))
  await withTab(chromium, async (tab) => {
    const size = { width: 360, height: 800, deviceScaleFactor: 1, mobile: true }
    await tab.send('Emulation.setScriptExecutionDisabled', { value: true })
    await tab.send('Emulation.setDeviceMetricsOverride', size)
    await tab.open(`${served.url}/docs`)
    await tab.send('Emulation.setScriptExecutionDisabled', { value: false })
    const seen = (await tab.evaluate(`({
      operations: document.querySelectorAll('details').length,
      active: document.querySelectorAll('script, img, link, iframe, form, [style], [onclick]').length,
      width: document.documentElement.scrollWidth,
      isStyled: getComputedStyle(document.body).maxWidth !== 'none',
      text: document.body.textContent,
    })`)) as { operations: number; active: number; width: number; isStyled: boolean; text: string }
    assert.deepEqual(
      [seen.operations, seen.active, seen.width, seen.isStyled],
      [operations.length, 0, 360, true],
    )
    for (const { summary } of operations) assert.ok(seen.text.includes(summary), summary)
    assert.deepEqual(
      tab.requests.map((url) => new URL(url).pathname),
      ['/docs'],
    )
  })
})
