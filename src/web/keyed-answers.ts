// Answers a request that brings an idempotency key: once, and the same again, with the key committed together with the effect.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { beginAgain, bytesEqual, canonicalBytes, hexOf, SeaworthyError } from '../kernel/index.ts'
import type {
  Caller,
  Clock,
  DataAnswer,
  Digest,
  JoinableSql,
  Json,
  Random,
  Route,
  RouteAnswer,
  RouteInput,
  SqlTx,
} from '../kernel/index.ts'
import { webFault } from './errors.ts'
import { describeRequest, readKey, takesKey } from './idempotency-key.ts'
import { insertKeptAnswer, selectKeptAnswer, tryLockKey } from './kept-answer-store.ts'
import type { KeptAnswer, KeyName } from './kept-answer-store.ts'

export const KEPT_MS = 24 * 60 * 60 * 1000
const SALT_BYTES = 16
/** JSON text of an answer; what is longer can be read from where it is. */
const KEPT_LIMIT_CHARACTERS = 1024 * 1024
const IN_FLIGHT_RETRY_S = 1

export interface KeyedPorts {
  readonly sql: JoinableSql
  readonly clock: Pick<Clock, 'nowMs'>
  readonly random: Random
  readonly digest: Digest
  /** What keys are hashed with before they are stored; the same on every server of a database. */
  readonly secret: Uint8Array
}

/** One request that has a key. */
interface KeyedRequest {
  readonly name: KeyName
  readonly route: Route
  readonly input: RouteInput
  readonly asked: Uint8Array
}

interface Outcome {
  readonly answer: RouteAnswer
  readonly isRepeat: boolean
}

export class KeyedAnswers {
  readonly #ports: KeyedPorts

  constructor(ports: KeyedPorts) {
    this.#ports = ports
  }

