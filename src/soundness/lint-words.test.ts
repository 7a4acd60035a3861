// What findings say to people: fixes that help, and never a secret.
import assert from 'node:assert/strict'
import test from 'node:test'
import { aBlock } from '../../test/shell-texts.ts'
import { lintBlock } from './lint.ts'

test('no fix for a negated or a joined check names strict mode, which would not help', () => {
  for (const source of ['! grep x f\nnpm test', '[ -f a ] && [ -f b ]\nnpm test', '! grep x f']) {
    const errors = lintBlock(aBlock(source)).filter(({ level }) => level === 'error')
    assert.equal(errors.length, 1, source)
    assert.doesNotMatch(errors[0]!.fix, /set -euo/)
  }
  const [finding] = lintBlock(aBlock('! grep -rn FIXME scr/'))
  assert.match(finding?.fix ?? '', /code=0; grep \.\.\. \|\| code=\$\?; test "\$code" -eq 1/)
})

test('no message repeats a secret', () => {
  const secret = 'correct-horse-battery'
  for (const { message, fix } of lintBlock(aBlock(`DB_PASSWORD=${secret}\npsql -f up.sql`))) {
    assert.ok(!message.includes(secret) && !fix.includes(secret))
  }
})
