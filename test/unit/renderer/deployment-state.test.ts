/** No endpoint is called ready while the process that would answer does not run. */
import { expect, test } from 'vitest'
import { deploymentStateWords } from '../../../src-renderer/components/deployment-state.ts'

test('an endpoint is ready only where its process runs', () => {
  expect(deploymentStateWords('ready', 'ready')).toEqual(['ok', 'Ready'])
  expect(deploymentStateWords('ready', undefined)).toEqual(['ok', 'Ready'])
  expect(deploymentStateWords('ready', 'restarting')).toEqual(['info', 'Starting'])
  expect(deploymentStateWords('ready', 'stopped')).toEqual(['bad', 'Not served', 'Serving stopped'])
  expect(deploymentStateWords('ready', 'failed')).toEqual(['bad', 'Not served', 'Serving failed'])
  expect(deploymentStateWords('stopped', 'failed')).toEqual(['bad', 'Not served', 'Serving failed'])
})

test('what was stopped or set aside on purpose stays so while the process runs', () => {
  expect(deploymentStateWords('stopped', 'ready')).toEqual(['neutral', 'Stopped'])
  expect(deploymentStateWords('set-aside', 'failed')).toEqual(['bad', 'Set aside'])
})
