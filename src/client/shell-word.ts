// A value as one word of a command line that a person may paste into a POSIX shell.

const NEEDS_NO_QUOTES = /^[\w@%+=:,./-]+$/

export function shellWordOf(text: string): string {
  return NEEDS_NO_QUOTES.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
