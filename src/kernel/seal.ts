// Seals as a port: small secrets that have to be used again, and must not lie open in a database.

/** Authenticated encryption under one key of the installation. What is sealed for one purpose opens for no other. */
export interface Seal {
  close(purpose: string, text: string): Uint8Array
  /** @throws PLATFORM_SEAL_BROKEN when it was changed, moved to another place, or sealed under another key */
  open(purpose: string, sealed: Uint8Array): string
}
