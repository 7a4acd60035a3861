// S3 refuses, is busy and comes back under a server: evidence is refused with a code, readiness says why, nothing acknowledged is lost.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { BUCKET, CREDENTIALS, openFakeBucket } from '../bucket.ts'
import { askServer, openDeployment } from '../deployment.ts'
import { until } from '../jobs.ts'

async function putEvidence(
  url: string,
  key: string,
  text: string,
): Promise<{ readonly status: number; readonly path: string; readonly body: string }> {
  const path = `/v1/evidence/sha256:${createHash('sha256').update(text).digest('hex')}`
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/octet-stream' }
  const answer = await fetch(new URL(path, url), { method: 'PUT', headers, body: text })
  return { status: answer.status, path, body: await answer.text() }
}

test('evidence that S3 does not take is refused with a code, the server says that it is not ready, and what it took before is there afterwards', async (t) => {
  const fake = await openFakeBucket(t)
  const { first, key, place } = await openDeployment(t, {
    ...CREDENTIALS,
    SEAWORTHY_S3_BUCKET: `${BUCKET}/prod`,
    AWS_ENDPOINT_URL_S3: fake.endpoint,
  })
  const { url } = first
  const kept = await putEvidence(url, key, 'kept')
  assert.ok(kept.status < 300, kept.body)
  assert.ok([...fake.objects.keys()].every((name) => name.startsWith(`/${BUCKET}/prod/`)))
  const wanted = {
    denied: [502, 'PLATFORM_BLOBS_REFUSED'],
    busy: [503, 'PLATFORM_BLOBS_UNREACHABLE'],
  }
  for (const mood of ['denied', 'busy'] as const) {
    fake.mood = mood
    const refused = await putEvidence(url, key, `refused while ${mood}`)
    const { code } = JSON.parse(refused.body) as { code: string }
    assert.deepEqual([refused.status, code], wanted[mood])
    assert.doesNotMatch(refused.body, /SlowDown|AccessDenied|127\.0\.0\.1/)
    await until(async () => {
      const ready = await askServer(url, key, '/health/ready')
      return ready.status === 503 && ready.body.includes('"name":"evidence","ok":false')
    }, 'a server that says that it is not ready')
    // What needs no bytes goes on.
    assert.equal((await askServer(url, key, '/v1/runs')).status, 200)
    assert.equal((await askServer(url, key, refused.path)).status, wanted[mood][0])
  }
  fake.mood = 'well'
  const again = await askServer(url, key, kept.path)
  assert.deepEqual([again.status, again.body], [200, 'kept'])
  assert.equal((await putEvidence(url, key, 'refused while busy')).status, kept.status)
  await until(async () => (await askServer(url, key, '/health/ready')).status === 200, 'readiness')
  const shown = await place.shell(['config'])
  assert.match(shown.stdout, /SEAWORTHY_S3_BUCKET/)
  assert.doesNotMatch(shown.stdout + shown.stderr, /S3RVER/)
})
