// The part of hypercore that the bench uses; the package brings no types.
declare module 'hypercore' {
  export default class Hypercore {
    constructor(folder: string)
    ready(): Promise<void>
    append(blocks: Uint8Array | readonly Uint8Array[]): Promise<unknown>
    close(): Promise<void>
  }
}
