// A receiver of webhooks in Express: verifies the bytes as they came, and does each event once.
import { createHmac, timingSafeEqual } from 'node:crypto'
import express from 'express'

const TOLERANCE_S = 5 * 60
const secrets = (process.env['WEBHOOK_SECRET'] ?? '').split(' ').filter((text) => text !== '')
const port = Number(process.env['PORT'] ?? '8080')
/** In a service of your own: a table, written in the transaction of what you do about the event. */
const done = new Set<string>()

function isGenuine(
  fields: { id: string; timestamp: string; signature: string },
  body: Buffer,
): boolean {
  if (!/^[1-9][0-9]{0,11}$/.test(fields.timestamp)) return false
  if (Math.abs(Date.now() / 1_000 - Number(fields.timestamp)) > TOLERANCE_S) return false
  const expected = secrets.map((secret) =>
    createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
      .update(`${fields.id}.${fields.timestamp}.`)
      .update(body)
      .digest(),
  )
  return fields.signature.split(' ').some((each) => {
    const [version, text = ''] = each.split(',', 2)
    const given = Buffer.from(text, 'base64')
    return (
      version === 'v1' &&
      expected.some((mac) => mac.length === given.length && timingSafeEqual(mac, given))
    )
  })
}

const app = express()
// Raw: once a parser has read the body, its bytes are gone.
app.post('/hooks', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
  const fields = {
    id: request.get('webhook-id') ?? '',
    timestamp: request.get('webhook-timestamp') ?? '',
    signature: request.get('webhook-signature') ?? '',
  }
  const body: unknown = request.body
  if (!Buffer.isBuffer(body) || !isGenuine(fields, body)) {
    response.status(401).json({ error: 'the signature does not verify' })
    return
  }
  const isRepeat = done.has(fields.id)
  if (!isRepeat) {
    const event = JSON.parse(body.toString('utf8')) as { type: string }
    process.stdout.write(`${fields.id} ${event.type}\n`)
    done.add(fields.id)
  }
  response.status(200).json({ repeat: isRepeat })
})
app.listen(port, '127.0.0.1', () => process.stdout.write(`listening on ${port}\n`))
