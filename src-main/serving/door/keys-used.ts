/** Which keys were used since control was told last: their ids, gathered, so that a request pays for no message. */
export interface KeysUsed {
  note(keyId: string): void
  tell(): void
}

export function createKeysUsed(post: (ids: string[]) => void): KeysUsed {
  const used = new Set<string>()
  return {
    note: (keyId) => used.add(keyId),
    tell: () => {
      if (used.size === 0) return
      post([...used])
      used.clear()
    },
  }
}
