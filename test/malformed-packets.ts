// What nobody should send to the realtime feed, and somebody will.
import { frameOf } from './raw-client.ts'

/** Each with what is wrong about it. */
export const MALFORMED_PACKETS: readonly (readonly [string, Uint8Array])[] = [
  ['no packet', frameOf(Buffer.from('9'))],
  ['no Socket.IO packet', frameOf(Buffer.from('4999'))],
  ['broken JSON', frameOf(Buffer.from('42["watch",{'))],
  ['an event without a name', frameOf(Buffer.from('42[]'))],
  ['a reserved event', frameOf(Buffer.from('42["disconnect"]'))],
  ['an answer to nothing', frameOf(Buffer.from('437[]'))],
  ['a second beginning', frameOf(Buffer.from('40{}'))],
  ['attachments that do not come', frameOf(Buffer.from('45999999-["watch"]'))],
  ['deep JSON', frameOf(Buffer.from(`42["watch",${'['.repeat(7_000)}${']'.repeat(7_000)}]`))],
  ['broken UTF-8', frameOf(Buffer.from([0x34, 0x32, 0xff, 0xfe]))],
  ['a long message', frameOf(Buffer.alloc(20_000, 0x34))],
  ['a frame of 2^62 bytes', Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ['a frame without a mask', Buffer.from([0x81, 0x01, 0x33])],
  ['a reserved opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
  ['a binary frame', frameOf(Buffer.from([1, 2, 3]), 2)],
]
