// The little Markdown that messages are written in, and its forms: plain text, HTML, Slack. Everything else in it is text; pure.

/** One block of a message. */
type Block =
  | { readonly kind: 'heading' | 'item' | 'paragraph'; readonly text: string }
  | { readonly kind: 'gap' }

/** Steering marks, and those that show nothing: neither may reach a reader. Joiners stay, which Persian and Indic words need. */
const HARMFUL = /(?![\u200c\u200d])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Whatever a stranger wrote, as one line without anything that steers or hides. */
export function plainLine(text: string): string {
  return text.toWellFormed().replace(/\s+/gu, ' ').replace(HARMFUL, '').replace(/ +/g, ' ').trim()
}

/** As `plainLine`, and none of it is markup. */
export function escapedLine(text: string): string {
  return plainLine(text).replace(/[\\`*_[\]<>#|~-]/g, '\\$&')
}

/** Text of several lines without anything that steers or hides; its markup stays. */
export function harmlessBlock(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(/\t/g, ' ').replace(HARMFUL, '').trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function blocksOf(text: string): readonly Block[] {
  return text.split('\n').map((line) => {
    const heading = /^#{1,6} +(.+)$/.exec(line)?.[1]
    if (heading !== undefined) return { kind: 'heading', text: heading }
    const item = /^ *[-*] +(.+)$/.exec(line)?.[1]
    if (item !== undefined) return { kind: 'item', text: item }
    return line.trim() === '' ? { kind: 'gap' } : { kind: 'paragraph', text: line.trim() }
  })
}

/** Pieces of a line: `**strong**`, `code` and text, with backslashes taken away. */
function piecesOf(text: string): readonly (readonly ['strong' | 'code' | 'text', string])[] {
  const pieces: (readonly ['strong' | 'code' | 'text', string])[] = []
  const form = /\*\*((?:\\.|[^\\*])+)\*\*|`([^`\\]+)`|((?:\\.|[^\\*`])+|[\\*`])/gs
  for (const [, strong, code, plain] of text.matchAll(form)) {
    if (strong !== undefined) pieces.push(['strong', unescaped(strong)])
    else if (code !== undefined) pieces.push(['code', code])
    else pieces.push(['text', unescaped(plain ?? '')])
  }
  return pieces
}

function unescaped(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, '$1')
}

/** For mail's plain part and for whoever shows no markup. */
export function textOfMarkup(text: string): string {
  const shown = (line: string): string =>
    piecesOf(line)
      .map(([, piece]) => piece)
      .join('')
  return blocksOf(text)
    .map((block) =>
      block.kind === 'gap' ? '' : `${block.kind === 'item' ? '- ' : ''}${shown(block.text)}`,
    )
    .join('\n')
}

export function htmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

export function htmlOfMarkup(text: string): string {
  const line = (words: string): string =>
    piecesOf(words)
      .map(([kind, piece]) => {
        if (kind === 'text') return htmlText(piece)
        return kind === 'code'
          ? `<code>${htmlText(piece)}</code>`
          : `<strong>${htmlText(piece)}</strong>`
      })
      .join('')
  const out: string[] = []
  let isListed = false
  for (const block of blocksOf(text)) {
    if (isListed !== (block.kind === 'item')) {
      out.push(isListed ? '</ul>' : block.kind === 'item' ? '<ul>' : '')
      isListed = block.kind === 'item'
    }
    if (block.kind === 'item') out.push(`<li>${line(block.text)}</li>`)
    else if (block.kind === 'heading') out.push(`<h2>${line(block.text)}</h2>`)
    else if (block.kind === 'paragraph') out.push(`<p>${line(block.text)}</p>`)
  }
  if (isListed) out.push('</ul>')
  return out.filter((each) => each !== '').join('\n')
}

/**
 * Slack reads `<…>` as links, channels and people: with these three escaped nothing addresses anybody. A word joiner keeps
 * signs of emphasis from pairing up.
 */
export function slackText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '$&\u2060')
}

export function slackOfMarkup(text: string): string {
  const line = (words: string): string =>
    piecesOf(words)
      .map(([kind, piece]) => {
        if (kind === 'text') return slackText(piece)
        return kind === 'code' ? `\`${slackText(piece)}\`` : `*${slackText(piece)}*`
      })
      .join('')
  return blocksOf(text)
    .map((block) => {
      if (block.kind === 'gap') return ''
      if (block.kind === 'heading') return `*${slackText(textOfMarkup(block.text))}*`
      return block.kind === 'item' ? `• ${line(block.text)}` : line(block.text)
    })
    .join('\n')
}
