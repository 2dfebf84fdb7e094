/**
 * The load of a benchmark, in a process of its own: keep-alive connections, one request under way on each, straight on
 * sockets so that the client costs little of the machine. Windows are measured until the last three agree within a
 * tenth, ten at most (the stability rule of Triton's perf_analyzer).
 */
import { connect, type Socket } from 'node:net'

export interface LoadTask {
  port: number
  /** A whole HTTP/1.1 request, base64. */
  request: string
  connections: number
  windowMs: number
  /** Goes on until it is told to stop, however steady it is. */
  untilStopped?: boolean
}

export interface LoadResult {
  /** Answers a second, and microseconds from a request to its answer. */
  rate: number
  p50Us: number
  p99Us: number
  windows: number
  answers: number
  failures: number
}

const windowsMax = 10
const headEnd = Buffer.from('\r\n\r\n')

function openConnection({ port, request }: LoadTask, onAnswer: (us: number, ok: boolean) => void): Socket {
  const bytes = Buffer.from(request, 'base64')
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let pending: Buffer | null = null
  let sentAt = 0
  const send = () => {
    sentAt = performance.now()
    socket.write(bytes)
  }
  socket.on('connect', send)
  socket.on('data', (chunk) => {
    const seen: Buffer = pending ? Buffer.concat([pending, chunk]) : chunk
    const end = seen.indexOf(headEnd)
    const head = end === -1 ? '' : seen.toString('latin1', 0, end)
    const length = /content-length: *(\d+)/i.exec(head)?.[1]
    if (end === -1 || length === undefined || seen.byteLength < end + 4 + Number(length)) {
      pending = seen
      return
    }
    pending = null
    onAnswer((performance.now() - sentAt) * 1000, head.startsWith('HTTP/1.1 200'))
    send()
  })
  return socket
}

async function run(task: LoadTask): Promise<LoadResult> {
  let latencies: number[] = []
  let failures = 0
  let answers = 0
  const sockets = Array.from({ length: task.connections }, () =>
    openConnection(task, (us, ok) => {
      latencies.push(us)
      answers += 1
      if (!ok) failures += 1
    }),
  )
  const wait = () => new Promise((resolve) => setTimeout(resolve, task.windowMs))
  await wait() // warms up
  const windows: { rate: number; latencies: number[] }[] = []
  const goesOn = () => (task.untilStopped ? !stopped : windows.length < windowsMax && !isStable(windows))
  while (goesOn()) {
    latencies = []
    const from = performance.now()
    await wait()
    windows.push({ rate: (latencies.length / (performance.now() - from)) * 1000, latencies })
    if (windows.length > windowsMax) windows.shift()
  }
  for (const socket of sockets) socket.destroy()
  const last = windows.slice(-3)
  const all = Float64Array.from(last.flatMap((window) => window.latencies)).sort()
  const quantile = (share: number) => all[Math.floor(all.length * share)] ?? Number.NaN
  const rate = last.reduce((sum, window) => sum + window.rate, 0) / last.length
  return { rate, p50Us: quantile(0.5), p99Us: quantile(0.99), windows: windows.length, answers, failures }
}

function isStable(windows: readonly { rate: number }[]): boolean {
  const rates = windows.slice(-3).map(({ rate }) => rate)
  return rates.length === 3 && Math.max(...rates) <= Math.min(...rates) * 1.1
}

let stopped = false
process.on('message', (task) => {
  if (task === 'stop') {
    stopped = true
    return
  }
  run(task as LoadTask).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
