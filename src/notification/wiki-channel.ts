// A wiki page by HTTP: read, written only if nobody changed it meanwhile, and read back.
import { z } from 'zod'
import { base64Of, parseStrictJson, utf8Bytes, utf8TextLossy } from '../kernel/index.ts'
import type { FetchAnswer } from '../kernel/index.ts'
import { askChannel, failureOfAnswer, isFailed, isSuccess } from './http-answer.ts'
import { htmlOfMarkup, htmlText, plainLine } from './markup.ts'
import type { OutgoingMessage, SendEnd } from './model.ts'
import type { OpenChannel, Send, SendPorts } from './senders.ts'

export const WIKI_STYLES = ['html', 'markdown', 'confluence'] as const
type WikiStyle = (typeof WIKI_STYLES)[number]

export interface WikiSecret {
  readonly url: string
  readonly user?: string
  /** A password with a user, a bearer token without. */
  readonly token?: string
}

const PAGE_LIMIT_BYTES = 1024 * 1024
const NOT_FOUND = 404
const CHANGED_MEANWHILE: readonly number[] = [409, 412]
/** What a test leaves on a page, in either style; the next one takes its place. */
const TEST_MARK = /\n?(?:<!-- seaworthy test [0-9a-f]+ -->|<p>seaworthy test [0-9a-f]+<\/p>)/g

const confluenceSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  version: z.looseObject({ number: z.int() }),
  body: z.looseObject({ storage: z.looseObject({ value: z.string() }) }),
})
type ConfluenceRecord = z.output<typeof confluenceSchema>

/** The page as it stands, and the condition under which it may be written. */
interface Page {
  readonly body: string
  /** Header fields of the condition; empty where the version is in the body. */
  readonly condition: Readonly<Record<string, string>>
  /** What the page was as JSON, where the wiki wants it back. */
  readonly record?: ConfluenceRecord
}

type Failed = Extract<SendEnd, { readonly outcome: 'failed' }>

export const sendToWiki: Send<WikiSecret> = async (ports, channel, message, signal) => {
  const wiki = new Wiki(ports, channel, signal)
  const before = await wiki.read()
  if ('outcome' in before) return before
  const mark = message.nonce ?? message.id
  let written = 'it was there already'
  if (!before.body.includes(mark)) {
    const answer = await wiki.write(before, bodyFor(wiki.style, before.body, message))
    if ('outcome' in answer) return answer
    written = `the page was written (${answer.status})`
  }
  const after = await wiki.read()
  if ('outcome' in after) return after
  if (!after.body.includes(mark))
    return { outcome: 'failed', error: `${written}, and read back it does not hold ${mark}` }
  const host = new URL(channel.secret.url).host
  const what = message.nonce === undefined ? 'the message' : 'the nonce'
  return {
    outcome: 'arrived',
    remoteId:
      after.condition['if-match'] ??
      (after.record === undefined ? null : `version ${after.record.version.number}`),
    proof: {
      level: 'read-back',
      proven: [`${host}: ${written}`, `read back, the page holds ${what} ${mark}`],
      unproven: ['who may see the page, and whether anybody read it'],
    },
  }
}

class Wiki {
  readonly style: WikiStyle
  readonly #ports: SendPorts
  readonly #channel: OpenChannel<WikiSecret>
  readonly #signal: AbortSignal

  constructor(ports: SendPorts, channel: OpenChannel<WikiSecret>, signal: AbortSignal) {
    this.#ports = ports
    this.#channel = channel
    this.#signal = signal
    this.style = WIKI_STYLES.find((each) => each === channel.stored.settings['style']) ?? 'html'
  }

