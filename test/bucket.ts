// Stores that speak S3: one that others wrote (s3rver, on a folder of the test's own), and a fake of ours for what no real one does on demand.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import S3rver from 's3rver'

export const BUCKET = 'evidence'
/** What s3rver takes; it is no secret of anybody. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }

export interface Bucket {
  readonly endpoint: string
}

export async function openBucket(t: TestContext): Promise<Bucket> {
  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-bucket-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  })
  const { port } = await server.run()
  t.after(async () => {
    await server.close()
    rmSync(directory, { recursive: true, force: true })
  })
  return { endpoint: `http://127.0.0.1:${port}` }
}

/** What the fake does with requests: take them, refuse them, say that it is busy, say nothing, or end in the middle. */
export type Mood = 'well' | 'denied' | 'busy' | 'silent' | 'cut-off'

export interface FakeBucket extends Bucket {
  readonly objects: Map<string, Buffer>
  mood: Mood
  writeCount: number
}

/** A fake: conditional writes and checksums as Amazon documents them, no signatures, and the moods of a bad day. */
export async function openFakeBucket(t: TestContext): Promise<FakeBucket> {
  const objects = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => answer(fake, request, response, Buffer.concat(parts)))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const fake: FakeBucket = {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    mood: 'well',
    writeCount: 0,
  }
  return fake
}

function answer(
  fake: FakeBucket,
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const refuse = (status: number, code: string): void => {
    const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`
    response.writeHead(status, { 'content-type': 'application/xml' }).end(text)
  }
  const name = url.split('?', 1)[0]!
  const known = fake.objects.get(name)
  if (fake.mood === 'silent') return
  if (fake.mood === 'denied') return refuse(403, 'AccessDenied')
  if (fake.mood === 'busy') return refuse(503, 'SlowDown')
  if (fake.mood === 'cut-off') {
    const part = (known ?? Buffer.alloc(2)).subarray(0, 1)
    response.writeHead(200, { 'content-length': 100 }).write(part, () => response.destroy())
    return
  }
  if (method === 'HEAD') return void response.writeHead(200).end()
  if (method === 'GET') {
    if (known === undefined) return refuse(404, 'NoSuchKey')
    return void response.writeHead(200, { 'content-length': known.length }).end(known)
  }
  if (headers['if-none-match'] === '*' && known !== undefined)
    return refuse(412, 'PreconditionFailed')
  const checksum = createHash('sha256').update(body).digest('base64')
  if (headers['x-amz-checksum-sha256'] !== checksum) return refuse(400, 'BadDigest')
  fake.objects.set(name, body)
  fake.writeCount++
  response.writeHead(200, { etag: '"one"' }).end()
}
