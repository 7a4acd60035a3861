// Times requests one after another and says percentiles as `label: value` lines, which slots are filled from.

const [url, countText] = process.argv.slice(2)
const count = Number(countText)
if (url === undefined || !Number.isInteger(count) || count < 1) {
  process.stderr.write('usage: latency.ts URL COUNT\n')
  process.exit(2)
}

const timesMs: number[] = []
for (let i = 0; i < count; i++) {
  const startedAt = performance.now()
  const answer = await fetch(url)
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`expected a good answer, got ${answer.status}`)
  timesMs.push(performance.now() - startedAt)
}
timesMs.sort((a, b) => a - b)
const percentile = (share: number): string =>
  timesMs[Math.ceil(share * timesMs.length) - 1]!.toFixed(2)
process.stdout.write(
  `P50 latency: ${percentile(0.5)}\nP95 latency: ${percentile(0.95)}\nRequests: ${timesMs.length}\n`,
)
