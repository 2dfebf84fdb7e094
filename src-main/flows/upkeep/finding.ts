/** One thing that was looked at, and how it is. */
export interface Finding {
  name: string
  outcome: 'good' | 'warning' | 'bad'
  message: string
}
