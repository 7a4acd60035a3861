// Which part of an address is its password, as clients read it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordInUrl } from './index.ts'

test('the password of an address is found where clients find it, whatever the user is called', () => {
  const table: readonly (readonly [address: string, password: string | undefined])[] = [
    ['postgres://app:secret@host/db', 'secret'],
    ['postgres://app@server:secret@host:5432/db', 'secret'],
    ['https://a:b@c@host', 'b@c'],
    ['redis://:secret@host', 'secret'],
    ['https://host:8080/a:b@c', undefined],
    ['https://host/?to=a:b@c', undefined],
    ['https://app:@host', undefined],
    ['https://app@host', undefined],
    ['no address', undefined],
  ]
  for (const [address, password] of table) {
    assert.equal(passwordInUrl(address), password, address)
    if (password !== undefined)
      assert.equal(decodeURIComponent(new URL(address).password), password)
  }
})
