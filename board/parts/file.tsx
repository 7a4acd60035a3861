// Files that a reader hands in by dropping or choosing them, and files that a reader takes away.
import { useId, useState } from 'react'
import type { ChangeEvent, DragEvent, ReactNode } from 'react'
import { sizeText } from '../words.ts'

/** A file as a reader handed it in. */
export interface Given {
  readonly name: string
  readonly bytes: Uint8Array
}

interface DropTerms {
  readonly title: string
  readonly hint: string
  /** Endings that the file dialog offers, e.g. `.tar`. */
  readonly accept: string
  readonly children?: ReactNode
  onFile(file: File): void
}

export function DropZone({ title, hint, accept, children, onFile }: DropTerms): ReactNode {
  const id = useId()
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined) onFile(file)
  }
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0]
    if (file !== undefined) onFile(file)
  }
  return (
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label htmlFor={id}>{title}</label>
      <p id={`${id}-hint`}>{hint}</p>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={`${id}-hint`}
        onChange={choose}
      />
      {children}
    </div>
  )
}

export function Taken({ given }: { readonly given: Given | undefined }): ReactNode {
  if (given === undefined) return null
  return (
    <p className="taken">
      {given.name} <span className="soft">{sizeText(given.bytes.length)}</span>
    </p>
  )
}

export async function bytesOfFile(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer())
}

/** A link to bytes has to be given back; the browser has read it long before. */
const LINK_LIFE_MS = 60_000

export function saveFile(name: string, bytes: Uint8Array | string, mediaType: string): void {
  const part = typeof bytes === 'string' ? bytes : Uint8Array.from(bytes)
  const address = URL.createObjectURL(new Blob([part], { type: mediaType }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), LINK_LIFE_MS)
}
