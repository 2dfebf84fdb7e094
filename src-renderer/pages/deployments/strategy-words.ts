/** Ways in which a version comes to an endpoint, in words. */
import type { Strategy } from '../../../src-main/contract/traffic.ts'

export const strategyWords: Record<Strategy, string> = {
  replace: 'Replace',
  canary: 'Canary',
  'blue-green': 'Blue-green',
  ab: 'A/B',
  shadow: 'Shadow',
}