  /**
   * What the route answers; under a known key the answer that was given, marked as such.
   * @throws WEB_IDEMPOTENCY_…; whatever the handler throws
   */
  async answer(
    route: Route,
    input: RouteInput,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RouteAnswer> {
    const key = takesKey(route) ? readKey(request) : undefined
    if (key === undefined) return route.handle(input)
    const keyed = {
      name: this.#name(caller, key),
      route,
      input,
      asked: describeRequest(route, request, this.#ports.digest),
    }
    const { answer, isRepeat } = await (route.repetition === 'own'
      ? this.#answerOwn(keyed)
      : this.#answerWhole(keyed))
    if (isRepeat) void reply.header('idempotency-replayed', 'true')
    return answer
  }

  async #answerWhole(keyed: KeyedRequest): Promise<Outcome> {
    return beginAgain(() => this.#tryWhole(keyed))
  }

  /** Handler and key in one transaction: a fault undoes all of it, a refusal leaves what it would leave without a key. */
  async #tryWhole(keyed: KeyedRequest): Promise<Outcome> {
    const { sql } = this.#ports
    const { name, route, input } = keyed
    const { tenantId } = name
    const ended = await sql.join(async (): Promise<Outcome | { readonly refusal: Error }> => {
      const kept = await sql.transaction({ tenantId }, async (tx) => {
        // Repetitions of what is done get their answer however many come at a time.
        const known = await this.#select(tx, name)
        if (known !== undefined) return known
        if (!(await tryLockKey(tx, name))) throw inFlight()
        return this.#select(tx, name)
      })
      if (kept !== undefined) return await this.#repeat(keyed, kept)
      try {
        const answer = dataOf(await route.handle(input))
        await sql.transaction({ tenantId }, (tx) => this.#keep(tx, keyed, answer))
        return { answer, isRepeat: false }
      } catch (error) {
        if (!isRefusal(error)) throw error
        return { refusal: error }
      }
    })
    if ('refusal' in ended) throw ended.refusal
    return ended
  }

  /** The handler commits as it always does; the key goes with its effect, or right after what refuses a repetition by itself. */
  async #answerOwn(keyed: KeyedRequest): Promise<Outcome> {
    const { sql } = this.#ports
    const { name, route, input } = keyed
    const { tenantId } = name
    const known = await sql.transaction({ tenantId }, (tx) => this.#select(tx, name))
    if (known !== undefined) return this.#repeat(keyed, known)
    let isKept = false
    const keep = async (tx: SqlTx, answer: DataAnswer): Promise<void> => {
      if (!(await this.#keep(tx, keyed, answer))) throw inFlight()
      isKept = true
    }
    try {
      const answer = dataOf(await route.handle({ ...input, keep }))
      if (!isKept) await sql.transaction({ tenantId }, (tx) => this.#keep(tx, keyed, answer))
      return { answer, isRepeat: false }
    } catch (error) {
      // Somebody else was first with this key: ours was undone, and theirs is the answer.
      if (!isInFlight(error)) throw error
      const kept = await sql.transaction({ tenantId }, (tx) => this.#select(tx, name))
      if (kept === undefined) throw error
      return this.#repeat(keyed, kept)
    }
  }

  /** Keys are the callers' words, and some put secrets or names into them. */
  #name({ tenantId, id: principal }: Caller, key: string): KeyName {
    const { digest, secret } = this.#ports
    const mac = digest.hmacSha256(secret, canonicalBytes([tenantId, principal, key]))
    return { tenantId, principal, key, storedKey: `h1:${hexOf(mac)}` }
  }

  #select(tx: SqlTx, name: KeyName): Promise<KeptAnswer | undefined> {
    return selectKeptAnswer(tx, name, new Date(this.#ports.clock.nowMs()).toISOString())
  }

  async #keep(
    tx: SqlTx,
    { name, route, asked }: KeyedRequest,
    answer: DataAnswer,
  ): Promise<boolean> {
    const { clock, random } = this.#ports
    const salt = random.bytes(SALT_BYTES)
    const fingerprint = this.#fingerprint(salt, asked)
    const status = answer.status ?? 200
    const { data, isWhole } = keptData(answer.data ?? null, route.answer)
    const nowMs = clock.nowMs()
    return insertKeptAnswer(
      tx,
      name,
      { salt, fingerprint, status, data, isWhole },
      {
        nowAt: new Date(nowMs).toISOString(),
        expiresAt: new Date(nowMs + KEPT_MS).toISOString(),
      },
    )
  }

  async #repeat({ route, asked, input }: KeyedRequest, kept: KeptAnswer): Promise<Outcome> {
    if (!bytesEqual(this.#fingerprint(kept.salt, asked), kept.fingerprint))
      throw webFault(
        'WEB_IDEMPOTENCY_KEY_REUSED',
        'expected the request that this key came with first, got another one',
      )
    const data = kept.data === null ? null : (JSON.parse(kept.data) as Json)
    const { secrets, reread } = route.answer
    if (kept.isWhole) {
      const told = reread === undefined ? data : await reread.read(input, data)
      return { answer: { status: kept.status, data: told }, isRepeat: true }
    }
    const why =
      secrets === undefined ? 'The answer was too large to be kept; read it.' : secrets.recovery
    throw webFault(
      'WEB_IDEMPOTENCY_ANSWER_WITHHELD',
      `what was asked is done, and was answered with ${kept.status}; that answer cannot be given again. ${why}`,
      { details: { status: kept.status, data } },
    )
  }

  /** Keyed by chance, so that short secrets in a body cannot be looked up by their hash. */
  #fingerprint(salt: Uint8Array, asked: Uint8Array): Uint8Array {
    return this.#ports.digest.hmacSha256(salt, asked)
  }
}

function keptData(
  data: unknown,
  { secrets, reread }: Route['answer'],
): Pick<KeptAnswer, 'data' | 'isWhole'> {
  const secretMembers = secrets?.members ?? []
  const members = typeof data === 'object' && data !== null ? Object.entries(data) : []
  const isSecret = ([name, value]: readonly [string, unknown]): boolean =>
    secretMembers.includes(name) && value !== null && value !== undefined
  const isWhole = !members.some(isSecret)
  const harmless = isWhole ? data : Object.fromEntries(members.filter((each) => !isSecret(each)))
  const told = reread === undefined ? harmless : reread.name(harmless)
  const text = JSON.stringify(told)
  if (text.length > KEPT_LIMIT_CHARACTERS) return { data: null, isWhole: false }
  return { data: text, isWhole }
}

function dataOf(answer: RouteAnswer): DataAnswer {
  if ('data' in answer) return answer
  throw new TypeError('expected a route that takes a key to answer data')
}

function inFlight(): Error {
  return webFault(
    'WEB_IDEMPOTENCY_KEY_IN_FLIGHT',
    'expected the first request with this key to be over, it is still being carried out',
    { details: { retryAfterS: IN_FLIGHT_RETRY_S } },
  )
}

function isInFlight(error: unknown): boolean {
  return error instanceof SeaworthyError && error.code === 'WEB_IDEMPOTENCY_KEY_IN_FLIGHT'
}

/** Somebody who asked was told no; everything else failed. */
function isRefusal(error: unknown): error is SeaworthyError {
  return error instanceof SeaworthyError && error.row.status < 500
}
