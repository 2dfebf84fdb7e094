/**
 * How long the headless node takes from the start of its process until control and serving listen: the built product,
 * on registries of two sizes. Starts alternate, so that a busy moment falls on both.
 */
import { startBuiltNode } from './built-node.ts'
import { type Figure, median, type Part } from './figures.ts'
import { seededFolder } from './seeded-folder.ts'

const starts = 7
const sizes = [
  { models: 1000, secondsMax: 1 },
  { models: 100_000, secondsMax: 1.5 },
]

export const measureStart: Part = async (say) => {
  const measured = []
  for (const size of sizes) {
    const folder = await seededFolder({ models: size.models, versionsEach: 1 }, say)
    await (await startBuiltNode(folder)).stop() // makes keys and the like, once
    measured.push({ ...size, folder, seconds: [] as number[] })
  }
  for (let round = 0; round < starts; round++) {
    for (const { folder, seconds } of measured) {
      const node = await startBuiltNode(folder)
      seconds.push(node.readyMs / 1000)
      await node.stop()
    }
  }
  return measured.map(
    ({ models, secondsMax, seconds }): Figure => ({
      name: `start to ready, ${models} versions`,
      value: median(seconds),
      unit: 's',
      target: { atMost: secondsMax },
      note: `of ${starts} starts, at worst ${Math.max(...seconds).toFixed(2)} s`,
    }),
  )
}
