// The text of API keys: what was made is read, and what was changed anywhere is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRandom } from '../../../test/crypto.ts'
import { looksLikeApiKey, makeApiKeyText, parseApiKey } from './format.ts'

test('a made key is read back, has the published form, and its checksum is the CRC-32 of zip', async () => {
  const { crc32 } = await import('node:zlib')
  const made = makeApiKeyText(nodeRandom, 'live')
  assert.match(made.text, /^swk_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
  assert.ok(looksLikeApiKey(made.text))
  assert.deepEqual(parseApiKey(made.text), { keyId: made.keyId, secretPart: made.secretPart })
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const checksum = Array.from(made.text.slice(-6)).reduce(
    (sum, each) => sum * 62 + letters.indexOf(each),
    0,
  )
  assert.equal(checksum, crc32(made.text.slice(0, -6)))
  assert.match(makeApiKeyText(nodeRandom, 'test').text, /^swk_test_/)
})

test('a key with any one letter changed, left out or added is none', () => {
  const { text } = makeApiKeyText(nodeRandom, 'test')
  const changed = [...text].flatMap((letter, at) => {
    const other = letter === 'A' ? 'B' : 'A'
    return [
      text.slice(0, at) + other + text.slice(at + 1),
      text.slice(0, at) + text.slice(at + 1),
      text.slice(0, at) + other + text.slice(at),
    ]
  })
  assert.equal(changed.length, text.length * 3)
  assert.deepEqual(
    changed.filter((each) => parseApiKey(each) !== undefined),
    [],
  )
  for (const each of ['', 'swk_', `${text}\n`, ` ${text}`, text.toUpperCase(), `${text}${text}`])
    assert.equal(parseApiKey(each), undefined, each)
})

test('every letter is as likely as any other', () => {
  const counts = new Map<string, number>()
  for (let i = 0; i < 2_000; i++) {
    for (const letter of makeApiKeyText(nodeRandom, 'live').secretPart.slice(-32))
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  // 64,000 letters, about 1,032 of each; without rejection the first eight would have 1,250.
  assert.equal(counts.size, 62)
  const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())]
  assert.ok(least > 850 && most < 1_200, `${least} to ${most}`)
})
