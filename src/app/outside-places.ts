// Where a deployment keeps what must not lie in its database, nor come back with an older one.
import { resolve } from 'node:path'

interface OutsidePlaces {
  readonly payloadSecret?: string
  readonly erasureRegister?: string
  readonly checkpointGuard?: string
}

/** @param take reads a setting from the environment. Never from the file: whoever writes a repository's file must not say where keys lie. */
export function takePlaces(take: (key: string, name: string) => string | undefined): OutsidePlaces {
  const read = (key: keyof OutsidePlaces, name: string): OutsidePlaces => {
    const path = take(key, name)
    return path === undefined ? {} : { [key]: resolve(path) }
  }
  return {
    ...read('payloadSecret', 'SEAWORTHY_PAYLOAD_SECRET'),
    ...read('erasureRegister', 'SEAWORTHY_ERASURE_REGISTER'),
    ...read('checkpointGuard', 'SEAWORTHY_CHECKPOINT_GUARD'),
  }
}
