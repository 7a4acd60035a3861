// Entity tags: whoever has an answer already is told that nothing changed, without the bytes.
import { createHash } from 'node:crypto'

/** The tag of an answer that has none of its own, quotes included. */
export function entityTagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`
}

/** If-None-Match: a list of tags, or any (RFC 9110, section 13.1.2); compared weakly. */
export function isKnownTag(known: string | undefined, etag: string): boolean {
  if (known === undefined) return false
  return known.split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim()))
}
