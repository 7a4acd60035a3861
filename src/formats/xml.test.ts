// Tests of the XML reader: what is well formed, what is refused, and that neither takes long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walkXml, XML_DEPTH_LIMIT } from './xml.ts'

function outline(text: string): string {
  let out = ''
  walkXml(text, {
    open: (name, attributes) => {
      out += `<${name}${[...attributes].map(([key, value]) => ` ${key}=${value}`).join('')}>`
    },
    text: (content) => {
      out += content
    },
    close: (name) => {
      out += `</${name}>`
    },
  })
  return out
}

test('elements, attributes, the five entities, character references and CDATA are read', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['<a/>', '<a></a>'],
    ["<?xml version='1.0'?>\n<!-- < --><a b='1' c=\"2\" >x</a >\n", '<a b=1 c=2>x</a>'],
    ['<a b="&lt;&amp;&quot;&apos;&gt;&#65;&#x1F600;">&#10;</a>', '<a b=<&"\'>A😀>\n</a>'],
    ['<n:a xmlns:n="u"><n:b/></n:a>', '<a xmlns:n=u><b></b></a>'],
    ['<a><![CDATA[<b>&amp;]]></a>', '<a><b>&amp;</a>'],
    ['<a><?php <b> ?>\u001b[31m</a>', '<a>\u001b[31m</a>'],
  ]
  for (const [text, expected] of rows) assert.equal(outline(text), expected)
})

test('whatever is not well formed, or could grow, is refused', () => {
  const deep = '<a>'.repeat(XML_DEPTH_LIMIT + 1)
  const rows = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>text',
    '</a>',
    '<a b=1/>',
    '<a b="1" b="2"/>',
    '<a b="<"/>',
    '<a b="1"c="2"/>',
    '<a b/>',
    '<a',
    '<a b="',
    '<1/>',
    '<a><!-- </a>',
    '<a><![CDATA[ </a>',
    '<a>&nbsp;</a>',
    '<a>&lol9;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>&</a>',
    '<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY lol9 "&lol;&lol;">]><a>&lol9;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<a><!ENTITY x "y"></a>',
    `<a ${Array.from({ length: 300 }, (_, index) => `b${index}="1"`).join(' ')}/>`,
    deep,
  ]
  for (const text of rows)
    assert.throws(() => outline(text), { message: /^expected / }, text.slice(0, 60))
})

test('a hostile megabyte is walked in linear time', () => {
  const bait = ['<', '<a ', '&', '<!--', '<![CDATA[', '<a b="', '</', '&#', '<a>', '<?', ']]>', ' ']
  for (const piece of bait) {
    const before = process.threadCpuUsage()
    const text = `<r>${piece.repeat(Math.ceil(1_000_000 / piece.length))}`
    assert.throws(() => outline(text), { message: /^expected / })
    assert.ok(process.threadCpuUsage(before).user < 1_000_000, piece)
  }
})
