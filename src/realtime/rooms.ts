// What of each tenant is watched in this process: one hub for its log, and who has to be told of a change.
import { concernsRelease } from '../client/index.ts'
import type { ChangeMessage, WatchedRelease } from '../client/index.ts'
import type { LedgerEntry, LogPlace } from '../ledger/index.ts'
import { roomOf } from './connection.ts'
import type { Held } from './connection.ts'
import { messagesOf, TenantHub } from './hub.ts'
import type { HubPorts } from './hub.ts'

export interface RoomEars {
  tell(room: string, message: ChangeMessage): void
  heard(tenantId: string, entries: readonly LedgerEntry[]): void
  /** Nothing that was told of this tenant's log may be relied on. */
  lost(tenantId: string): void
}

interface Room {
  readonly name: string
  readonly release: WatchedRelease | null
  count: number
}

interface Tenant {
  readonly hub: TenantHub
  readonly rooms: Map<string, Room>
  /** Of the releases among them, by service. */
  readonly byService: Map<string, Set<Room>>
}

export class Rooms {
  readonly #ports: HubPorts
  readonly #ears: RoomEars
  readonly #tenants = new Map<string, Tenant>()

  constructor(ports: HubPorts, ears: RoomEars) {
    this.#ports = ports
    this.#ears = ears
  }

  get count(): number {
    let count = 0
    for (const { rooms } of this.#tenants.values()) count += rooms.size
    return count
  }

  get tenantCount(): number {
    return this.#tenants.size
  }

  has(tenantId: string): boolean {
    return this.#tenants.has(tenantId)
  }

  hold(tenantId: string, release: WatchedRelease | null): Held {
    const tenant = this.#tenants.get(tenantId) ?? this.#open(tenantId)
    const name = roomOf(tenantId, release)
    const room = tenant.rooms.get(name) ?? addRoom(tenant, { name, release, count: 0 })
    room.count += 1
    let isHeld = true
    return {
      hub: tenant.hub,
      room: name,
      letGo: () => {
        if (isHeld) this.#letGo(tenantId, tenant, room)
        isHeld = false
      },
    }
  }

  end(): void {
    for (const { hub } of this.#tenants.values()) hub.end()
    this.#tenants.clear()
  }

  #open(tenantId: string): Tenant {
    const hub = new TenantHub(tenantId, this.#ports, {
      heard: (entries, end) => {
        this.#tell(tenant, entries, end)
        this.#ears.heard(tenantId, entries)
      },
      lost: () => {
        // Whoever comes next begins with another hub.
        if (this.#tenants.get(tenantId) === tenant) this.#tenants.delete(tenantId)
        this.#ears.lost(tenantId)
      },
    })
    const tenant: Tenant = { hub, rooms: new Map(), byService: new Map() }
    this.#tenants.set(tenantId, tenant)
    return tenant
  }

  #letGo(tenantId: string, tenant: Tenant, room: Room): void {
    room.count -= 1
    if (room.count > 0) return
    tenant.rooms.delete(room.name)
    const service = room.release?.service
    const ofService = service === undefined ? undefined : tenant.byService.get(service)
    ofService?.delete(room)
    if (service !== undefined && ofService?.size === 0) tenant.byService.delete(service)
    if (tenant.rooms.size > 0) return
    tenant.hub.end()
    if (this.#tenants.get(tenantId) === tenant) this.#tenants.delete(tenantId)
  }

  #tell(tenant: Tenant, entries: readonly LedgerEntry[], end: LogPlace): void {
    for (const { name, release } of concernedRooms(tenant, entries)) {
      for (const message of messagesOf(release, entries, end)) this.#ears.tell(name, message)
    }
  }
}

function addRoom({ rooms, byService }: Tenant, room: Room): Room {
  rooms.set(room.name, room)
  if (room.release !== null) {
    const ofService = byService.get(room.release.service) ?? new Set()
    byService.set(room.release.service, ofService.add(room))
  }
  return room
}

/** Looked up by service, so that a thousand watched releases cost nothing where one of them changes. */
function concernedRooms(
  { rooms, byService }: Tenant,
  entries: readonly LedgerEntry[],
): ReadonlySet<Room> {
  const concerned = new Set<Room>()
  for (const room of rooms.values()) if (room.release === null) concerned.add(room)
  for (const { body } of entries) {
    const { subject } = body
    const services = [subject]
    for (let at = subject.indexOf('@'); at !== -1; at = subject.indexOf('@', at + 1))
      services.push(subject.slice(0, at))
    for (const service of services)
      for (const room of byService.get(service) ?? [])
        if (room.release !== null && concernsRelease(body, room.release)) concerned.add(room)
  }
  return concerned
}
