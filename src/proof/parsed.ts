// What parsing hostile input gives: the value, or why it was refused.

/** A refusal is a value here, because the verifier must report it and go on. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

export function accepted<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason }
}
