// Says of an entry that its payload was erased, and which entry attests it.
import type { ReactNode } from 'react'
import { Link } from '../routes.tsx'

export function Erased({ by }: { readonly by: number | undefined }): ReactNode {
  if (by === undefined) return null
  return (
    <span className="tag">
      erased (attested by <Link to={`/ledger/${by}`}>entry {by}</Link>)
    </span>
  )
}
