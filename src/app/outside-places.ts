// Where a deployment keeps what must not lie in its database, nor come back with an older one.
import { resolve } from 'node:path'

export interface OutsidePlaces {
  /** Absolute path of the file with the key of payloads; absent = in the data folder's keys. */
  readonly payloadSecret?: string
  /** Absolute path of the file that says what has to stay erased; absent = in the data folder. */
  readonly erasureRegister?: string
  /** Absolute path of the folder where servers of one database keep what was signed last; absent = in each data folder. */
  readonly checkpointGuard?: string
  /** Absolute path of the C2SP policy whose quorum cosigns what is sealed; absent = nobody is asked. */
  readonly witnessPolicy?: string
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
    ...read('witnessPolicy', 'SEAWORTHY_WITNESS_POLICY'),
  }
}
