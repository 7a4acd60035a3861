// The generic channel: a JSON message by POST, signed by Standard Webhooks with a secret of this channel.
import { utf8Bytes, utf8TextLossy } from '../kernel/index.ts'
import { secretsOf, publicKeyOf, signedFields, signingKeysOf } from '../webhook/index.ts'
import type { EndpointSecrets, SecretPorts } from '../webhook/index.ts'
import { askChannel, failureOfAnswer, isFailed, isSuccess } from './http-answer.ts'
import type { OutgoingMessage } from './model.ts'
import type { Send } from './senders.ts'

export interface UrlSecret {
  readonly url: string
}

/** Keys are derived as those of endpoints are: a channel's id is nobody else's. */
function namedKey(id: string) {
  return { id, secretVersion: 1, previousUntilMs: null, hasBodySignature: false }
}

/** What a receiver verifies with. */
export function channelSecrets(ports: SecretPorts, tenantId: string, id: string): EndpointSecrets {
  return {
    secrets: secretsOf(ports, tenantId, namedKey(id), 0),
    publicKey: publicKeyOf(ports, tenantId, id),
  }
}

export const sendToWebhook: Send<UrlSecret> = async (ports, channel, message, signal) => {
  const { tenantId, stored, secret } = channel
  const nowMs = ports.clock.nowMs()
  const body = utf8Bytes(JSON.stringify(bodyOf(tenantId, message)))
  const keys = signingKeysOf(ports, tenantId, namedKey(stored.id), nowMs)
  const parts = { id: message.id, timestampS: Math.floor(nowMs / 1_000), body }
  const headers = {
    ...(await signedFields(ports.digest, keys, parts)),
    'content-type': 'application/json',
    'user-agent': ports.userAgent,
  }
  const request = { method: 'POST', url: secret.url, headers, body, signal }
  const came = await askChannel(ports.fetch, request)
  if (isFailed(came)) return came
  if (!isSuccess(came)) {
    const failed = failureOfAnswer(came, ports.clock.nowMs())
    // A receiver that refuses may be mended and asked again; only the services below judge what a message says.
    return { ...failed, isFinal: false }
  }
  const answered = utf8TextLossy(came.body)
  const isEchoed = answered.includes(message.nonce ?? message.id)
  const host = new URL(secret.url).host
  return {
    outcome: 'arrived',
    remoteId: message.id,
    status: came.status,
    proof: {
      level: isEchoed ? 'echoed' : 'accepted',
      proven: [
        `${host} answered ${came.status} to the message ${message.id}`,
        ...(isEchoed
          ? [`its answer repeats ${message.nonce === undefined ? 'the id' : 'the nonce'}`]
          : []),
      ],
      unproven: ['what the receiver did with it, and whether anybody read it'],
    },
  }
}

function bodyOf(tenantId: string, { id, notice, createdAt, nonce }: OutgoingMessage): object {
  const { title, text, fields, urgency, topic } = notice
  return {
    type: nonce === undefined ? 'notification' : 'notification.test',
    timestamp: createdAt,
    data: {
      tenant: tenantId,
      id,
      title,
      text,
      fields,
      urgency,
      topic,
      ...(nonce === undefined ? {} : { nonce }),
    },
  }
}
