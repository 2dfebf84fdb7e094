/** What a package says of a field, where that is more than the label already does. */
export function helpBeside(label: string, description: string | undefined): string | undefined {
  return ['', plain(label)].includes(plain(description ?? '')) ? undefined : description
}

const plain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[\s\p{P}]+/gu, ' ')
    .trim()
