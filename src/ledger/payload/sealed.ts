// The text under a payload's seal: its salt and canonical JSON, bound to the place of the entry.
import { base64Of, bytesOfBase64 } from '../../kernel/index.ts'
import type { Seal } from '../../kernel/index.ts'
import { SALT_BYTES } from '../../proof/index.ts'

export interface PlainPayload {
  readonly salt: Uint8Array
  /** Canonical JSON. */
  readonly payload: string
}

/** A payload as it goes into a row. */
export interface SealedPayload {
  readonly sealed: Uint8Array
  readonly dekId: number
}

/** Characters of a salt in base64. */
const SALT_CHARACTERS = Math.ceil(SALT_BYTES / 3) * 4

/** The salt lies under the same key as what it salts: without the key the commitment in the leaf says nothing. */
export function sealPayload(
  seal: Seal,
  origin: string,
  seq: number,
  { salt, payload }: PlainPayload,
): Uint8Array {
  return seal.close(placeOf(origin, seq), `${base64Of(salt)}${payload}`)
}

/** @throws PLATFORM_SEAL_BROKEN for what was changed, or belongs to another place */
export function openPayload(
  seal: Seal,
  origin: string,
  seq: number,
  sealed: Uint8Array,
): PlainPayload {
  const text = seal.open(placeOf(origin, seq), sealed)
  return {
    salt: bytesOfBase64(text.slice(0, SALT_CHARACTERS)),
    payload: text.slice(SALT_CHARACTERS),
  }
}

function placeOf(origin: string, seq: number): string {
  return `${origin}\n${seq}`
}
