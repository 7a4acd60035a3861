// Mail by SMTP: a plain and an HTML part, one id for all attempts, and only to addresses that did not take it yet.
import { z } from 'zod'
import { MAIL_SECURITIES, SeaworthyError } from '../kernel/index.ts'
import type { MailAnswer } from '../kernel/index.ts'
import { reasonOf } from './http-answer.ts'
import { htmlOfMarkup, htmlText, plainLine, textOfMarkup } from './markup.ts'
import { MAIL_TIMEOUT_MS } from './model.ts'
import type { OutgoingMessage, SendEnd } from './model.ts'
import type { Send } from './senders.ts'

export interface MailSecret {
  readonly user?: string
  readonly password?: string
}

/** What is kept of a mail channel in the open. */
const mailSettingsSchema = z.strictObject({
  host: z.string(),
  port: z.number(),
  security: z.enum(MAIL_SECURITIES),
  from: z.string(),
  to: z.array(z.string()),
})
type MailSettings = z.output<typeof mailSettingsSchema>

/** SMTP: permanent failures begin with 5 (RFC 5321, section 4.2.1). */
const PERMANENT_FROM = 500

export const sendToMail: Send<MailSecret> = async (ports, channel, message, signal) => {
  const settings = mailSettingsSchema.parse(channel.stored.settings)
  const { user, password } = channel.secret
  const left = settings.to.filter((address) => !message.reached.includes(address))
  const request = {
    ...settings,
    to: left,
    ...(user === undefined || password === undefined ? {} : { login: { user, password } }),
    ...lettersOf(message),
    messageId: `${message.id}@${settings.from.split('@')[1] ?? 'seaworthy.invalid'}`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Seaworthy-Message': message.id },
    timeoutMs: MAIL_TIMEOUT_MS,
    signal,
  }
  try {
    return endOf(await ports.mail.send(request), settings, message)
  } catch (error) {
    const status = error instanceof SeaworthyError ? error.details['status'] : undefined
    return {
      outcome: 'failed',
      error: reasonOf(error),
      ...(typeof status === 'number' ? { status, isFinal: isPermanent(status, error) } : {}),
    }
  }
}

/** A login that is refused may be mended; what a server says of the message itself stays. */
function isPermanent(status: number, error: unknown): boolean {
  const reason = error instanceof SeaworthyError ? error.details['reason'] : undefined
  return status >= PERMANENT_FROM && reason !== 'EAUTH' && reason !== 'ETLS'
}

function endOf(
  { words, accepted, refused }: MailAnswer,
  { host, to }: MailSettings,
  { id, reached }: OutgoingMessage,
): SendEnd {
  const took = [...reached, ...accepted]
  if (refused.length > 0) {
    const said = refused.map((each) => `${each.address}: ${each.words}`).join('; ')
    const statuses = refused.map((each) => Number.parseInt(each.words, 10))
    return {
      outcome: 'failed',
      error: `${took.length} of ${to.length} addresses took it; ${said}`,
      reached: took,
      isFinal: statuses.every((status) => status >= PERMANENT_FROM),
      ...(Number.isNaN(statuses[0] ?? Number.NaN) ? {} : { status: statuses[0]! }),
    }
  }
  const queueId = /queued as ([^\s,;]{1,100})/i.exec(words)?.[1]
  const status = Number.parseInt(words, 10)
  return {
    outcome: 'arrived',
    remoteId: queueId ?? words,
    ...(Number.isNaN(status) ? {} : { status }),
    proof: {
      level: 'accepted',
      proven: [
        `${host} took the message ${id} for ${took.length} of ${to.length} addresses: ${words}`,
        ...(queueId === undefined ? [] : [`its queue id is ${queueId}`]),
      ],
      unproven: [
        'that it reached a mailbox (the server may still queue, filter or return it), and whether anybody read it',
      ],
    },
  }
}

/** Subject and both parts. */
export function lettersOf({ id, notice, nonce }: OutgoingMessage): {
  readonly subject: string
  readonly text: string
  readonly html: string
} {
  const { title, text, fields } = notice
  const rows = fields.map(({ name, value }) => [plainLine(name), plainLine(value)] as const)
  const foot = `seaworthy ${id}${nonce === undefined ? '' : ` nonce ${nonce}`}`
  const list = rows.map(([name, value]) => `${name}: ${value}`).join('\n')
  const table = rows
    .map(
      ([name, value]) =>
        `<tr><th align="left">${htmlText(name)}</th><td>${htmlText(value)}</td></tr>`,
    )
    .join('')
  return {
    subject: plainLine(title),
    text: [textOfMarkup(text), list, `-- \n${foot}`].filter((part) => part !== '').join('\n\n'),
    html: [
      `<h1>${htmlText(plainLine(title))}</h1>`,
      htmlOfMarkup(text),
      table === '' ? '' : `<table>${table}</table>`,
      `<p><small>${htmlText(foot)}</small></p>`,
    ]
      .filter((part) => part !== '')
      .join('\n'),
  }
}