  async read(): Promise<Page | Failed> {
    const address = new URL(this.#channel.secret.url)
    if (this.style === 'confluence') address.searchParams.set('expand', 'body.storage,version')
    const came = await this.#ask('GET', address.href, {})
    if (isFailed(came)) return came
    if (came.truncated)
      return { outcome: 'failed', error: `the page is longer than ${PAGE_LIMIT_BYTES} bytes` }
    const isNew = came.status === NOT_FOUND && this.style !== 'confluence'
    if (isNew) return { body: '', condition: { 'if-none-match': '*' } }
    if (!isSuccess(came)) return this.#failure(came)
    if (this.style === 'confluence') return confluencePage(came)
    const tag = came.headers['etag']
    if (tag === undefined)
      return {
        outcome: 'failed',
        error: 'the page has no ETag: a change of somebody else could be lost',
      }
    return { body: utf8TextLossy(came.body), condition: { 'if-match': tag } }
  }

  async write(page: Page, body: string): Promise<FetchAnswer | Failed> {
    const isConfluence = this.style === 'confluence'
    const content = isConfluence ? confluenceBody(page, body) : body
    const mediaType = isConfluence
      ? 'application/json'
      : `text/${this.style === 'html' ? 'html' : 'markdown'}; charset=utf-8`
    const { settings } = this.#channel.stored
    const method = settings['method'] === 'POST' ? 'POST' : 'PUT'
    const headers = { ...page.condition, 'content-type': mediaType }
    const came = await this.#ask(method, this.#channel.secret.url, headers, utf8Bytes(content))
    if (isFailed(came) || isSuccess(came)) return came
    return this.#failure(came)
  }

  #failure(came: FetchAnswer): Failed {
    if (CHANGED_MEANWHILE.includes(came.status))
      return {
        ...failureOfAnswer(came, this.#ports.clock.nowMs(), 'somebody changed the page meanwhile'),
        isFinal: false,
      }
    return { ...failureOfAnswer(came, this.#ports.clock.nowMs()), isFinal: false }
  }

  async #ask(
    method: string,
    url: string,
    fields: Readonly<Record<string, string>>,
    body?: Uint8Array,
  ): Promise<FetchAnswer | Failed> {
    const { user, token } = this.#channel.secret
    const headers = {
      ...fields,
      'user-agent': this.#ports.userAgent,
      ...(token === undefined
        ? {}
        : {
            authorization:
              user === undefined
                ? `Bearer ${token}`
                : `Basic ${base64Of(utf8Bytes(`${user}:${token}`))}`,
          }),
    }
    const request = {
      method,
      url,
      headers,
      signal: this.#signal,
      ...(body === undefined ? {} : { body }),
    }
    return askChannel(this.#ports.fetch, request, PAGE_LIMIT_BYTES)
  }
}

/** A message takes the page's place; a test leaves the page and puts its mark at the end. */
function bodyFor(style: WikiStyle, before: string, { id, notice, nonce }: OutgoingMessage): string {
  if (nonce !== undefined) {
    const mark =
      style === 'confluence' ? `<p>seaworthy test ${nonce}</p>` : `<!-- seaworthy test ${nonce} -->`
    return `${before.replace(TEST_MARK, '')}\n${mark}`
  }
  const { title, text, fields } = notice
  const foot = `seaworthy ${id}`
  if (style === 'markdown') {
    // Wikis let HTML through in Markdown: what strangers wrote must not become any.
    const safe = (words: string): string => words.replaceAll('<', '&lt;')
    const rows = fields.map(({ name, value }) => safe(`- ${plainLine(name)}: ${plainLine(value)}`))
    const parts = [`# ${safe(plainLine(title))}`, safe(text), rows.join('\n'), `<!-- ${foot} -->`]
    return parts.filter((part) => part !== '').join('\n\n')
  }
  const rows = fields.map(
    ({ name, value }) => `<li>${htmlText(plainLine(name))}: ${htmlText(plainLine(value))}</li>`,
  )
  const list = rows.length === 0 ? '' : `<ul>${rows.join('')}</ul>`
  // Confluence has the title beside the body, and takes comments away.
  const head = style === 'confluence' ? '' : `<h1>${htmlText(plainLine(title))}</h1>`
  return `${head}${htmlOfMarkup(text)}${list}<p><small>${foot}</small></p>`
}

function confluencePage(came: FetchAnswer): Page | Failed {
  try {
    const page = confluenceSchema.safeParse(parseStrictJson(utf8TextLossy(came.body)))
    if (page.success)
      return { body: page.data.body.storage.value, condition: {}, record: page.data }
  } catch {
    // No JSON, said below: it is no page of Confluence.
  }
  return { outcome: 'failed', error: 'answered 200 without a page of Confluence and its version' }
}

function confluenceBody({ record }: Page, value: string): string {
  return JSON.stringify({
    id: record?.id,
    type: record?.type,
    title: record?.title,
    version: { number: (record?.version.number ?? 0) + 1 },
    body: { storage: { value, representation: 'storage' } },
  })
}
