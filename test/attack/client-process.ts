/** Asks so many times at once, over a few connections, and says how often each status came. */
import { Agent, get } from 'node:http'

const [port = '', count = '0'] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 16 })
const ask = () =>
  new Promise<number>((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    request.once('error', reject)
  })
const statuses = await Promise.all(Array.from({ length: Number(count) }, ask))
const tally: Record<string, number> = {}
for (const status of statuses) tally[status] = (tally[status] ?? 0) + 1
console.log(JSON.stringify(tally))
process.exit()
