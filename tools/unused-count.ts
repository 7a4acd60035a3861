// A reporter for knip that says how many files it read, because a tool that read nothing also finds nothing.

interface KnipReport {
  /** knip counts a file that nothing uses twice in `processed`. */
  readonly counters: { readonly processed: number; readonly files: number }
}

export default function printCount({ counters }: KnipReport): void {
  process.stdout.write(`read ${counters.processed - counters.files} files\n`)
}
