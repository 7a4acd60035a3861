// One request at least for every route that a developer may change something with, full of commands that somebody would like a server to start.
import { randomUUID } from 'node:crypto'
import { contentDigest, utf8Bytes, utf8Text } from '../src/kernel/index.ts'
import { nodeDigest } from './crypto.ts'
import { openHostile } from './hostile.ts'
import type { Hostile, HostileGround, Send } from './hostile.ts'
import { sendAsked, sendPlans, sendRelease, sendRun } from './hostile-runs.ts'

/** Sends them all, in an order in which most of them are done. */
export async function sendHostileRequests(send: Send, ground: HostileGround): Promise<void> {
  const hostile = openHostile(send, ground)
  for (const part of [sendLedger, sendSwitches, sendJobs, sendMessages, sendPlans])
    await part(hostile)
  const held = await sendRun(hostile, 'tide')
  await sendAsked(hostile, 'ebb')
  await sendRelease(hostile, 'tide', held)
  await sendRest(hostile)
}

async function sendLedger({ ask, word }: Hostile): Promise<void> {
  const note = { type: 'note.command', subject: word, payload: { sh: word } }
  await ask('POST /v1/ledger/entries', note)
  await ask('POST /v1/ledger/verify', {})
  await ask('POST /v1/ledger/verify', { checkpoint: word })
  await ask('POST /v1/ledger/checkpoints')
  await ask('POST /v1/ledger/days/{day}', undefined, { day: '2020-01-01' })
  const bytes = utf8Bytes(`#!/bin/sh\n${word}\n`)
  const digest = contentDigest(nodeDigest.sha256(bytes))
  await ask('PUT /v1/evidence/{digest}', bytes, { digest })
}

async function sendSwitches({ ask, word }: Hostile): Promise<void> {
  const name = 'sluice'
  const definition = {
    kind: 'flag',
    boot: 'off',
    variants: { a: word, b: `b${word}` },
    onVariant: 'a',
    offVariant: 'b',
    confirms: 'none',
  }
  await ask('PUT /v1/switches/{name}', { definition, reason: word }, { name })
  const flip = { word: { state: 'on' }, reason: word }
  await ask('POST /v1/switches/{name}/flips', flip, { name })
  const context = utf8Bytes(JSON.stringify({ context: { targetingKey: word } }))
  await ask('POST /ofrep/v1/evaluate/flags/{key}', context, { key: name })
  await ask('POST /ofrep/v1/evaluate/flags', context)
  const params = { name, ...flip, word: { state: 'off' } }
  const preview = 'POST /v1/actions/{name}/previews'
  const shown = await ask<{ token: string }>(preview, { params }, { name: 'flag.flip' })
  const { token } = shown
  await ask('POST /v1/action-tokens/read', { token })
  await ask('POST /v1/action-tokens/confirm', { token })
  await ask(preview, { params: { sh: word } }, { name: 'run.confirm' })
}

async function sendJobs({ ask, ground, word }: Hostile): Promise<void> {
  for (const kind of [...ground.jobKinds, 'command', 'sql', 'run', 'gate', word]) {
    const job = await ask<{ id?: string } | undefined>('POST /v1/jobs', { kind })
    const jobId = job?.id ?? randomUUID()
    await ask('POST /v1/jobs/{jobId}/cancel', undefined, { jobId })
    await ask('POST /v1/jobs/{jobId}/retry', undefined, { jobId })
  }
  const name = 'nightly'
  const schedule = { kind: ground.jobKinds[0], cron: '* * * * *' }
  await ask('PUT /v1/schedules/{name}', schedule, { name })
  await ask('PUT /v1/schedules/{name}', { kind: 'command', cron: '* * * * *' }, { name })
  await ask('DELETE /v1/schedules/{name}', undefined, { name })
}

async function sendMessages({ ask, ground, word }: Hostile): Promise<void> {
  const { webhookId, channel } = ground
  await ask('POST /v1/webhooks/{webhookId}/test', undefined, { webhookId })
  await ask(
    'POST /v1/webhooks/{webhookId}/replay',
    { from: '2020-01-01T00:00:00Z', dryRun: false },
    { webhookId },
  )
  await ask('POST /v1/channels/{channel}/test', undefined, { channel })
  const channels = [channel]
  const text = `${word}\n\n\`\`\`sh\n${word}\n\`\`\``
  await ask('POST /v1/messages', { channels, title: word, text })
  await ask('POST /v1/channels/{channel}/replay', {}, { channel })
  const template = 'notes'
  const filled = { release: 'tide@1.0.0', given: { a: word } }
  const written = { title: word, text: `{{given.a}} ${word}` }
  await ask('POST /v1/releases', { service: 'tide', version: '1.0.0', author: null })
  await ask('PUT /v1/templates/{template}', written, { template })
  await ask('POST /v1/templates/{template}/preview', filled, { template })
  await ask('POST /v1/templates/{template}/send', { ...filled, channels }, { template })
  await ask('DELETE /v1/templates/{template}', undefined, { template })
}

async function sendRest({ ask, word }: Hostile): Promise<void> {
  await ask('POST /v1/service-tokens', { audience: word, role: 'developer' })
  await ask('POST /v1/session/keys', { publicKey: word })
  const ownKey = { principalId: word }
  await ask('POST /v1/session/keys/{principalId}/revocation', { reason: word }, ownKey)
  await ask('POST /v1/sessions/sign-out')
  const query = 'query A($n: String!) { __type(name: $n) { name } }'
  await ask('POST /graphql', { query, variables: { n: word }, operationName: 'A' })
  await ask('POST /graphql', { query: `{ ${word} }` })
}

export function textOfBody(body: unknown): string | undefined {
  if (body === undefined) return undefined
  return body instanceof Uint8Array ? utf8Text(body) : JSON.stringify(body)
}
