// A fake of a bucket with versions and Object Lock as Amazon documents them: no signatures, and two ways to disappoint.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** Versions in one answer, so that a handful of them already comes in pages. */
const PAGE_COUNT = 2

interface Version {
  readonly key: string
  readonly id: string
  readonly bytes: Buffer
  readonly mode: string | undefined
  readonly until: string | undefined
  readonly at: string
  readonly isDeletion: boolean
}

export interface LockedBucket {
  readonly endpoint: string
  readonly versions: Version[]
  /** `lax` takes every write and no lock, `governance` a lock that an owner may lift, `denied` nothing. */
  mood: 'well' | 'lax' | 'governance' | 'denied'
}

export async function openLockedBucket(t: Pick<TestContext, 'after'>): Promise<LockedBucket> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      answer(bucket, request, response, Buffer.concat(parts))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const bucket: LockedBucket = { endpoint: `http://127.0.0.1:${port}`, versions: [], mood: 'well' }
  return bucket
}

/** As whoever may write does it: the version stays, and is no longer what the name leads to. */
export function hideVersion(bucket: LockedBucket, key: string): void {
  keep(bucket, { key, bytes: Buffer.alloc(0), isDeletion: true })
}

/** As whoever may delete tries it. @throws when the lock forbids it */
export function deleteVersion({ versions }: LockedBucket, id: string): void {
  const at = versions.findIndex((version) => version.id === id)
  const { mode, until } = versions[at]!
  if (mode === 'COMPLIANCE' && Date.parse(until ?? '') > Date.now())
    throw new Error('AccessDenied: the version is locked')
  versions.splice(at, 1)
}

function keep(
  { versions }: LockedBucket,
  kept: Pick<Version, 'key' | 'bytes' | 'isDeletion'> & Partial<Version>,
): Version {
  const version = {
    mode: undefined,
    until: undefined,
    ...kept,
    id: `v${versions.length + 1}`,
    at: new Date().toISOString(),
  }
  versions.push(version)
  return version
}

function answer(
  bucket: LockedBucket,
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const { pathname, searchParams } = new URL(url, bucket.endpoint)
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
  if (bucket.mood === 'denied') {
    const text = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>'
    return void response.writeHead(403, { 'content-type': 'application/xml' }).end(text)
  }
  if (searchParams.has('versions')) return list(bucket, searchParams, response)
  if (method === 'PUT') {
    const sum = createHash('sha256').update(body).digest('base64')
    if (headers['x-amz-checksum-sha256'] !== sum) return void response.writeHead(400).end()
    const mode = headers['x-amz-object-lock-mode'] as string | undefined
    const until = headers['x-amz-object-lock-retain-until-date'] as string | undefined
    const locks = {
      well: { mode, until },
      governance: { mode: 'GOVERNANCE', until },
      lax: {},
    }[bucket.mood]
    const { id } = keep(bucket, { key, bytes: body, isDeletion: false, ...locks })
    return void response.writeHead(200, { 'x-amz-version-id': id }).end()
  }
  const id = searchParams.get('versionId')
  const version = bucket.versions.findLast(
    (each) => each.key === key && (id ?? each.id) === each.id,
  )
  if (version === undefined) return void response.writeHead(404).end()
  const { mode, until, bytes } = version
  response.writeHead(200, {
    'content-length': bytes.length,
    ...(mode === undefined ? {} : { 'x-amz-object-lock-mode': mode }),
    ...(until === undefined ? {} : { 'x-amz-object-lock-retain-until-date': until }),
  })
  response.end(method === 'HEAD' ? undefined : bytes)
}

/** In order of names, newest version first; a page says where the next one begins. */
function list(bucket: LockedBucket, query: URLSearchParams, response: ServerResponse): void {
  const all = bucket.versions
    .filter(({ key }) => key.startsWith(query.get('prefix') ?? ''))
    .toReversed()
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const after = query.get('version-id-marker')
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const page = all.slice(from, from + PAGE_COUNT)
  const isTruncated = from + PAGE_COUNT < all.length
  const rows = page.map(({ key, id, bytes, at, isDeletion }) => {
    const name = isDeletion ? 'DeleteMarker' : 'Version'
    return `<${name}><Key>${key}</Key><VersionId>${id}</VersionId><LastModified>${at}</LastModified><Size>${bytes.length}</Size></${name}>`
  })
  const last = page.at(-1)
  const next = isTruncated
    ? `<NextKeyMarker>${last!.key}</NextKeyMarker><NextVersionIdMarker>${last!.id}</NextVersionIdMarker>`
    : ''
  response
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListVersionsResult><IsTruncated>${isTruncated}</IsTruncated>${next}${rows.join('')}</ListVersionsResult>`,
    )
}
