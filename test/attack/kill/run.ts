/** `npm run test:kill [kills] [seed]`: the whole campaign, and its counts. */
import { runKillCampaign } from './kill-campaign.ts'

const [kills = 240, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
console.log(`seed ${seed}`)
const { problems, ...counts } = await runKillCampaign(kills, seed, (line) => console.log(line))
console.table(counts)
for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)
