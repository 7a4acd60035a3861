// Damages a text the way many checklists in the wild are damaged: UTF-8 read as Windows-1254 and stored as UTF-8 again.

/**
 * Bytes that Windows-1254 does not define. The decoder below turns them into C1 controls, where the tools that did
 * such damage dropped them; so they are dropped here too, and some glyphs cannot be told any more.
 */
const UNDEFINED_BYTES = /[\u0081\u008d-\u0090\u009d\u009e]/g

/** UTF-8 bytes of the damaged text. */
export function damageText(text: string): Uint8Array {
  const misread = new TextDecoder('windows-1254').decode(new TextEncoder().encode(text))
  return new TextEncoder().encode(misread.replaceAll(UNDEFINED_BYTES, ''))
}
