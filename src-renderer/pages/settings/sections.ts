/** The sections of the settings, in the order of how often they are opened; the address names one. */
export const sections = {
  keys: 'API keys',
  publishers: 'Trusted publishers',
  publisher: 'Own publisher',
  webhooks: 'Webhooks',
  mail: 'Mail',
  engines: 'Remote engines',
  appearance: 'Appearance',
  samples: 'Sample models',
  storage: 'Storage',
  node: 'This node',
  access: 'Password',
} as const
export type Section = keyof typeof sections

export const isSection = (value: string): value is Section => value in sections
