// What somebody says of a channel, by kind, and what is kept of it: what may be shown, and what is sealed.
import { z } from 'zod'
import { MAIL_SECURITIES, SeaworthyError } from '../kernel/index.ts'
import type { GuardedFetch, GuardedMail } from '../kernel/index.ts'
import { notificationFault } from './errors.ts'
import type { MailSecret } from './email-channel.ts'
import { PAGERDUTY_URL } from './pagerduty-channel.ts'
import type { ReadChannel } from './senders.ts'
import { WIKI_STYLES } from './wiki-channel.ts'

const ADDRESS_LIMIT_COUNT = 50
const SUBMISSION_PORT = 587

const address = z
  .string()
  .max(254)
  .regex(
    /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i,
    'expected one plain mail address',
  )
const credential = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\p{Cc}]*$/u, 'expected no control characters')
const url = z.string().min(1).max(2_000)

export const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url }),
  z.strictObject({ kind: z.literal('slack'), url }),
  z.strictObject({
    kind: z.literal('pagerduty'),
    routingKey: z.string().regex(/^[A-Za-z0-9]{32}$/, 'expected a routing key of 32 characters'),
    url: url.default(PAGERDUTY_URL),
  }),
  z.strictObject({
    kind: z.literal('wiki'),
    url,
    style: z.enum(WIKI_STYLES).default('html'),
    method: z.enum(['PUT', 'POST']).default('PUT'),
    user: credential.exactOptional(),
    token: credential.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('email'),
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535).default(SUBMISSION_PORT),
    security: z.enum(MAIL_SECURITIES).default('starttls'),
    user: credential.exactOptional(),
    password: credential.exactOptional(),
    from: address,
    to: z.array(address).min(1).max(ADDRESS_LIMIT_COUNT).readonly(),
  }),
])

export type ChannelTarget = z.output<typeof targetSchema>
type WikiTarget = Extract<ChannelTarget, { readonly kind: 'wiki' }>
type MailTarget = Extract<ChannelTarget, { readonly kind: 'email' }>

/** Where channels may lead. */
export interface TargetPorts {
  readonly fetch: GuardedFetch
  readonly mail: GuardedMail
}

/** @throws NOTIFICATION_CHANNEL_REFUSED for what may not be reached, or could not be used */
export function readTarget(ports: TargetPorts, target: ChannelTarget): ReadChannel {
  switch (target.kind) {
    case 'webhook':
    case 'slack':
      admitOrRefuse(() => {
        ports.fetch.admit(target.url)
      })
      return { settings: { host: new URL(target.url).host }, secret: { url: target.url } }
    case 'pagerduty': {
      const { url: address, routingKey } = target
      admitOrRefuse(() => {
        ports.fetch.admit(address)
      })
      return { settings: { host: new URL(address).host }, secret: { url: address, routingKey } }
    }
    case 'wiki':
      return readWikiTarget(ports, target)
    case 'email':
      return readMailTarget(ports, target)
  }
}

function readWikiTarget(ports: TargetPorts, target: WikiTarget): ReadChannel {
  const { url: address, style, method, user, token } = target
  if (user !== undefined && token === undefined)
    throw refusal('expected a token or password with the user')
  admitOrRefuse(() => {
    ports.fetch.admit(address)
  })
  return {
    settings: { host: new URL(address).host, style, method },
    secret: {
      url: address,
      ...(user === undefined ? {} : { user }),
      ...(token === undefined ? {} : { token }),
    },
  }
}

function readMailTarget(ports: TargetPorts, target: MailTarget): ReadChannel {
  const { host, port, security, user, password, from } = target
  if ((user === undefined) !== (password === undefined))
    throw refusal('expected a user and a password, or neither')
  admitOrRefuse(() => {
    ports.mail.admit({ host, port, security })
  })
  const to = [...new Set(target.to)]
  const secret: MailSecret = user === undefined || password === undefined ? {} : { user, password }
  return { settings: { host, port, security, from, to }, secret: { ...secret } }
}

function admitOrRefuse(admit: () => void): void {
  try {
    admit()
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error
    throw notificationFault('NOTIFICATION_CHANNEL_REFUSED', error.message, { cause: error })
  }
}

function refusal(words: string): SeaworthyError {
  return notificationFault('NOTIFICATION_CHANNEL_REFUSED', words)
}
