// Mail to servers that somebody else chose: where it goes is judged at the dial, TLS and certificates are not negotiable.
import { connect, isIP } from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import { createTransport } from 'nodemailer'
import { messageOf, redactValues } from '../kernel/index.ts'
import type { GuardedMail, MailAnswer, MailRequest, MailServer } from '../kernel/index.ts'
import type { SeaworthyError } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { allowedBy, makeJudgedLookup } from './guarded-fetch.ts'
import type { GuardedTerms } from './guarded-fetch.ts'
import { LOOPBACK_NAME } from './name-lookup.ts'
import { isLoopbackAddress } from './public-address.ts'

/** Ports of mail: others belong to services that speak something else. */
const MAIL_PORTS: readonly number[] = [25, 465, 587, 2525]
const HOST_FORM = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i
/** One address as SMTP carries it (RFC 5321 without quoted local parts): nothing in it can end a line or begin another. */
const ADDRESS_FORM = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i
const ANSWER_LIMIT_BYTES = 64 * 1024
const WORDS_LIMIT_LENGTH = 300

export interface MailTerms extends GuardedTerms {
  /** PEM of authorities besides the system's. */
  readonly authorities?: readonly string[]
}

export function makeGuardedMail(terms: MailTerms): GuardedMail {
  const allows = allowedBy(terms)
  const lookup = makeJudgedLookup(terms)
  const admit = ({ host, port, security }: MailServer): void => {
    const isLiteral = isIP(host) !== 0
    if (!isLiteral && !HOST_FORM.test(host)) throw refusal('expected the name of a mail server')
    const isHere = host === LOOPBACK_NAME || isLoopbackAddress(host)
    if ((isLiteral && !allows(host)) || (isHere && !terms.allowsLoopback))
      throw refusal('expected a public mail server')
    if (isHere) return
    if (security === 'none') throw refusal('expected tls or starttls')
    if (!MAIL_PORTS.includes(port)) throw refusal(`expected port ${MAIL_PORTS.join(', ')}`)
  }
  return {
    admit,
    async send(request) {
      admit(request)
      for (const address of [request.from, ...request.to])
        if (!ADDRESS_FORM.test(address)) throw refusal('expected plain mail addresses')
      const abort = new AbortController()
      const timer = setTimeout(() => {
        abort.abort('timeout')
      }, request.timeoutMs)
      const stop = (): void => {
        abort.abort('aborted')
      }
      request.signal?.addEventListener('abort', stop, { once: true })
      try {
        if (request.signal?.aborted === true) stop()
        return await exchange(request, lookup, terms.authorities, abort.signal)
      } catch (error) {
        throw failureOf(request, error, abort.signal)
      } finally {
        clearTimeout(timer)
        request.signal?.removeEventListener('abort', stop)
      }
    },
  }
}

function refusal(words: string): SeaworthyError {
  return platformFault('PLATFORM_MAIL_REFUSED', words)
}

async function exchange(
  request: MailRequest,
  lookup: LookupFunction,
  authorities: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<MailAnswer> {
  const { host, port, security, login, timeoutMs } = request
  const socket = await dial(host, port, lookup, signal)
  const cut = (): void => {
    socket.destroy()
  }
  signal.addEventListener('abort', cut, { once: true })
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    getSocket: (_options, callback) => {
      callback(null, { connection: socket })
    },
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(authorities === undefined ? {} : { ca: [...authorities] }),
    },
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
    maxResponseSize: ANSWER_LIMIT_BYTES,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { from, to, subject, text, html, messageId, headers } = request
    const sending = transport.sendMail({
      envelope: { from, to: [...to] },
      from,
      to: [...to],
      subject,
      text,
      html,
      messageId: `<${messageId}>`,
      headers: { ...headers },
    })
    const sent = await Promise.race([sending, endOf(signal)])
    return {
      words: oneLine(sent.response, request),
      accepted: sent.accepted.map(addressOf),
      refused: (sent.rejectedErrors ?? []).map((error) => ({
        address: error.recipient ?? '',
        words: oneLine(error.response ?? error.message, request),
      })),
    }
  } finally {
    signal.removeEventListener('abort', cut)
    transport.close()
    socket.destroy()
  }
}

function addressOf(address: string | { readonly address?: string | undefined }): string {
  return typeof address === 'string' ? address : (address.address ?? '')
}

/** Rejects at the abort: a server that drips one byte a second is never silent for long. */
function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => {
      reject(new Error('the time was over'))
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

function dial(
  host: string,
  port: number,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup })
    const cut = (): void => {
      socket.destroy(new Error('the time was over'))
    }
    socket.once('error', reject)
    socket.once('close', () => {
      signal.removeEventListener('abort', cut)
    })
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
    if (signal.aborted) cut()
    else signal.addEventListener('abort', cut, { once: true })
  })
}

function failureOf(request: MailRequest, error: unknown, signal: AbortSignal): SeaworthyError {
  const { code, responseCode, response } = error as {
    readonly code?: unknown
    readonly responseCode?: unknown
    readonly response?: unknown
  }
  const reason = signal.aborted ? String(signal.reason) : typeof code === 'string' ? code : 'broken'
  const said = typeof response === 'string' && response !== '' ? response : messageOf(error)
  const words = oneLine(said, request)
  return platformFault(
    'PLATFORM_MAIL_FAILED',
    `expected ${request.host} to take the message, got: ${words}`,
    {
      details: {
        reason,
        words,
        ...(typeof responseCode === 'number' && responseCode > 0 ? { status: responseCode } : {}),
      },
    },
  )
}

/** What a server says ends up in records: short, one line, and without the password that it may repeat. */
function oneLine(text: string, { login }: MailRequest): string {
  const secrets = login === undefined ? [] : spellingsOf(login.user, login.password)
  const safe = redactValues(text, secrets).text
  return safe
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, WORDS_LIMIT_LENGTH)
}

/** As it is, and as AUTH LOGIN and AUTH PLAIN carry it. */
function spellingsOf(user: string, password: string): readonly string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return [password, base64(password), base64(`\0${user}\0${password}`)]
}
