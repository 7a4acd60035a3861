// The id under which one request is found again in answers and logs.

const USABLE_ID = /^[\w.-]{1,64}$/

/** The id that the request brings, if nothing in it could deceive a log; a new one otherwise. */
export function requestIdOf(given: string | string[] | undefined, newId: () => string): string {
  return typeof given === 'string' && USABLE_ID.test(given) ? given : newId()
}
