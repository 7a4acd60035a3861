// Slack by an incoming webhook: Block Kit, in which nothing of what strangers wrote addresses anybody.
import { utf8Bytes, utf8TextLossy } from '../kernel/index.ts'
import { askChannel, failureOfAnswer, isFailed, shownAnswer } from './http-answer.ts'
import { plainLine, slackOfMarkup, slackText } from './markup.ts'
import type { OutgoingMessage } from './model.ts'
import type { Send } from './senders.ts'
import type { UrlSecret } from './webhook-channel.ts'

/** Limits of Block Kit, in characters and blocks. */
const HEADER_LIMIT_LENGTH = 150
const SECTION_LIMIT_LENGTH = 3_000
const SECTION_LIMIT_COUNT = 10
const FIELD_LIMIT_COUNT = 10
const FIELD_LIMIT_LENGTH = 2_000
/** What an incoming webhook answers with status 200. */
const TAKEN = 'ok'

export const sendToSlack: Send<UrlSecret> = async (ports, { secret }, message, signal) => {
  const request = {
    method: 'POST',
    url: secret.url,
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': ports.userAgent },
    body: utf8Bytes(JSON.stringify(slackMessage(message))),
    signal,
  }
  const came = await askChannel(ports.fetch, request)
  if (isFailed(came)) return came
  const isTaken = came.status === 200 && utf8TextLossy(came.body).trim() === TAKEN
  if (!isTaken) return failureOfAnswer(came, ports.clock.nowMs(), shownAnswer(came))
  return {
    outcome: 'arrived',
    remoteId: null,
    status: came.status,
    proof: {
      level: 'accepted',
      proven: [`${new URL(secret.url).host} answered 200 and ok to the message ${message.id}`],
      unproven: ['where it stands (an incoming webhook gives no id), and whether anybody read it'],
    },
  }
}

/** A channel's message as Slack takes it. */
export function slackMessage({ id, notice, nonce }: OutgoingMessage): object {
  const { title, text, fields } = notice
  const sections = sectionsOf(slackOfMarkup(text)).map((part) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: part, verbatim: true },
  }))
  const shown = fields.slice(0, FIELD_LIMIT_COUNT).map(({ name, value }) => ({
    type: 'mrkdwn',
    text: cut(
      `*${slackText(plainLine(name))}*\n${slackText(plainLine(value))}`,
      FIELD_LIMIT_LENGTH,
    ),
    verbatim: true,
  }))
  const foot = `seaworthy ${id}${nonce === undefined ? '' : ` nonce ${nonce}`}`
  return {
    // Shown in notices of the system, and read by screen readers.
    text: slackText(plainLine(title)),
    blocks: [
      {
        type: 'header',
        text: {
          type: 'plain_text',
          text: cut(plainLine(title), HEADER_LIMIT_LENGTH),
          emoji: false,
        },
      },
      ...sections,
      ...(shown.length === 0 ? [] : [{ type: 'section', fields: shown }]),
      { type: 'context', elements: [{ type: 'plain_text', text: foot, emoji: false }] },
    ],
    unfurl_links: false,
    unfurl_media: false,
  }
}

/** Whole lines as long as they fit; what is beyond the last section is said to be missing. */
function sectionsOf(text: string): readonly string[] {
  const sections: string[] = []
  let current = ''
  for (const line of text.split('\n').map((each) => cut(each, SECTION_LIMIT_LENGTH))) {
    if (current !== '' && current.length + 1 + line.length > SECTION_LIMIT_LENGTH) {
      sections.push(current)
      current = line
    } else current = current === '' ? line : `${current}\n${line}`
  }
  if (current.trim() !== '') sections.push(current)
  if (sections.length <= SECTION_LIMIT_COUNT) return sections
  return [
    ...sections.slice(0, SECTION_LIMIT_COUNT - 1),
    '… the rest does not fit into a message of Slack',
  ]
}

// By whole characters, and never in the middle of an escaped one: half a `&lt;` would be read as text.
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit - 1).replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/u, '')}…`
}
