// Templates: what they may hold, what is refused, and that values are text whatever they say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlOfMarkup } from './markup.ts'
import { RELEASE_SLOTS } from './release-facts.ts'
import { parseTemplate, renderTemplate } from './template.ts'
import type { SlotValues } from './template.ts'

const VALUES: SlotValues = {
  release: 'harbour@2.1.0',
  verdict: null,
  failedGates: [
    { gate: 'backup/drill', status: 'FAIL' },
    { gate: 'load', status: 'ERROR' },
  ],
  gates: [],
  'given.deadline': '2026-12-01',
}
const fill = (text: string, values = VALUES): string =>
  renderTemplate(parseTemplate(text, RELEASE_SLOTS), values)

test('slots, lists and conditions are filled', () => {
  assert.equal(
    fill(
      '# {{release}}\n{{#each failedGates}}- {{gate}}: {{status}} of {{release}}\n{{/each}}{{#if verdict}}is {{verdict}}{{else}}is not decided{{/if}}, until {{ given.deadline }}',
    ),
    '# harbour@2.1.0\n- backup/drill: FAIL of harbour@2.1.0\n- load: ERROR of harbour@2.1.0\nis not decided, until 2026\\-12\\-01',
  )
  assert.equal(fill('{{#if gates}}some{{else}}none{{/if}}'), 'none')
})

test('what is not known, not closed or not allowed is refused', () => {
  for (const text of [
    '{{verdikt}}',
    '{{gate}}',
    '{{#each failedGates}}{{role}}{{/each}}',
    '{{#each nothing}}{{/each}}',
    '{{#each gates}}{{#each gates}}{{/each}}{{/each}}',
    '{{#if verdict}}',
    '{{#if verdict}}{{else}}{{else}}{{/if}}',
    '{{/if}}',
    '{{else}}',
    '{{release',
    'release}}',
    '{{constructor}}',
    '{{given.__proto__}}',
    '{{#each constructor}}{{/each}}',
    '{{{release}}}',
    '{{#if release}}'.repeat(9) + '{{/if}}'.repeat(9),
  ])
    assert.throws(
      () => parseTemplate(text, RELEASE_SLOTS),
      { code: 'NOTIFICATION_TEMPLATE_REFUSED' },
      text,
    )
})

test('a slot without a value is refused when it is filled, and says which', () => {
  assert.throws(() => fill('{{verdict}}'), /verdict: the release has none yet/)
  assert.throws(() => fill('{{given.partner}}'), /given\.partner: give it/)
})

test('a value is no markup, no line and no slot, whatever it says', () => {
  const values = { release: '**x**\n# y {{verdict}} <b>`z`\u202e', verdict: 'GO' }
  const text = fill('{{release}}', values)
  assert.equal(htmlOfMarkup(text), '<p>**x** # y {{verdict}} &lt;b&gt;`z`</p>')
})
