// Notices before they are sent: made harmless and short, and the ids that follow from what they say; pure.
import { canonicalBytes, contentDigest, cutText, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { plainLine, harmlessBlock } from './markup.ts'
import type { Notice } from './model.ts'

export const TITLE_LIMIT_LENGTH = 200
export const TEXT_LIMIT_LENGTH = 20_000
export const FIELD_LIMIT_COUNT = 20
const FIELD_LIMIT_LENGTH = 500
const ID_LENGTH = 32
/** Topics are looked up by: a database keeps no index of texts of any length. */
const TOPIC_LIMIT_LENGTH = 200

/** As it is kept and hashed: what steers or hides is gone, and no part is longer than channels take. */
export function harmlessNotice({
  title,
  text,
  fields,
  urgency,
  topic,
  isResolved,
}: Notice): Notice {
  return {
    title: cutText(plainLine(title), TITLE_LIMIT_LENGTH),
    text: cutText(harmlessBlock(text), TEXT_LIMIT_LENGTH),
    fields: fields.slice(0, FIELD_LIMIT_COUNT).map(({ name, value }) => ({
      name: cutText(plainLine(name), FIELD_LIMIT_LENGTH),
      value: cutText(plainLine(value), FIELD_LIMIT_LENGTH),
    })),
    urgency,
    topic: plainLine(topic),
    ...(isResolved === true ? { isResolved } : {}),
  }
}

/** A topic as messages keep it: harmless, and of a length that can be looked up, whatever name it was made of. */
export function topicOf(digest: Digest, wish: string): string {
  const topic = plainLine(wish)
  if (topic.length <= TOPIC_LIMIT_LENGTH) return topic
  const ending = `/${hexOf(digest.sha256(utf8Bytes(topic))).slice(0, ID_LENGTH)}`
  return cutText(topic, TOPIC_LIMIT_LENGTH - ending.length) + ending
}

export function contentHashOf(digest: Digest, notice: Notice): string {
  return contentDigest(digest.sha256(canonicalBytes(notice)))
}

/** The same content over the same channel has the same id, whenever and by whomever it is sent. */
export function messageIdOf(digest: Digest, channelId: string, contentHash: string): string {
  const bytes = utf8Bytes(JSON.stringify(['message', channelId, contentHash]))
  return `msg_${hexOf(digest.sha256(bytes)).slice(0, ID_LENGTH)}`
}
