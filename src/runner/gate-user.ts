// Whom the commands of gates run as: the runner's own user, somebody named, or a user nobody else has.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random, SpawnUser } from '../kernel/index.ts'
import { runnerFault } from './errors.ts'

/** Users without an account, as systemd takes them for services (systemd.exec(5), DynamicUser). */
const FREE_UID_FIRST = 61_184
const FREE_UID_COUNT = 4_336
/** Users tried at most until one is free. */
const FREE_UID_TRIES = 64
/** The account file is read up to this size. */
const ACCOUNTS_LIMIT_BYTES = 4 * 1024 * 1024

export interface GateUserTerms {
  /** `none`, `auto`, a name of the account file, or numbers: `UID` or `UID:GID`. */
  readonly choice: string
  /** Folder that commands start in, or `none`. */
  readonly workspace: string
  /** Folder of private keys, which that user must not own. It need not exist. */
  readonly keyFolder: string
  readonly random: Random
  /** User of this process; undefined where users have no numbers. */
  readonly ownUid: number | undefined
}

export interface GateUser {
  /** True when commands run as somebody else than the runner. */
  readonly isSeparate: boolean
  /** One sentence for people: whom commands run as, and why not as another. Empty when there is nothing to say. */
  readonly text: string
  /** The user of the next command; a fresh one each time where nobody was named. */
  next(): Promise<SpawnUser | undefined>
}

/**
 * `auto` takes, for an empty folder, a fresh user without an account for each command, and for a workspace its owner, who may
 * write there. Where it cannot, commands run as the runner does, and the text says why.
 * @throws RUNNER_USER_REFUSED for a user that is named and cannot be had
 */
export async function chooseGateUser(terms: GateUserTerms): Promise<GateUser> {
  const { choice, ownUid } = terms
  const isRoot = ownUid === 0
  if (choice === 'none') {
    return sameUser(
      isRoot ? 'commands run as root and could read our keys; see run --help, --user' : '',
    )
  }
  if (choice === 'auto') {
    return isRoot
      ? chooseForRoot(terms)
      : sameUser('commands run as this user: only root can give them another')
  }
  if (!isRoot)
    throw runnerFault('RUNNER_USER_REFUSED', `expected to run as root for --user ${quoted(choice)}`)
  const user = await findUser(choice)
  const refusal = await refuseUser(user, terms)
  if (refusal !== undefined) throw runnerFault('RUNNER_USER_REFUSED', refusal)
  return oneUser(user, `commands run as user ${user.uid}, group ${user.gid}`)
}

async function chooseForRoot(terms: GateUserTerms): Promise<GateUser> {
  const { workspace, random } = terms
  if (workspace === 'none') {
    const [high = 0, low = 0] = random.bytes(2)
    let at = (high * 256 + low) % FREE_UID_COUNT
    return {
      isSeparate: true,
      text: 'commands run in an empty folder, each as a user of its own',
      next: async () => {
        const taken = await takenUids()
        for (let tries = 0; tries < FREE_UID_TRIES; tries++) {
          const uid = FREE_UID_FIRST + (at++ % FREE_UID_COUNT)
          if (!taken.has(uid)) return { uid, gid: uid }
        }
        throw runnerFault('RUNNER_USER_REFUSED', 'expected a user that nobody has, found none')
      },
    }
  }
  const owner = await stat(workspace)
  const user = { uid: owner.uid, gid: owner.gid }
  const refusal = user.uid === 0 ? `the workspace belongs to root` : await refuseUser(user, terms)
  return refusal === undefined
    ? oneUser(user, `commands run as user ${user.uid}, who owns the workspace`)
    : sameUser(
        `commands run as root: ${refusal}; give the workspace to another user, or name one with --user`,
      )
}

function sameUser(text: string): GateUser {
  return { isSeparate: false, text, next: () => Promise.resolve(undefined) }
}

function oneUser(user: SpawnUser, text: string): GateUser {
  return { isSeparate: true, text, next: () => Promise.resolve(user) }
}

/** Why a user does not keep commands from the keys; undefined when it does. */
async function refuseUser(user: SpawnUser, terms: GateUserTerms): Promise<string | undefined> {
  if (user.uid === 0) return 'expected a user other than root, who may read every key'
  const keys = await stat(terms.keyFolder).catch(() => undefined)
  return keys?.uid === user.uid
    ? `expected a user other than the owner of the keys, got ${user.uid}`
    : undefined
}

async function findUser(choice: string): Promise<SpawnUser> {
  const accounts = await readAccounts()
  const numbers = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(choice)
  if (numbers === null) {
    const account = accounts.find(({ name }) => name === choice)
    if (account !== undefined) return account.user
    throw runnerFault(
      'RUNNER_USER_REFUSED',
      `expected a user of this machine, got ${quoted(choice)}`,
    )
  }
  const uid = Number(numbers[1])
  const known = accounts.find(({ user }) => user.uid === uid)?.user.gid
  return { uid, gid: numbers[2] === undefined ? (known ?? uid) : Number(numbers[2]) }
}

interface Account {
  readonly name: string
  readonly user: SpawnUser
}

/** passwd(5): name, password, uid, gid … */
async function readAccounts(): Promise<readonly Account[]> {
  const bytes = await readFile('/etc/passwd').catch(() => undefined)
  if (bytes === undefined || bytes.length > ACCOUNTS_LIMIT_BYTES) return []
  return bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7 && /^\d+$/.test(fields[2]!) && /^\d+$/.test(fields[3]!))
    .map(([name = '', , uid, gid]) => ({ name, user: { uid: Number(uid), gid: Number(gid) } }))
}

/** Users of accounts and of running processes. */
async function takenUids(): Promise<ReadonlySet<number>> {
  const accounts = await readAccounts()
  const names = await readdir('/proc').catch(() => [])
  const processes = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map((name) => stat(join('/proc', name)).catch(() => undefined)),
  )
  return new Set([
    ...accounts.map(({ user }) => user.uid),
    ...processes.flatMap((facts) => (facts === undefined ? [] : [facts.uid])),
  ])
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}
