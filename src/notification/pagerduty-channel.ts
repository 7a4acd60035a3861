// PagerDuty by Events API v2: one incident for each topic, opened and resolved under its dedup key.
import { cutText, parseStrictJson, utf8Bytes, utf8TextLossy } from '../kernel/index.ts'
import type { FetchAnswer } from '../kernel/index.ts'
import { askChannel, failureOfAnswer, isFailed, shownAnswer } from './http-answer.ts'
import { plainLine, textOfMarkup } from './markup.ts'
import type { OutgoingMessage } from './model.ts'
import type { OpenChannel, Send, SendPorts } from './senders.ts'

export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'

export interface PagerDutySecret {
  readonly url: string
  readonly routingKey: string
}

/** Limits of the Events API, in characters. */
const SUMMARY_LIMIT_LENGTH = 1_024
const DEDUP_LIMIT_LENGTH = 255
/** What the Events API answers to what it took. */
const ACCEPTED = 202

export const sendToPagerDuty: Send<PagerDutySecret> = async (ports, channel, message, signal) => {
  const key = dedupKeyOf(channel.tenantId, message)
  const isTest = message.nonce !== undefined
  const actions = isTest
    ? (['trigger', 'resolve'] as const)
    : [message.notice.isResolved === true ? ('resolve' as const) : ('trigger' as const)]
  for (const action of actions) {
    const came = await enqueue(
      ports,
      channel,
      eventOf(channel.secret, message, key, action),
      signal,
    )
    if (isFailed(came)) return came
    if (came.status !== ACCEPTED || dedupKeyIn(came) !== key)
      return failureOfAnswer(came, ports.clock.nowMs(), shownAnswer(came))
  }
  const host = new URL(channel.secret.url).host
  return {
    outcome: 'arrived',
    remoteId: key,
    status: ACCEPTED,
    proof: {
      level: 'echoed',
      proven: [
        `${host} answered ${ACCEPTED} to ${actions.join(' and ')}, with the dedup key ${key}`,
      ],
      unproven: [
        'that somebody was paged: that is up to the escalation policy of the service',
        ...(isTest ? ['that an incident stays open: the test resolved its own'] : []),
      ],
    },
  }
}

function enqueue(
  ports: SendPorts,
  { secret }: OpenChannel<PagerDutySecret>,
  event: object,
  signal: AbortSignal,
): ReturnType<typeof askChannel> {
  return askChannel(ports.fetch, {
    method: 'POST',
    url: secret.url,
    headers: { 'content-type': 'application/json', 'user-agent': ports.userAgent },
    body: utf8Bytes(JSON.stringify(event)),
    signal,
  })
}

/** Of one topic, so that what is resolved is what was opened; of a test its own. */
function dedupKeyOf(tenantId: string, { notice, nonce }: OutgoingMessage): string {
  const key = `seaworthy/${tenantId}/${notice.topic}${nonce === undefined ? '' : `/${nonce}`}`
  return cutText(key, DEDUP_LIMIT_LENGTH)
}

function dedupKeyIn({ body }: FetchAnswer): unknown {
  try {
    return (parseStrictJson(utf8TextLossy(body)) as { readonly dedup_key?: unknown }).dedup_key
  } catch {
    // No JSON: whatever answered, it was not the Events API.
    return undefined
  }
}

function eventOf(
  { routingKey }: PagerDutySecret,
  { id, notice, createdAt }: OutgoingMessage,
  key: string,
  action: 'trigger' | 'resolve',
): object {
  const common = { routing_key: routingKey, event_action: action, dedup_key: key }
  if (action === 'resolve') return common
  const { title, text, fields, urgency } = notice
  const rows = fields.map(({ name, value }) => [plainLine(name), plainLine(value)])
  return {
    ...common,
    client: 'Seaworthy',
    payload: {
      summary: cutText(plainLine(title), SUMMARY_LIMIT_LENGTH),
      source: 'seaworthy',
      severity: urgency,
      timestamp: createdAt,
      custom_details: { message: id, text: textOfMarkup(text), ...Object.fromEntries(rows) },
    },
  }
}
