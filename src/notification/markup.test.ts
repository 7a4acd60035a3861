// What strangers wrote, in the forms of each channel: nothing addresses anybody, steers a screen or becomes markup.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lettersOf } from './email-channel.ts'
import { htmlOfMarkup, plainLine, slackOfMarkup, textOfMarkup } from './markup.ts'
import { harmlessNotice } from './notice.ts'
import { slackMessage } from './slack-channel.ts'

const HOSTILE = [
  '<!channel> <@U123> <https://evil.example|release notes>',
  '"><img src=x onerror=alert(1)>',
  'first\r\nBcc: victim@example.org\r\n\r\nbody',
  'approved\u202edevorppa\u2066 \u0007\u001b[31m \u200b\ufeff',
]
const NOTICE = {
  title: HOSTILE.join(' '),
  text: HOSTILE.join('\n'),
  fields: HOSTILE.map((value) => ({ name: value, value })),
  urgency: 'info' as const,
  topic: 'test',
}
const outgoing = (notice: typeof NOTICE) => ({
  id: 'msg_1',
  notice: harmlessNotice(notice),
  createdAt: '2026-11-26T10:00:00.000Z',
  reached: [],
})

test('hostile text in a message of Slack addresses nobody and links nowhere', () => {
  const message = slackMessage(outgoing(NOTICE)) as {
    readonly text: string
    readonly blocks: readonly {
      readonly text?: { readonly type: string; readonly text: string }
      readonly fields?: readonly { readonly text: string }[]
    }[]
  }
  const marked = [
    message.text,
    ...message.blocks.flatMap(({ text, fields }) => [
      ...(text?.type === 'mrkdwn' ? [text.text] : []),
      ...(fields ?? []).map((field) => field.text),
    ]),
  ]
  assert.ok(marked.length > 4)
  for (const text of marked) assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/)
  assert.match(message.text, /&lt;!channel&gt;/)
  assert.doesNotMatch(JSON.stringify(message), /[\u202e\u2066\u0007\u001b\u200b\ufeff]/)
})

test('hostile text in mail ends no line of its head and is no HTML', () => {
  const { subject, text, html } = lettersOf(outgoing(NOTICE))
  assert.doesNotMatch(subject, /[\r\n\p{Cc}\u202e]/u)
  assert.doesNotMatch(html, /<img|<a |onerror=alert\(1\)>/)
  assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt;/)
  assert.doesNotMatch(text, /[\r\u202e\u2066\u001b]/)
})

test('the same words take the form of each channel', () => {
  const text = '# Why\n- **drill** failed, see `backup.log`\n\nMore \\*soon\\* <b>'
  assert.equal(textOfMarkup(text), 'Why\n- drill failed, see backup.log\n\nMore *soon* <b>')
  assert.equal(
    htmlOfMarkup(text),
    '<h2>Why</h2>\n<ul>\n<li><strong>drill</strong> failed, see <code>backup.log</code></li>\n</ul>\n<p>More *soon* &lt;b&gt;</p>',
  )
  assert.equal(
    slackOfMarkup(text),
    '*Why*\n• *drill* failed, see `backup.log`\n\nMore *\u2060soon*\u2060 &lt;b&gt;',
  )
})

test('words of Persian and Hindi keep the joiners they need', () => {
  assert.equal(plainLine('می\u200cخواهم  क्\u200dष'), 'می\u200cخواهم क्\u200dष')
})

test('a text longer than Slack takes is cut between lines, and says so', () => {
  const text = Array.from({ length: 600 }, (_, n) => `line ${n} &&&&&&&&&&&&&&&&&&`).join('\n')
  const { blocks } = slackMessage(outgoing({ ...NOTICE, text, fields: [] })) as {
    readonly blocks: readonly { readonly text?: { readonly text: string } }[]
  }
  const shown = blocks.flatMap((block) => (block.text === undefined ? [] : [block.text.text]))
  assert.ok(shown.every((part) => part.length <= 3_000) && shown.length <= 12)
  assert.match(shown.at(-1)!, /the rest does not fit/)
})
