// What requests that are full of commands are made with: who sends them, and to what.
import assert from 'node:assert/strict'
import type { Signer } from '../src/kernel/index.ts'

/** What the requests need that a developer cannot make. */
export interface HostileGround {
  /** Written by whatever is started. */
  readonly marker: string
  readonly webhookId: string
  readonly channel: string
  readonly person: { readonly id: string; readonly signer: Signer }
  readonly runner: { readonly id: string; readonly signer: Signer }
  readonly jobKinds: readonly string[]
}

export interface HostileRequest {
  /** As the API document names it. */
  readonly route: string
  readonly path: string
  readonly body?: unknown
}

export interface HostileAnswer {
  readonly status: number
  readonly code: string
  readonly data: unknown
}

export type Send = (request: HostileRequest) => Promise<HostileAnswer>

/** What one request after the other is made with. */
export interface Hostile {
  readonly ground: HostileGround
  /** Commands, as long as a name may be. */
  readonly word: string
  ask<Data>(
    route: string,
    body?: unknown,
    fill?: Readonly<Record<string, string>>,
    query?: Readonly<Record<string, string>>,
  ): Promise<Data>
}

export function openHostile(send: Send, ground: HostileGround): Hostile {
  return {
    ground,
    word: `$(touch ${ground.marker});\`touch ${ground.marker}\`|sh #`,
    async ask<Data>(
      route: string,
      body?: unknown,
      fill: Readonly<Record<string, string>> = {},
      query: Readonly<Record<string, string>> = {},
    ) {
      const bare = (route.split(' ')[1] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = fill[name]
        assert.ok(value !== undefined, `${route} is given ${name}`)
        return encodeURIComponent(value)
      })
      const asked = new URLSearchParams(query).toString()
      const path = asked === '' ? bare : `${bare}?${asked}`
      const { data } = await send({ route, path, ...(body === undefined ? {} : { body }) })
      return data as Data
    },
  }
}
