// What the migration needs of the outside world besides the house's own ports.

/** Hashes bytes as they come. */
export interface StreamHash {
  update(bytes: Uint8Array): void
  /** Once, at the end. */
  digest(): Uint8Array
}

/** A file that is written once and read line by line. */
export interface ExportFile {
  readonly path: string
  exists(): Promise<boolean>
  /** Writes lines to a new file; they are on the disk when it resolves. */
  write(lines: AsyncIterable<string>): Promise<void>
  lines(): AsyncIterable<string>
}
