// Reads a log page by page, the next one on its way while one is looked at.

export interface PageBounds {
  readonly fromSeq: number
  readonly untilSeq: number
  readonly rows: number
}

/** In order; whoever stops early waits for the page that is on its way, and its failure is nobody's. */
export async function* readAhead<Page>(
  { fromSeq, untilSeq, rows }: PageBounds,
  read: (fromSeq: number, untilSeq: number) => Promise<Page>,
): AsyncGenerator<Page, void, void> {
  const begin = (from: number): Promise<Page> | undefined => {
    if (from >= untilSeq) return undefined
    const page = read(from, Math.min(from + rows, untilSeq))
    // It may fail while nobody waits for it yet.
    page.catch(() => undefined)
    return page
  }
  let next = begin(fromSeq)
  try {
    for (let from = fromSeq + rows; next !== undefined; from += rows) {
      const page = await next
      next = begin(from)
      yield page
    }
  } finally {
    await Promise.allSettled([next])
  }
}
