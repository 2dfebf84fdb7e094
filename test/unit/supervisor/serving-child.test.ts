/** One life of the serving process, as control hears of it. */
import { expect, test } from 'vitest'
import type { Child } from '../../../src-main/base/child.ts'
import { systemClock } from '../../../src-main/base/clock.ts'
import { openLog } from '../../../src-main/base/log.ts'
import { type ServingChildOptions, startServingChild } from '../../../src-main/supervisor/serving-child.ts'

test('what control cannot note of serving ends neither of them', async () => {
  const { log } = openLog({ directory: null, level: 'info', name: 'test' })
  let say: (message: unknown) => void = () => undefined
  let end: (code: number) => void = () => undefined
  const child: Child = {
    pid: 1,
    post: () => undefined,
    onMessage: (listener) => {
      say = listener
    },
    onLine: () => undefined,
    onExit: (listener) => {
      end = listener
    },
    kill: () => undefined,
  }
  const heard: string[] = []
  const serving = startServingChild({
    startChild: () => child,
    clock: systemClock,
    log,
    config: {} as ServingChildOptions['config'], // what it is told is nothing to control
    onMessage: (message) => {
      heard.push(message.type)
      throw new Error('the disk is full')
    },
  })
  say({ type: 'keys-used', ids: [] })
  say({ type: 'applied', number: 1 })
  expect(heard).toEqual(['keys-used', 'applied'])
  end(0)
  expect(await serving.exited).toBe(0)
})
